import { Button } from '@mantine/core';
import { IconArrowBackUp, IconCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { Key, Label } from '../ui/ui';
import { Answers } from './Answers';
import { Conflicts } from './Conflicts';
import { type Item, useInHand } from './call';
import css from './desk.module.css';
import { keys } from './keymap';
import { readable } from './left';
import { OutcomeForm } from './OutcomeForm';
import { Sentence } from './Sentence';
import { Summary } from './Summary';
import { SavedAt, Typed } from './Typed';
import type { useWalk, Walk } from './useWalk';
import { useVerbs } from './verbs';

type Props = { walked: ReturnType<typeof useWalk>; picked: Item | undefined };

/** What to say next, what the buyer may answer, and what was answered so far. */
export function ScriptColumn({ walked, picked }: Props) {
  const { t } = useTranslation();
  const { over } = useInHand();
  const column = useRef<HTMLElement>(null);
  const node = walked.data?.view.node;
  // A new step takes the focus back from what led to it
  useEffect(() => {
    const has = document.activeElement;
    const field = has instanceof HTMLInputElement || has instanceof HTMLTextAreaElement ? has.dataset.field : undefined;
    // What the step itself asks for has the focus already; a search that was answered gives it back.
    if (field === 'search' || (!field && (has === document.body || column.current?.contains(has)))) column.current?.focus();
  }, [node, over]);
  return (
    <section ref={column} className={css.script} aria-label={t('desk.script.label')} tabIndex={-1} data-node={node}>
      <Conflicts />
      <Summary />
      {over && <OutcomeForm />}
      {walked.data || !walked.error || walked.error.status !== 404 ? (
        <Panel query={walked} rows={6}>
          {(walk) => <Steps walk={walk} picked={picked} />}
        </Panel>
      ) : (
        <p className={css.small}>{t('desk.script.none')}</p>
      )}
      <Note />
    </section>
  );
}

function Steps({ walk, picked }: { walk: Walk; picked: Item | undefined }) {
  const { over } = useInHand();
  return (
    <>
      <Head walk={walk} />
      <Walked walk={walk} />
      {!over && <Sentence walk={walk} picked={picked} />}
      {!over && <Answers key={`${walk.view.node} ${walk.seen}`} walk={walk} />}
    </>
  );
}

function Head({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps, over } = useInHand();
  const back = () => void steps.answer({ move: 'back' });
  const can = walk.view.can_back && !over;
  useVerbs(can ? { back } : {});
  return (
    <div className={css.row}>
      <Label>{t('desk.script.version', { name: walk.script_name, version: walk.version })}</Label>
      {walk.newest_version > walk.version && <span className={css.small}>{t('desk.script.newer', { version: walk.newest_version })}</span>}
      <span className={css.grow} />
      {!over && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          disabled={!can}
          onClick={back}
          aria-keyshortcuts="Backspace"
          leftSection={<IconArrowBackUp size={14} aria-hidden />}
          rightSection={<Key>{keys.back}</Key>}
        >
          {t('desk.script.back')}
        </Button>
      )}
    </div>
  );
}

function Walked({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const said = walk.path.filter((s) => s.holds && s.said);
  const list = useRef<HTMLOListElement>(null);
  const count = said.length;
  // The newest answers stay in sight
  useEffect(() => {
    if (count > 0) list.current?.scrollTo(0, list.current.scrollHeight);
  }, [count]);
  if (said.length === 0) return null;
  return (
    <ol ref={list} className={css.walked} tabIndex={0} aria-label={t('desk.script.walked')}>
      {said.map((s) => (
        <li key={s.at}>
          <IconCheck size={14} aria-hidden />
          <span>{s.title}</span>
          <b>{readable(s.said)}</b>
        </li>
      ))}
    </ol>
  );
}

function Note() {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useVerbs({ note: () => field.current?.focus() });
  return (
    <div className={css.note}>
      <div className={css.row}>
        <Label>{t('desk.note')}</Label>
        <Key>{keys.note}</Key>
        <span className={css.grow} />
        <SavedAt />
      </div>
      <Typed field="note" label={t('desk.note')} hideLabel rows={2} size="sm" input={field} />
    </div>
  );
}
