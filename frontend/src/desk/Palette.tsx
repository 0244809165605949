import { Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { finds } from '../ui/find';
import { Key } from '../ui/ui';
import css from './desk.module.css';
import { useHouse } from './house';
import { keys, type Verb } from './keymap';
import { pauseReasons } from './useDesk';
import type { Board } from './verbs';

type Found = { id: string; text: string; key?: string; act: () => void };

const verbs: readonly Verb[] = [
  'answer',
  'hold',
  'mute',
  'pad',
  'tape',
  'move',
  'park',
  'next',
  'skip',
  'back',
  'cards',
  'search',
  'compare',
  'narrow',
  'form',
  'order',
  'note',
  'extend',
  'finish',
  'ready',
  'help',
];

/** Everything that can be done now, found by words in either keyboard layout; each teaches its key. */
export function Palette({ opened, close, board }: { opened: boolean; close: () => void; board: Board }) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={close} title={t('desk.commands')} closeButtonProps={{ 'aria-label': t('frame.close') }}>
      {opened && <Commands close={close} board={board} />}
    </Modal>
  );
}

function useCommands(board: Board): Found[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { scene, orders, mode, setMode } = useHouse();
  const now = verbs.flatMap((v): Found[] => {
    const act = board.find(v);
    return act ? [{ id: v, text: t(`desk.verb.${v}`), key: keys[v], act }] : [];
  });
  const pauses =
    scene.at === 'away'
      ? []
      : pauseReasons.map(
          (r): Found => ({ id: `pause ${r}`, text: t('desk.pauseFor', { reason: t(`desk.reason.${r}`) }), act: () => orders.pause(r) }),
        );
  return [
    ...now,
    ...pauses,
    { id: 'desk', text: t('desk.title.idle'), act: () => navigate({ to: '/desk' }) },
    { id: 'day', text: t('desk.day.title'), act: () => navigate({ to: '/desk/day' }) },
    { id: 'check', text: t('desk.check.title'), act: () => navigate({ to: '/desk/check' }) },
    {
      id: 'mode',
      text: t(mode === 'browser' ? 'desk.mode.toPhone' : 'desk.mode.toBrowser'),
      act: () => setMode(mode === 'browser' ? 'desk phone' : 'browser'),
    },
  ];
}

function Commands({ close, board }: { close: () => void; board: Board }) {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = useCommands(board).filter((f) => finds(query, f.text));
  const here = Math.min(at, found.length - 1);
  const run = (f: Found | undefined) => {
    if (!f) return;
    close();
    setTimeout(f.act, 0); // after the focus is back from the dialog
  };
  const press = (e: KeyboardEvent) => {
    if (e.key === 'ArrowDown') setAt(Math.min(found.length - 1, here + 1));
    else if (e.key === 'ArrowUp') setAt(Math.max(0, here - 1));
    else if (e.key === 'Enter') run(found[here]);
    else return;
    e.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus
        aria-label={t('desk.find')}
        placeholder={t('desk.find')}
        value={query}
        onChange={(e) => {
          setQuery(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
        role="combobox"
        aria-expanded
        aria-controls="commands"
        aria-activedescendant={found[here] ? `command ${found[here].id}`.replaceAll(' ', '-') : undefined}
      />
      <div id="commands" className={css.found} role="listbox" aria-label={t('desk.commands')}>
        {found.map((f, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys of the list
          <div
            key={f.id}
            id={`command ${f.id}`.replaceAll(' ', '-')}
            role="option"
            aria-selected={i === here}
            onClick={() => run(f)}
            tabIndex={-1}
          >
            {f.text}
            {f.key && <Key>{f.key}</Key>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={css.hint}>{t('desk.findNone')}</p>}
    </>
  );
}
