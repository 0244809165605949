import { Link } from '@tanstack/react-router';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '../ui/format';
import { Panel } from '../ui/Panel';
import { useFormat, useNow, Zone } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { StateTag } from '../ui/ui';
import { Attention } from './Attention';
import { CallTable } from './CallTable';
import { type Summary, useCalls, useLost, useNumbers, useQueues, useShopName, useSummary, useToday } from './data';
import { Hours } from './Hours';
import { sums } from './money';
import css from './shop.module.css';

/** How the day goes: what came, what was lost, what it brought and what it cost. */
export function TodayPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const zone = useContext(Zone);
  const summary = useSummary(useToday());
  return (
    <>
      <title>{t('today.page')}</title>
      <div className={css.title}>
        <h1>
          {t('today.title')}
          <small title={zone}>{f.day(useNow())}</small>
        </h1>
      </div>
      <Panel query={summary} rows={2}>
        {(s) => <Figures sum={s} />}
      </Panel>
      <div className={css.two}>
        <div className={css.stack}>
          <Panel query={summary} rows={5}>
            {(s) => <Hours hours={s.hours ?? []} />}
          </Panel>
          <Late />
        </div>
        <div className={css.stack}>
          <Panel query={summary} rows={2}>
            {(s) => <Now sum={s} />}
          </Panel>
          <Owed />
          <Panel query={summary} rows={3}>
            {(s) => <Sources sum={s} />}
          </Panel>
        </div>
      </div>
    </>
  );
}

/** Buyers who wait for a call back, whatever day they rang. */
function Owed() {
  const owed = useLost({ callback: 'owed' }, 6);
  return (
    <Panel query={owed} rows={3}>
      {(d) => <Attention lost={d.pages.flatMap((p) => p.items ?? [])} />}
    </Panel>
  );
}

/** Each figure opens the list that it counts. */
function Figures({ sum }: { sum: Summary }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const today = useToday();
  const days = { from: today, to: today };
  const offered = sum.kept + sum.late + sum.gave_up;
  return (
    <nav className={css.figures} aria-label={t('today.figures')}>
      <Link className={css.figure} to="/s/$shop/calls" params={{ shop }} search={days}>
        <span>{t('today.calls')}</span>
        <b>{f.number(sum.calls)}</b>
        <small>{t('today.callsNote', { count: sum.waiting + sum.talking })}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/lost" params={{ shop }} search={days}>
        <span>{t('today.lost')}</span>
        <b>{f.number(sum.lost)}</b>
        <small data-state={sum.gave_up > 0 ? 'lost' : undefined}>{t('today.lostNote', { count: sum.gave_up })}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/calls" params={{ shop }} search={{ ...days, promise: 'kept' }}>
        <span>{t('today.kept')}</span>
        <b>{offered > 0 ? f.percent(sum.kept / offered) : '–'}</b>
        <small>{t('today.keptNote', { kept: f.number(sum.kept), count: offered })}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/orders" params={{ shop }} search={{ ...days, status: 'confirmed' }}>
        <span>{t('today.orders')}</span>
        <b>{f.number(sum.orders)}</b>
        <small>{sum.orders > 0 ? sums(sum.turnover, (m) => f.money(m, true)) : t('today.noOrders')}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/calls" params={{ shop }} search={{ ...days, outcome: 'answered' }}>
        <span>{t('today.spend')}</span>
        <b>{sums(sum.spent, f.money)}</b>
        <small>{t('today.spendNote')}</small>
      </Link>
    </nav>
  );
}

const shown = 10;

/** The calls that broke the promise, beneath the promise itself. */
function Late() {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const today = useToday();
  const filter = { from: today, to: today, promise: 'late' } as const;
  const calls = useCalls(filter, shown);
  const queues = useQueues().data?.items ?? [];
  return (
    <section className={css.card} aria-label={t('today.late')}>
      <h2>
        {t('today.late')}
        <span>
          {queues
            .map((q) =>
              t('today.promise', { queue: q.name, share: f.percent(q.promise_share / 1000), within: f.span(q.promise_ms / 1000) }),
            )
            .join(' · ')}
        </span>
      </h2>
      <Panel query={calls} rows={3}>
        {(d) => {
          const late = d.pages.flatMap((p) => p.items ?? []).slice(0, shown);
          if (late.length === 0) return <p className={css.pad}>{t('today.noLate')}</p>;
          return (
            <>
              <CallTable label={t('today.late')} calls={late} brief />
              {calls.hasNextPage && (
                <div className={css.more}>
                  <Link to="/s/$shop/calls" params={{ shop }} search={filter}>
                    {t('today.allLate')}
                  </Link>
                </div>
              )}
            </>
          );
        }}
      </Panel>
    </section>
  );
}

function Now({ sum }: { sum: Summary }) {
  const { t } = useTranslation();
  const shop = useShopName();
  return (
    <section className={css.card} aria-label={t('today.now')}>
      <h2>{t('today.now')}</h2>
      <div className={`${css.pad} ${css.bar}`}>
        <Link className={css.bare} to="/s/$shop/calls" params={{ shop }} search={{ live: 'talking' }}>
          <StateTag state={sum.talking > 0 ? 'talking' : 'paused'}>{t('today.talking', { count: sum.talking })}</StateTag>
        </Link>
        <Link className={css.bare} to="/s/$shop/calls" params={{ shop }} search={{ live: 'waiting' }}>
          <StateTag state={sum.waiting > 0 ? 'offered' : 'paused'}>{t('today.waiting', { count: sum.waiting })}</StateTag>
        </Link>
      </div>
    </section>
  );
}

type Row = NonNullable<Summary['sources']>[number];

/** Which number of the shop was called, and what came of it. */
function Sources({ sum }: { sum: Summary }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const today = useToday();
  const numbers = new Map(useNumbers().data?.items?.map((n) => [n.id, n]));
  const columns: Column<Row>[] = [
    {
      id: 'source',
      head: t('call.source'),
      place: 'tl',
      cell: (s) => (
        <Link to="/s/$shop/calls" params={{ shop }} search={{ from: today, to: today, number_id: s.number_id }}>
          {numbers.get(s.number_id)?.source || phone(numbers.get(s.number_id)?.e164 ?? '–')}
        </Link>
      ),
    },
    { id: 'calls', head: t('today.calls'), right: true, place: 'tr', cell: (s) => f.number(s.calls) },
    { id: 'lost', head: t('today.lost'), right: true, cell: (s) => f.number(s.lost) },
    { id: 'orders', head: t('today.orders'), right: true, cell: (s) => f.number(s.orders) },
  ];
  return (
    <section className={css.card} aria-label={t('today.sources')}>
      <h2>{t('today.sources')}</h2>
      <Table label={t('today.sources')} columns={columns} rows={sum.sources ?? []} rowKey={(s) => s.number_id} keyed={false} />
    </section>
  );
}
