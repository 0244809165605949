import { Select } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { type Order, useOrders, useShopName } from './data';
import { DayFilter } from './Filters';
import { type OrderFilters, orderStates, readOrders } from './filters';
import { More } from './More';
import css from './shop.module.css';
import { OrderTag } from './states';

/** Orders that came of calls, newest first. */
export function OrdersPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/inside/s/$shop/orders' });
  const go = useNavigate({ from: '/s/$shop/orders' });
  const orders = useOrders(filters);
  const columns = useColumns();
  const change = (next: Partial<OrderFilters>) => go({ search: readOrders({ ...filters, ...next }) });
  return (
    <>
      <title>{t('orders.page')}</title>
      <div className={css.title}>
        <h1>{t('orders.title')}</h1>
      </div>
      <div className={css.bar}>
        <DayFilter days={filters} change={change} />
        <Select
          size="xs"
          w={170}
          aria-label={t('orders.status')}
          placeholder={t('orders.anyStatus')}
          clearable
          value={filters.status ?? null}
          data={orderStates.map((s) => ({ value: s, label: t(`order.${s}`) }))}
          onChange={(v) => change({ status: orderStates.find((s) => s === v) })}
        />
      </div>
      <section className={css.card} aria-label={t('orders.title')}>
        <Panel query={orders} rows={6}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items ?? []);
            if (rows.length === 0) return <Empty title={t('orders.none')}>{t('orders.noneText')}</Empty>;
            return (
              <>
                <Table label={t('orders.title')} columns={columns} rows={rows} rowKey={(o) => o.id} />
                <More shown={rows.length} query={orders} />
              </>
            );
          }}
        </Panel>
      </section>
    </>
  );
}

function useColumns(): Column<Order>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  return [
    {
      id: 'no',
      head: t('orders.no'),
      place: 'tl',
      cell: (o) => (
        <Link to="/s/$shop/orders/$order" params={{ shop, order: o.id }}>
          {t('orders.name', { no: f.number(o.no) })}
        </Link>
      ),
    },
    { id: 'status', head: t('orders.status'), place: 'tr', cell: (o) => <OrderTag status={o.status} /> },
    {
      id: 'at',
      head: t('call.when'),
      place: 'bl',
      cell: (o) => (
        <time dateTime={o.created_at} title={f.full(o.created_at)}>
          <Num>{f.instant(o.created_at, now)}</Num>
        </time>
      ),
    },
    { id: 'name', head: t('orders.recipient'), cell: (o) => o.contact?.name || <span className={css.quiet}>{t('orders.hidden')}</span> },
    {
      id: 'items',
      head: t('orders.items'),
      cell: (o) => (o.items ?? []).map((i) => t('orders.line', { count: i.quantity, name: i.name })).join(', '),
    },
    {
      id: 'call',
      head: t('orders.call'),
      cell: (o) =>
        o.call_id && (
          <Link to="/s/$shop/calls/$call" params={{ shop, call: o.call_id }}>
            {t('call.open')}
          </Link>
        ),
    },
    {
      id: 'total',
      head: t('orders.total'),
      right: true,
      place: 'br',
      cell: (o) => f.money({ amount: o.total_minor, scale: 2, currency: o.currency }),
    },
  ];
}
