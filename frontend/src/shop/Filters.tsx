// Filters stand in one line and live in the address.
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { addDays } from '../ui/format';
import { useToday } from './data';
import type { Days } from './filters';
import css from './shop.module.css';

type Preset = { name: string; days: Days };
type Props = { days: Days; change: (days: Days) => void; longest?: Preset };

/** First and last day, by the shop's clocks, with the spans that are asked for most. */
export function DayFilter({ days, change, longest }: Props) {
  const { t } = useTranslation();
  const today = useToday();
  const presets = [
    { name: t('days.today'), days: { from: today, to: today } },
    { name: t('days.week'), days: { from: addDays(today, -6), to: today } },
    longest ?? { name: t('days.all'), days: { from: undefined, to: undefined } },
  ];
  const set = (side: 'from' | 'to') => (e: { currentTarget: { value: string } }) =>
    change({ ...days, [side]: e.currentTarget.value || undefined });
  return (
    <>
      {presets.map((p) => {
        const here = p.days.from === days.from && p.days.to === days.to;
        return (
          <Button key={p.name} variant={here ? 'light' : 'default'} size="xs" aria-pressed={here} onClick={() => change(p.days)}>
            {p.name}
          </Button>
        );
      })}
      <input className={css.date} type="date" aria-label={t('days.from')} value={days.from ?? ''} max={days.to} onChange={set('from')} />
      <input className={css.date} type="date" aria-label={t('days.to')} value={days.to ?? ''} min={days.from} onChange={set('to')} />
    </>
  );
}
