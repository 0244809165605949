import { Button, Modal, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { finds } from '../ui/find';
import { phone as phoneText } from '../ui/format';
import { Key } from '../ui/ui';
import css from './desk.module.css';
import { isNumber, type Target, useSeek, useTargets, type Whom } from './useMove';

type Choice = { id: string; name: string; about: string; free: boolean; queue: boolean; to: Whom };

/** Whom to: found by typing, by keys alone; first asked, or handed over at once. */
export function MoveSheet({ call, opened, close }: { call: string; opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} size="lg" title={t('desk.move.title')} closeButtonProps={{ 'aria-label': t('frame.close') }}>
      {opened && <Sheet call={call} close={close} />}
    </Modal>
  );
}

function useChoices(call: string, query: string): { choices: Choice[]; number: boolean; loading: boolean } {
  const { t } = useTranslation();
  const about = useAbout();
  const { data, isLoading } = useTargets(call, true);
  const all = (data?.items ?? []).map((i): Choice => {
    const name = i.kind === 'tier' ? t('desk.move.anybody') : i.name;
    const to: Whom = { kind: i.kind, ...(i.id && { id: i.id }), ...(i.kind === 'tier' && i.tier !== '' && { tier: i.tier }) };
    return { id: `${i.kind} ${i.id ?? i.tier}`, name, about: about(i), free: i.free, queue: i.kind === 'queue', to };
  });
  const found = all.filter((c) => finds(query, `${c.name} ${c.about}`));
  if (data?.number && isNumber(query)) {
    const to: Whom = { kind: 'outside', phone: query.trim() };
    found.push({ id: 'number', name: phoneText(query.trim()), about: t('desk.move.number'), free: true, queue: false, to });
  }
  return { choices: found, number: data?.number ?? false, loading: isLoading };
}

function useAbout(): (i: Target) => string {
  const { t } = useTranslation();
  return (i) => {
    const free = t(i.free ? 'desk.move.free' : 'desk.move.busy');
    switch (i.kind) {
      case 'queue':
        return i.waiting > 0 ? t('desk.move.queueWaits', { count: i.waiting }) : t('desk.move.queue');
      case 'specialist':
        return t('desk.move.specialist');
      case 'tier':
        return t(i.free ? 'desk.move.free' : 'desk.move.nobody');
      default:
        return `${t(i.tier === 'consultant' ? 'desk.move.consultant' : 'desk.move.taker')} · ${free}`;
    }
  };
}

function Sheet({ call, close }: { call: string; close: () => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []); // at once: digits of a number are no answers of the script
  const [query, setQuery] = useState('');
  const [note, setNote] = useState('');
  const [at, setAt] = useState(0);
  const { choices, number, loading } = useChoices(call, query);
  const seek = useSeek(call);
  const here = Math.max(0, Math.min(at, choices.length - 1));
  const chosen = choices[here];
  const noteless = chosen?.queue || chosen?.to.kind === 'outside'; // nobody is told anything there
  const go = (how: 'transfer' | 'consult') => {
    if (!chosen?.free || (how === 'consult' && chosen.queue) || seek.isPending) return;
    seek.mutate({ how, to: chosen.to, note: noteless ? '' : note.trim() }, { onSuccess: close });
  };
  const press = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown') setAt(Math.min(choices.length - 1, here + 1));
    else if (e.key === 'ArrowUp') setAt(Math.max(0, here - 1));
    else if (e.key === 'Enter') go(e.ctrlKey || e.metaKey || chosen?.queue ? 'transfer' : 'consult');
    else return;
    e.preventDefault();
  };
  return (
    <>
      <TextInput
        pt={4}
        ref={field}
        data-autofocus
        aria-label={t('desk.move.find')}
        placeholder={t(number ? 'desk.move.findOrNumber' : 'desk.move.find')}
        value={query}
        onChange={(e) => {
          setQuery(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
        role="combobox"
        aria-expanded
        aria-controls="targets"
        aria-activedescendant={chosen ? `target-${here}` : undefined}
      />
      <List choices={choices} here={here} choose={setAt} />
      {!loading && choices.length === 0 && <p className={css.hint}>{t('desk.move.none')}</p>}
      <TextInput
        mt={12}
        maxLength={300}
        label={t('desk.move.note')}
        disabled={noteless}
        placeholder={noteless ? t('desk.move.noNote') : undefined}
        value={note}
        onChange={(e) => setNote(e.currentTarget.value)}
        onKeyDown={press}
      />
      {seek.error && (
        <p className={css.refused} role="alert">
          {t(`desk.move.refused.${refusalOf(seek.error.code)}`)}
        </p>
      )}
      <div className={css.verbs}>
        <Button disabled={!chosen?.free || chosen.queue} loading={seek.isPending} onClick={() => go('consult')} rightSection={<Key>↵</Key>}>
          {t('desk.move.first')}
        </Button>
        <Button variant="default" disabled={!chosen?.free} onClick={() => go('transfer')} rightSection={<Key>Ctrl ↵</Key>}>
          {t('desk.move.over')}
        </Button>
      </div>
    </>
  );
}

const refusals = ['no_transfer_here', 'nobody_free', 'not_now', 'invalid'] as const;
const refusalOf = (code: string | undefined): (typeof refusals)[number] | 'other' => refusals.find((r) => r === code) ?? 'other';

function List({ choices, here, choose }: { choices: Choice[]; here: number; choose: (n: number) => void }) {
  const { t } = useTranslation();
  return (
    <div id="targets" className={css.found} role="listbox" aria-label={t('desk.move.title')}>
      {choices.map((c, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys of the list
        <div
          key={c.id}
          id={`target-${i}`}
          role="option"
          aria-selected={i === here}
          aria-disabled={!c.free || undefined}
          onClick={() => choose(i)}
          tabIndex={-1}
        >
          <b className={css.targetName} title={c.name}>
            {c.name}
          </b>
          <span className={css.small} data-free={c.free || undefined}>
            {c.about}
          </span>
        </div>
      ))}
    </div>
  );
}
