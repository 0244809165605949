import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import { Score, scoreGlyphs } from '../ui/Score';
import { Num } from '../ui/ui';
import type { Call } from './floor';
import css from './floor.module.css';
import look from './heard.module.css';

type Leg = Call['legs'][number];

/** The worse of both ways, as the score is. */
const worse = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.max(a, b));

function useFigures(): (leg: Leg) => { mos: string; loss: string; jitter: string } {
  const { t } = useTranslation();
  const f = useFormat();
  return (leg) => {
    const loss = worse(leg.heard.loss_percent, leg.told.loss_percent);
    const jitter = worse(leg.heard.jitter_ms, leg.told.jitter_ms);
    return {
      mos: leg.mos === null ? t('quality.none') : f.number(leg.mos, 1),
      loss: loss === null ? t('quality.none') : f.percent(loss / 100, 1),
      jitter: jitter === null ? t('quality.none') : t('quality.ms', { ms: f.number(jitter) }),
    };
  };
}

/** The head of the column: what the three figures are, and where the report of all calls is. */
export function HeardHead() {
  const { t } = useTranslation();
  return (
    <th>
      <Link to="/floor/quality" title={t('floor.heard.report')} onClick={(e) => e.stopPropagation()}>
        {t('floor.heard.title')}
      </Link>{' '}
      <span className={look.units}>{t('floor.heard.units')}</span>
    </th>
  );
}

/** How buyer and operator come through, a line each: score, loss, jitter of the worse way. */
export function HeardCell({ call }: { call: Call }) {
  const { t } = useTranslation();
  const figures = useFigures();
  if (call.legs.length === 0) return <span className={css.quiet}>{t('quality.none')}</span>;
  return (
    <span className={look.legs}>
      {call.legs.map((leg) => {
        const Glyph = scoreGlyphs[leg.word];
        const { mos, loss, jitter } = figures(leg);
        return (
          <span key={leg.party} data-word={leg.word} title={`${t(`quality.party.${leg.party}`)}: ${t(`quality.word.${leg.word}`)}`}>
            <Glyph size={14} stroke={2} aria-hidden />
            <span className={css.hidden}>{`${t(`quality.party.${leg.party}`)}: ${t(`quality.word.${leg.word}`)}`}</span>
            <small aria-hidden>{t(`floor.heard.${leg.party}`)}</small>
            <Num>{mos}</Num>
            <Num>{loss}</Num>
            <Num>{jitter}</Num>
          </span>
        );
      })}
    </span>
  );
}

/** The same in words, both ways apart, for the call that is chosen. */
export function HeardFacts({ call }: { call: Call }) {
  const { t } = useTranslation();
  const f = useFormat();
  const way = (w: Leg['heard']) =>
    w.loss_percent === null
      ? t('quality.silent')
      : `${t('quality.loss', { share: f.percent(w.loss_percent / 100, 1) })}, ${t('quality.wobble', { ms: f.number(w.jitter_ms ?? 0) })}`;
  if (call.legs.length === 0) return null;
  return (
    <section className={look.facts}>
      <h3>
        <Link to="/floor/quality">{t('quality.card')}</Link>
      </h3>
      {call.legs.map((leg) => (
        <div key={leg.party}>
          <p>
            <b>{t(`quality.party.${leg.party}`)}</b>
            <span className={css.quiet}>{t(`quality.device.${leg.device}`)}</span>
            <Score word={leg.word} mos={leg.mos} />
          </p>
          <p className={css.quiet}>{`${t('quality.from')}: ${way(leg.heard)}`}</p>
          <p className={css.quiet}>{`${t('quality.to')}: ${way(leg.told)}`}</p>
        </div>
      ))}
    </section>
  );
}
