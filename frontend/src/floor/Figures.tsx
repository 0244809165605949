import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import type { State } from '../ui/palette';
import { useFormat } from '../ui/person';
import { figures } from './floor';
import css from './floor.module.css';
import { type Seen, useServerNow } from './useFloor';

/** Six figures, the broken promise first. */
export function Figures({ seen }: { seen: Seen }) {
  const { t } = useTranslation();
  const f = useFormat();
  const n = figures(seen.state, useServerNow(seen));
  return (
    <section className={css.figures} aria-label={t('floor.figures.label')}>
      <Figure
        title={t('floor.figures.late')}
        state={n.late > 0 ? 'lost' : 'ready'}
        note={t('floor.figures.lateNote', { count: n.waiting })}
      >
        {n.late}
      </Figure>
      <Figure title={t('floor.figures.waiting')} {...(n.waiting > 0 && { state: 'offered' })} note={t('floor.figures.waitingNote')}>
        {n.waiting}
      </Figure>
      <Figure title={t('floor.figures.oldest')} note={t('floor.figures.oldestNote')}>
        {clock(n.oldest)}
      </Figure>
      <Figure title={t('floor.figures.talking')} note={t('floor.figures.talkingNote', { held: n.held, wrapup: n.wrapup })}>
        {n.talking}
      </Figure>
      <Figure title={t('floor.figures.idle')} note={t('floor.figures.idleNote', { count: n.onDuty })}>
        {n.idle}
      </Figure>
      <Figure title={t('floor.figures.busy')} note={t('floor.figures.busyNote')}>
        {n.onDuty === 0 ? '–' : f.percent(n.busy)}
      </Figure>
    </section>
  );
}

type FigureProps = { title: string; note: string; state?: State; children: ReactNode };

const Figure = ({ title, note, state, children }: FigureProps) => (
  <div className={css.figure} data-state={state}>
    <span>{title}</span>
    <strong>{children}</strong>
    <small>{note}</small>
  </div>
);
