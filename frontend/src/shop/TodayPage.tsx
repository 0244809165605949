import { Link } from '@tanstack/react-router';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../ui/Panel';
import { useFormat, useNow, Zone } from '../ui/person';
import { StateTag } from '../ui/ui';
import { Attention } from './Attention';
import { CallTable } from './CallTable';
import type { Call, LostCall, Order } from './data';
import { useDay, useQueues, useShopName, useToday } from './data';
import { Hours } from './Hours';
import css from './shop.module.css';
import { add, type Summary, summarize } from './summary';

/** How the day goes: what came, what was lost, what it brought and what it cost. */
export function TodayPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const zone = useContext(Zone);
  const { calls, orders, lost } = useDay(useToday());
  const queues = useQueues();
  const hourOf = (at: string) => Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit' }).format(new Date(at)));
  const day = {
    data: calls.data &&
      orders.data &&
      lost.data &&
      queues.data && { calls: calls.data, orders: orders.data, lost: lost.data, queues: queues.data.items ?? [] },
    error: calls.error ?? orders.error ?? lost.error ?? queues.error,
    refetch: () => Promise.all([calls.refetch(), orders.refetch(), lost.refetch(), queues.refetch()]),
  };
  return (
    <>
      <title>{t('today.page')}</title>
      <div className={css.title}>
        <h1>
          {t('today.title')}
          <small title={zone}>{f.day(useNow())}</small>
        </h1>
      </div>
      <Panel query={day} rows={8}>
        {(d) => {
          const sum = summarize(d.calls.items, d.queues, d.lost.items, hourOf);
          return (
            <>
              <Figures sum={sum} orders={d.orders.items} lost={d.lost.items} whole={d.calls.whole} />
              <div className={css.two}>
                <div className={css.stack}>
                  <Hours hours={sum.hours} />
                  <Late late={sum.late} queues={d.queues} />
                </div>
                <div className={css.stack}>
                  <Now live={sum.live} />
                  <Attention lost={d.lost.items} />
                </div>
              </div>
            </>
          );
        }}
      </Panel>
    </>
  );
}

type FiguresProps = { sum: Summary<Call>; orders: Order[]; lost: LostCall[]; whole: boolean };

function Figures({ sum, orders, lost, whole }: FiguresProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const today = useToday();
  const days = { from: today, to: today };
  const offered = sum.kept + sum.late.length + sum.gaveUp;
  const open = lost.filter((l) => l.callback?.state === 'open').length;
  const won = orders.filter((o) => o.status === 'confirmed');
  const turnover = add(won.map((o) => ({ amount: o.total_minor, scale: 2, currency: o.currency })));
  return (
    <nav className={css.figures} aria-label={t('today.figures')}>
      <Link className={css.figure} to="/s/$shop/calls" params={{ shop }} search={days}>
        <span>{t('today.calls')}</span>
        <b>{f.number(sum.calls)}</b>
        <small>{whole ? t('today.callsNote', { count: sum.live.length }) : t('today.notWhole')}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/lost" params={{ shop }} search={days}>
        <span>{t('today.lost')}</span>
        <b>{f.number(lost.length)}</b>
        <small data-state={open > 0 ? 'lost' : undefined}>{t('today.lostNote', { count: open })}</small>
      </Link>
      <a className={css.figure} href="#late">
        <span>{t('today.kept')}</span>
        <b>{offered > 0 ? f.percent(sum.kept / offered) : '–'}</b>
        <small>{t('today.keptNote', { kept: f.number(sum.kept), count: offered })}</small>
      </a>
      <Link className={css.figure} to="/s/$shop/orders" params={{ shop }} search={{ ...days, status: 'confirmed' }}>
        <span>{t('today.orders')}</span>
        <b>{f.number(won.length)}</b>
        <small>{turnover.length > 0 ? turnover.map((m) => f.money(m, true)).join(' · ') : t('today.noOrders')}</small>
      </Link>
      <Link className={css.figure} to="/s/$shop/calls" params={{ shop }} search={{ ...days, outcome: 'answered' }}>
        <span>{t('today.spend')}</span>
        <b>{sum.spend.length > 0 ? sum.spend.map((m) => f.money(m)).join(' · ') : '–'}</b>
        <small>{t('today.spendNote')}</small>
      </Link>
    </nav>
  );
}

/** The calls that broke the promise, beneath the promise itself. */
function Late({ late, queues }: { late: Call[]; queues: { id: string; name: string; promise_ms: number; promise_share: number }[] }) {
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <section className={css.card} id="late" aria-label={t('today.late')}>
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
      {late.length === 0 ? <p className={css.pad}>{t('today.noLate')}</p> : <CallTable label={t('today.late')} calls={late} brief />}
    </section>
  );
}

function Now({ live }: { live: Call[] }) {
  const { t } = useTranslation();
  const waiting = live.filter((c) => ['greeting', 'menu', 'waiting'].includes(c.state)).length;
  const talking = live.filter((c) => ['talking', 'held', 'moving'].includes(c.state)).length;
  return (
    <section className={css.card} aria-label={t('today.now')}>
      <h2>{t('today.now')}</h2>
      <div className={`${css.pad} ${css.bar}`}>
        <StateTag state={talking > 0 ? 'talking' : 'paused'}>{t('today.talking', { count: talking })}</StateTag>
        <StateTag state={waiting > 0 ? 'offered' : 'paused'}>{t('today.waiting', { count: waiting })}</StateTag>
      </div>
    </section>
  );
}
