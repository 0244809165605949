import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { useShopName } from './data';
import { LimitsForm } from './LimitsForm';
import css from './shop.module.css';

export type Outgoing = Schemas['Outgoing'];

/** Whom the shop may call and for how much, and what it has used. */
export function OutgoingPage() {
  const { t } = useTranslation();
  const query = api.useQuery('get', '/outgoing', { params: { query: { shop: useShopName() } } }, { refetchInterval: 15_000 });
  return (
    <>
      <title>{t('outgoing.page')}</title>
      <div className={css.title}>
        <h1>{t('outgoing.title')}</h1>
      </div>
      <p style={{ margin: 0, maxWidth: 760, color: 'var(--sb-ink-2)' }}>{t('outgoing.what')}</p>
      <Panel query={query} rows={10}>
        {(o) => (
          <>
            <Used o={o} />
            <div className={css.two}>
              <LimitsForm key={o.changed_at ?? ''} o={o} />
              <RefusedCard o={o} />
            </div>
          </>
        )}
      </Panel>
    </>
  );
}

function Used({ o }: { o: Outgoing }) {
  const { t } = useTranslation();
  const f = useFormat();
  const money = (amount: number) => f.money({ amount, scale: 2, currency: o.currency }, true);
  const figures = [
    { id: 'up', what: t('outgoing.up'), is: o.use.up, most: o.limits.at_once, show: f.number },
    { id: 'calls', what: t('outgoing.hourCalls'), is: o.use.calls_last_hour, most: o.limits.calls_per_hour, show: f.number },
    { id: 'minutes', what: t('outgoing.dayMinutes'), is: o.use.minutes_last_day, most: o.limits.minutes_per_day, show: f.number },
    { id: 'hour', what: t('outgoing.hourSpend'), is: o.use.spent_last_hour, most: o.limits.spend_per_hour, show: money },
    { id: 'day', what: t('outgoing.daySpend'), is: o.use.spent_last_day, most: o.limits.spend_per_day, show: money },
  ];
  return (
    <section className={css.figures} aria-label={t('outgoing.used')}>
      {figures.map((g) => (
        <div key={g.id} className={css.figure}>
          <span>{g.what}</span>
          <b>{g.show(g.is)}</b>
          <small data-state={g.is >= g.most ? 'lost' : undefined}>{t('outgoing.of', { n: g.show(g.most) })}</small>
        </div>
      ))}
    </section>
  );
}

function RefusedCard({ o }: { o: Outgoing }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const refused = o.refused ?? [];
  return (
    <section className={css.card}>
      <h2>
        {t('outgoing.refused')}
        <span>{o.changed_at ? t('outgoing.changed', { at: f.instant(o.changed_at, now) }) : t('outgoing.defaults')}</span>
      </h2>
      {refused.length === 0 ? (
        <div className={css.pad}>
          <Empty title={t('outgoing.refusedNone')}>{t('outgoing.refusedNoneText')}</Empty>
        </div>
      ) : (
        <ul className={css.list}>
          {refused.map((r) => (
            <li key={`${r.reason} ${r.path}`}>
              <b style={{ minWidth: 40, textAlign: 'right' }}>{f.number(r.times)}</b>
              <div>
                {t(`outgoing.reason.${r.reason}`)}
                <p>{t(`outgoing.path.${r.path}`)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
