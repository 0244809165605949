import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Choice } from '../ui/choice';
import { clock, phone } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { type Call, useNumbers, useOperatorName, useShopName } from './data';
import css from './shop.module.css';
import { CallTag } from './states';

type Props = { label: string; calls: readonly Call[]; keyed?: boolean; brief?: boolean; choice?: Choice };

/** Calls, a row each; every row opens the call. */
export function CallTable({ label, calls, keyed, brief, choice }: Props) {
  const { t } = useTranslation();
  const nameOf = (c: Call) => t('call.no', { no: c.no });
  const all = useColumns();
  const columns = brief ? all.filter((c) => short.includes(c.id)).map(beside) : all;
  return <Table label={label} columns={columns} rows={calls} rowKey={(c) => c.id} keyed={keyed} choice={choice && { ...choice, nameOf }} />;
}

/** On a phone the wait stands where the charge is in the whole list. */
const beside = (c: Column<Call>): Column<Call> => (c.id === 'wait' ? { ...c, place: 'br' } : c);

/** What is left beside other panels. */
const short = ['from', 'at', 'operator', 'wait', 'talk'];

function useColumns(): Column<Call>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  const operator = useOperatorName();
  const sources = new Map(useNumbers().data?.items?.map((n) => [n.e164, n.source]));
  return [
    {
      id: 'from',
      head: t('call.buyer'),
      place: 'tl',
      cell: (c) => (
        <Link to="/s/$shop/calls/$call" params={{ shop, call: String(c.no) }}>
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
      cell: (c) => (c.operator_id ? operator(c.operator_id) : <span className={css.quiet}>–</span>),
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
