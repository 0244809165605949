import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { useFormat } from '../ui/person';
import { Key } from '../ui/ui';
import { askToNotify, mayNotify } from './bell';
import { Callbacks } from './Callbacks';
import css from './desk.module.css';
import { forget, leftovers } from './draft/useDraft';
import { useHouse } from './house';
import { keys } from './keymap';

/** Between calls: what I wait for, and what the day came to. */
export function Idle() {
  const { t } = useTranslation();
  const { scene, orders, desk } = useHouse();
  const away = scene.at === 'away';
  const lapsed = away && desk.reason === 'lapsed';
  const reason = useReason();
  return (
    <main className={css.idle}>
      <div>
        <h1>{t(away ? (lapsed ? 'desk.idle.lapsed' : 'desk.idle.away') : 'desk.idle.title')}</h1>
        <p>
          {away
            ? lapsed
              ? t('desk.idle.lapsedText')
              : t(desk.reason.startsWith('supervisor:') ? 'desk.idle.sentText' : 'desk.idle.awayText', { reason })
            : t(scene.at === 'idle' && scene.resting ? 'desk.idle.resting' : 'desk.idle.text')}
        </p>
        <div className={css.verbs}>
          {away && (
            <Button onClick={orders.ready} aria-keyshortcuts="R" rightSection={<Key>{keys.ready}</Key>}>
              {t('desk.ready')}
            </Button>
          )}
          <Notifications />
        </div>
      </div>
      <Today />
      <Callbacks may={scene.at === 'idle' && !scene.resting} />
      <Leftovers />
    </main>
  );
}

const known = ['break', 'lunch', 'training', 'technical', 'other'] as const;

/** A pause in a word, as it stands in a sentence. */
function useReason(): string {
  const { t } = useTranslation();
  const { reason } = useHouse().desk;
  const of = known.find((k) => k === reason.replace('supervisor:', '')) ?? 'other';
  return t(`desk.reason.${of}`).toLowerCase();
}

function Notifications() {
  const { t } = useTranslation();
  const { mode } = useHouse();
  const [allowed, setAllowed] = useState(mayNotify());
  if (allowed || mode !== 'browser' || !('Notification' in window) || Notification.permission === 'denied') return null;
  return (
    <Button variant="default" onClick={() => askToNotify().then(() => setAllowed(mayNotify()))}>
      {t('desk.idle.notify')}
    </Button>
  );
}

function Today() {
  const { t } = useTranslation();
  const f = useFormat();
  const { shift } = useHouse().desk;
  const mean = shift.calls > 0 ? clock(shift.talk_s / shift.calls) : '–';
  return (
    <section className={css.figures} aria-label={t('desk.idle.today')}>
      <Link to="/desk/day">
        <span>{t('desk.calls')}</span>
        <b>{f.number(shift.calls)}</b>
      </Link>
      <Link to="/desk/day">
        <span>{t('desk.idle.mean')}</span>
        <b>{mean}</b>
      </Link>
      <Link to="/desk/day">
        <span>{t('desk.idle.orders')}</span>
        <b>{f.number(shift.orders)}</b>
      </Link>
      <Link to="/desk/day">
        <span>{t('desk.earned')}</span>
        <b>{shift.earned ? f.money(shift.earned) : '–'}</b>
      </Link>
    </section>
  );
}

/** What was typed in calls that closed before the server had it: it is only here. */
function Leftovers() {
  const { t } = useTranslation();
  const [all, setAll] = useState(leftovers);
  if (all.length === 0) return null;
  const drop = (call: string) => {
    forget(call);
    setAll(leftovers());
  };
  return (
    <section aria-label={t('desk.leftover.title')}>
      <b>{t('desk.leftover.title')}</b>
      {all.map(({ call, texts }) => (
        <div key={call} className={css.conflict}>
          <blockquote>{texts.join('\n')}</blockquote>
          <div>
            <Button size="compact-sm" variant="default" onClick={() => navigator.clipboard.writeText(texts.join('\n'))}>
              {t('desk.leftover.copy')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => drop(call)}>
              {t('desk.leftover.drop')}
            </Button>
          </div>
        </div>
      ))}
    </section>
  );
}
