import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { clock, phone } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { type Call, useNumbers, useShopName } from './data';
import css from './shop.module.css';
import { CallTag, shortOperator } from './states';

type Props = { label: string; calls: readonly Call[]; keyed?: boolean; brief?: boolean };

/** Calls, a row each; every row opens the call. */
export function CallTable({ label, calls, keyed, brief }: Props) {
  const columns = useColumns().filter((c) => !brief || short.includes(c.id));
  return <Table label={label} columns={columns} rows={calls} rowKey={(c) => c.id} keyed={keyed} />;
}

/** What is left beside other panels. */
const short = ['from', 'at', 'operator', 'wait', 'talk', 'charge'];

function useColumns(): Column<Call>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const sources = new Map(useNumbers().data?.items?.map((n) => [n.e164, n.source]));
  return [
    {
      id: 'from',
      head: t('call.buyer'),
      place: 'tl',
      cell: (c) => (
        <Link to="/s/$shop/calls/$call" params={{ shop, call: c.id }}>
          {c.from ? phone(c.from) : t('call.withheld')}
        </Link>
      ),
    },
    { id: 'outcome', head: t('call.outcome'), place: 'tr', cell: (c) => <CallTag call={c} /> },
    {
      id: 'at',
      head: t('call.when'),
      place: 'bl',
      cell: (c) => (
        <time dateTime={c.started_at} title={f.full(c.started_at)}>
          <Num>{f.instant(c.started_at, now)}</Num>
        </time>
      ),
    },
    { id: 'source', head: t('call.source'), cell: (c) => sources.get(c.to) || phone(c.to) },
    {
      id: 'operator',
      head: t('call.operator'),
      cell: (c) => (c.operator_id ? <Num title={c.operator_id}>{shortOperator(c.operator_id)}</Num> : <span className={css.quiet}>–</span>),
    },
    { id: 'wait', head: t('call.wait'), right: true, cell: (c) => clock(c.queue_s) },
    { id: 'talk', head: t('call.talk'), right: true, cell: (c) => (c.answered_at ? clock(c.talk_s) : '–') },
    {
      id: 'order',
      head: t('call.order'),
      cell: (c) =>
        c.order_id && (
          <Link to="/s/$shop/orders/$order" params={{ shop, order: c.order_id }}>
            {t('call.open')}
          </Link>
        ),
    },
    { id: 'charge', head: t('call.charge'), right: true, place: 'br', cell: (c) => (c.charge ? f.money(c.charge) : '–') },
  ];
}
