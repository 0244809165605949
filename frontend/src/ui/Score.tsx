import { IconAntennaBars2, IconAntennaBars3, IconAntennaBars5, IconAntennaBarsOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from './person';
import css from './score.module.css';

export type Word = 'good' | 'fair' | 'poor' | 'unknown';

export const scoreGlyphs = { good: IconAntennaBars5, fair: IconAntennaBars3, poor: IconAntennaBars2, unknown: IconAntennaBarsOff };

/** A MOS: a word for who listens, bars for who glances, the number for who checks. */
export function Score({ word, mos, worst }: { word: Word; mos: number | null; worst?: number | null }) {
  const { t } = useTranslation();
  const f = useFormat();
  const Glyph = scoreGlyphs[word];
  const title = worst === undefined || worst === null ? undefined : t('quality.lowest', { mos: f.number(worst, 1) });
  return (
    <span className={css.score} data-word={word} title={title}>
      <Glyph size={16} stroke={2} aria-hidden />
      <b>{t(`quality.word.${word}`)}</b>
      {mos !== null && <small>{t('quality.score', { mos: f.number(mos, 1) })}</small>}
    </span>
  );
}
