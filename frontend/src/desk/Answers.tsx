import { Button } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Key, Label } from '../ui/ui';
import { useInHand } from './call';
import css from './desk.module.css';
import { keys } from './keymap';
import { Payment } from './Payment';
import { Typed } from './Typed';
import type { Refusal, Walk } from './useWalk';
import { useVerbs } from './verbs';

/** What the buyer may answer at a step, each with its key. */
export function Answers({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps } = useInHand();
  const { view } = walk;
  const skip = () => void steps.answer({ move: 'none' });
  useVerbs(view.can_skip ? { skip } : {});
  return (
    <div className={css.answers}>
      <Form walk={walk} />
      {view.letter && <p className={css.letter}>{view.letter}</p>}
      {steps.refusal && <Refused refusal={steps.refusal} />}
      {view.can_skip && (
        <div>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={skip}
            aria-keyshortcuts="S"
            rightSection={<Key>{keys.skip}</Key>}
          >
            {t(view.kind === 'order' ? 'desk.answer.noOrder' : view.kind === 'transfer' ? 'desk.answer.noTransfer' : 'desk.answer.skip')}
          </Button>
        </div>
      )}
    </div>
  );
}

function Refused({ refusal }: { refusal: Refusal }) {
  const { t } = useTranslation();
  return (
    <p className={css.error} role="alert">
      {'text' in refusal ? refusal.text : t(`desk.answer.trouble.${refusal.trouble}`)}
    </p>
  );
}

function Form({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { view } = walk;
  if (view.ended || view.kind === 'end') return <p className={css.small}>{t('desk.answer.end')}</p>;
  if (view.choices.length > 0) return <Choices walk={walk} />;
  if (view.lookup === 'item') return <p className={css.small}>{t('desk.answer.lookup')}</p>;
  if (view.lookup === 'faq') return <Questions walk={walk} />;
  if (view.kind === 'order') return <p className={css.small}>{t('desk.answer.order')}</p>;
  if (view.ask === 'payment') return <Payment />;
  return view.ask || view.kind === 'callback' ? <Text walk={walk} /> : <Next walk={walk} />;
}

function Choices({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps, card } = useInHand();
  const lent = !!card?.move?.mine && !card.move.own; // the digits are the transfer's meanwhile
  const [pressed, setPressed] = useState('');
  const { choices, before } = walk.view;
  const take = (id: string) => {
    setPressed(id);
    steps.answer({ text: id });
  };
  useVerbs({
    choose: (n) => {
      const choice = choices[n - 1];
      if (choice) take(choice.id);
    },
  });
  return (
    <fieldset className={css.answers} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className={css.hidden}>{t('desk.answer.which')}</legend>
      <Label>{t('desk.answer.which')}</Label>
      {choices.map((c, i) => (
        <button
          key={c.id}
          type="button"
          className={css.answer}
          data-chosen={pressed === c.id || undefined}
          aria-keyshortcuts={lent ? undefined : String(i + 1)}
          onClick={() => take(c.id)}
        >
          <span className={lent ? css.lent : undefined}>
            <Key>{i + 1}</Key>
          </span>
          <b>
            {c.text}
            {before?.text === c.id && <small>{t('desk.answer.before')}</small>}
          </b>
        </button>
      ))}
    </fieldset>
  );
}

function Questions({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps } = useInHand();
  useVerbs({
    choose: (n) => {
      const card = walk.cards[n - 1];
      if (card) steps.answer({ text: card.id });
    },
  });
  return (
    <>
      <Label>{t('desk.answer.question')}</Label>
      {walk.cards.map((c, i) => (
        <button
          key={c.id}
          type="button"
          className={css.answer}
          aria-keyshortcuts={String(i + 1)}
          onClick={() => steps.answer({ text: c.id })}
        >
          <Key>{i + 1}</Key>
          <b>
            {c.question}
            <small>{c.answer}</small>
          </b>
        </button>
      ))}
    </>
  );
}

function Next({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps, cards } = useInHand();
  const next = () => void steps.answer({});
  useVerbs(cards.open ? {} : { next });
  return (
    <div>
      <Button size="md" variant="default" onClick={next} aria-keyshortcuts="Enter" rightSection={<Key>{keys.next}</Key>}>
        {t(walk.view.kind === 'transfer' ? 'desk.answer.transferred' : 'desk.answer.said')}
      </Button>
    </div>
  );
}

/** A typed answer. What is typed and not yet given is in the draft, so that it outlives the page. */
function Text({ walk }: { walk: Walk }) {
  const { t } = useTranslation();
  const { steps, draft, keeper } = useInHand();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const { node, before, ask, kind } = walk.view;
  const mine = draft.mine.stepNode === node ? draft.mine.step : undefined;
  useEffect(() => {
    if (mine === undefined) keeper.type({ stepNode: node, step: before?.text ?? '' });
  }, [mine, node, before, keeper]);
  useEffect(() => field.current?.focus(), []);
  const hint = useHint(ask);
  const give = async () => {
    const text = keeper.look().mine.step;
    if (await steps.answer({ text })) keeper.type({ stepNode: '', step: '', ...(kind === 'callback' && { when: text }) });
  };
  const press = (e: KeyboardEvent<HTMLElement>) => {
    if (e.key !== 'Enter' || e.ctrlKey) return;
    e.preventDefault();
    give();
  };
  useVerbs({ next: () => field.current?.focus() });
  return (
    <>
      <Label>{t('desk.answer.what')}</Label>
      <div className={css.answering}>
        <Typed field="step" label={t('desk.answer.what')} hideLabel size="md" input={field} placeholder={hint} onKeyDown={press} />
        <Button size="md" variant="default" onClick={give} loading={steps.busy} rightSection={<Key>Enter</Key>}>
          {t('desk.answer.next')}
        </Button>
      </div>
    </>
  );
}

const asks = ['number', 'date', 'phone', 'address'] as const;

/** What kind of an answer the field takes. */
function useHint(ask: string): string {
  const { t } = useTranslation();
  const known = asks.find((a) => a === ask);
  return known ? t(`desk.answer.hint.${known}`) : '';
}
