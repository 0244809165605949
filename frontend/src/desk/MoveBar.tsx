import { Button } from '@mantine/core';
import { IconArrowsExchange, IconParking, IconPhoneOutgoing } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, phone as phoneText } from '../ui/format';
import { say } from '../ui/toast';
import { Key } from '../ui/ui';
import css from './desk.module.css';
import { useServerNow } from './house';
import type { Card } from './scene';
import { type Miss, type Move, type MoveVerb, useMoveVerb } from './useMove';
import { useVerbsAbove } from './verbs';

/** Where the call goes, for how long, and what each of them hears. */
export function MoveBar({ card }: { card: Card | undefined }) {
  useMissed(card?.missed ?? undefined);
  if (!card?.move) return null;
  return <Bar call={card.id} move={card.move} />;
}

function nameOf(move: { kind: string; name: string }, anybody: string): string {
  if (move.kind === 'tier') return anybody;
  return move.kind === 'outside' ? phoneText(move.name) : move.name;
}

function Bar({ call, move }: { call: string; move: Move }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const name = nameOf(move, t('desk.move.anybody'));
  const Icon = move.state === 'parked' ? IconParking : move.state === 'ringing' ? IconPhoneOutgoing : IconArrowsExchange;
  const heard = move.mine ? move.state : 'asked';
  return (
    <div className={css.moveBar} role="status" data-state={move.state}>
      <Icon size={20} aria-hidden />
      <p>
        <b>{move.mine ? t(`desk.move.state.${move.state}`, { name }) : t('desk.move.asked', { by: move.by })}</b>
        <span>{t(`desk.move.hears.${heard}`, { name })}</span>
        {!move.mine && move.note && <span>{t('desk.move.why', { note: move.note })}</span>}
      </p>
      <span className={css.moveTime} role="timer" aria-live="off">
        {move.until ? clock(Math.max(0, Date.parse(move.until) - now) / 1000) : clock((now - Date.parse(move.since)) / 1000)}
      </span>
      {move.mine && !move.own && <Ways call={call} move={move} />}
      {move.own && <span className={css.small}>{t('desk.move.own')}</span>}
    </div>
  );
}

/** What can be done now, each by its digit: the answers of the script wait so long. */
function Ways({ call, move }: { call: string; move: Move }) {
  const { t } = useTranslation();
  const act = useMoveVerb(call);
  const ways = waysOf(move);
  useVerbsAbove({
    choose: (n) => {
      const way = ways[n - 1];
      if (way) act.mutate(way);
    },
    hold: () => {
      if (ways.includes('swap')) act.mutate('swap');
    },
    leave: () => act.mutate(move.state === 'parked' ? 'resume' : 'back'),
  });
  return (
    <div className={css.row}>
      {ways.map((way, i) => (
        <Button
          key={way}
          size="xs"
          variant={i === 0 ? 'filled' : 'default'}
          onClick={() => act.mutate(way)}
          aria-keyshortcuts={String(i + 1)}
          leftSection={<Key>{i + 1}</Key>}
        >
          {t(`desk.move.do.${wordOf(way, move.state)}`)}
        </Button>
      ))}
    </div>
  );
}

/** A way's word, by where the call is. */
function wordOf(way: MoveVerb, state: Move['state']): MoveVerb | 'toThird' | 'cancel' | 'release' {
  if (way === 'swap' && state === 'waits') return 'toThird';
  if (way !== 'back') return way;
  return state === 'ringing' ? 'cancel' : state === 'aside' ? 'back' : 'release';
}

/** The ways on, the likeliest first. */
export function waysOf(move: Pick<Move, 'state' | 'blind'>): MoveVerb[] {
  switch (move.state) {
    case 'parked':
      return ['resume'];
    case 'ringing':
      return move.blind ? ['back'] : ['back', 'complete'];
    case 'all':
      return ['complete', 'swap', 'back'];
    default:
      return ['complete', 'conference', 'swap', 'back'];
  }
}

/** Says once why a transfer came back. */
function useMissed(missed: Miss | undefined): void {
  const { t } = useTranslation();
  const told = useRef(missed?.at);
  useEffect(() => {
    if (!missed || told.current === missed.at) return;
    told.current = missed.at;
    say(t(`desk.move.missed.${missed.why}`, { name: nameOf(missed, t('desk.move.anybody')) }));
  }, [missed, t]);
}
