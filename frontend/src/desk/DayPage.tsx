import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { clock } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { localeOf, useFormat } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num, ShopBadge } from '../ui/ui';
import css from './desk.module.css';

type Day = Schemas['Day'];
type Line = Schemas['DayCall'];

/** My own calls of the day, and what each of them earns, with its arithmetic. */
export function DayPage() {
  const { t } = useTranslation();
  const f = useFormat();
  const day = useInfiniteQuery<Day, Error & { status?: number }, InfiniteData<Day>, string[], string>({
    queryKey: ['desk-day'],
    initialPageParam: '',
    refetchInterval: 10_000,
    queryFn: async ({ pageParam }) => {
      const { data, error } = await client.GET('/desk/day', { params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } } });
      if (!data) throw Object.assign(new Error('read my day'), error);
      return data;
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  return (
    <main style={{ overflow: 'auto', height: '100%' }}>
      <div className={css.page}>
        <div className={css.row}>
          <h1>{t('desk.day.title')}</h1>
          <span className={css.grow} />
          <Link to="/desk">{t('desk.toDesk')}</Link>
        </div>
        <Panel query={day}>
          {({ pages }) => (
            <>
              <p>{pages[0] ? f.day(pages[0].shift.from) : ''}</p>
              {pages[0] && <Figures shift={pages[0].shift} />}
              <h2>{t('desk.day.calls')}</h2>
              <Calls lines={pages.flatMap((p) => p.items)} />
              {day.hasNextPage && (
                <button type="button" className={css.crib} onClick={() => day.fetchNextPage()}>
                  {t('list.more', { count: 50 })}
                </button>
              )}
            </>
          )}
        </Panel>
      </div>
    </main>
  );
}

function Figures({ shift }: { shift: Schemas['Shift'] }) {
  const { t } = useTranslation();
  const f = useFormat();
  const figures = [
    [t('desk.calls'), f.number(shift.calls)],
    [t('desk.day.talk'), clock(shift.talk_s)],
    [t('desk.idle.orders'), f.number(shift.orders)],
    [t('desk.earned'), shift.earned ? f.money(shift.earned) : '–'],
  ];
  return (
    <div className={css.figures}>
      {figures.map(([what, value]) => (
        <div key={what}>
          <span>{what}</span>
          <b>{value}</b>
        </div>
      ))}
    </div>
  );
}

function Calls({ lines }: { lines: Line[] }) {
  const { t, i18n } = useTranslation();
  const f = useFormat();
  const ru = localeOf(i18n.language) === 'ru';
  const columns: Column<Line>[] = [
    { id: 'at', head: t('call.when'), cell: (c) => <Num title={f.full(c.answered_at)}>{f.time(c.answered_at)}</Num>, place: 'tl' },
    {
      id: 'shop',
      head: t('desk.day.shop'),
      place: 'bl',
      cell: (c) => (
        <span className={css.row}>
          <ShopBadge shop={{ name: ru ? c.shop.name_ru : c.shop.name_en, colour: c.shop.colour }} size={22} />{' '}
          {ru ? c.shop.name_ru : c.shop.name_en}
        </span>
      ),
    },
    { id: 'talk', head: t('call.talk'), right: true, cell: (c) => clock(c.talk_s + c.hold_s) },
    {
      id: 'outcome',
      head: t('desk.wrap.outcome'),
      cell: (c) =>
        [c.disposition && t(`desk.outcome.${c.disposition}`), c.order_no !== null && `№ ${c.order_no}`].filter(Boolean).join(' · ') || '–',
    },
    { id: 'pay', head: t('desk.earned'), right: true, place: 'br', cell: (c) => <Pay line={c} /> },
  ];
  if (lines.length === 0) return <Empty title={t('desk.day.none')}>{t('desk.day.noneText')}</Empty>;
  return (
    <section className={css.panel} style={{ padding: 0 }}>
      <Table label={t('desk.day.calls')} columns={columns} rows={lines} rowKey={(c) => c.id} keyed={false} />
    </section>
  );
}

/** A line of pay opens into how it was reckoned. */
function Pay({ line }: { line: Line }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { pay } = line;
  if (!pay) return <>–</>;
  return (
    <details>
      <summary>
        <Num>{f.money(pay)}</Num>
        {!line.ended && ` · ${t('desk.day.notFinal')}`}
      </summary>
      {pay.parts.map((p) => (
        <p key={p.part} className={css.arith}>
          {t('desk.day.part', { part: t(`desk.day.parts.${p.part}`), seconds: f.number(p.ms / 1000, 1), rate: p.rate_per_min })}
        </p>
      ))}
      <p className={css.arith}>{t('desk.day.rounded', { exact: pay.exact })}</p>
    </details>
  );
}
