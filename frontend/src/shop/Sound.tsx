import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { useFormat } from '../ui/person';
import { Score } from '../ui/Score';
import { Num } from '../ui/ui';
import { type Story, useOperatorName } from './data';
import css from './sound.module.css';

type Leg = Schemas['LegQuality'];
type Way = Schemas['Way'];

/** How the sound of each leg came through, in words with the numbers beside them. */
export function Sound({ story }: { story: Story }) {
  const { t } = useTranslation();
  const legs = story.quality ?? [];
  if (legs.length === 0) return null;
  return (
    <section className={css.card} id="sound" aria-label={t('quality.card')}>
      <h2>
        {t('quality.card')} <span>{t('quality.scale')}</span>
      </h2>
      {legs.map((leg) => (
        <LegOf key={`${leg.party} ${leg.started_at} ${leg.operator_id ?? ''}`} leg={leg} />
      ))}
    </section>
  );
}

function LegOf({ leg }: { leg: Leg }) {
  const { t } = useTranslation();
  const f = useFormat();
  const nameOf = useOperatorName();
  const name = leg.operator_id ? nameOf(leg.operator_id) : '';
  return (
    <div className={css.leg}>
      <h3>
        {t(`quality.party.${leg.party}`)}
        {name && `, ${name}`}
      </h3>
      <p>
        {[
          t(`quality.device.${leg.device}`),
          leg.codec,
          t(leg.encrypted ? 'quality.encrypted' : 'quality.clear'),
          leg.rtt_ms === null ? '' : t('quality.trip', { ms: f.number(leg.rtt_ms) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <dl>
        <dt>{t('quality.from')}</dt>
        <dd>{leg.heard ? <WayOf way={leg.heard} /> : <small>{t('quality.nothing')}</small>}</dd>
        <dt>{t('quality.to')}</dt>
        <dd>{leg.told ? <WayOf way={leg.told} /> : <small>{t('quality.silent')}</small>}</dd>
      </dl>
    </div>
  );
}

function WayOf({ way }: { way: Way }) {
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <>
      <Score word={way.word} mos={way.mos} worst={way.worst_mos} />
      <small>
        <Num>{t('quality.loss', { share: f.percent(way.loss_percent / 100, 1) })}</Num>
        {', '}
        <Num>{t('quality.wobble', { ms: f.number(way.jitter_ms, way.jitter_ms < 10 ? 1 : 0) })}</Num>
      </small>
    </>
  );
}
