import { Button, Select } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { BulkBar, useChoice } from '../ui/choice';
import { clock, phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { Due } from './Attention';
import { Act, CallbackTag, Owner } from './Callback';
import { Chips } from './Chips';
import { useCallbacks } from './callbacks';
import { type LostCall, useLost, useShopName } from './data';
import { DayFilter } from './Filters';
import { callbacks, type LostFilters, readLost, reasons } from './filters';
import { Message } from './Message';
import { More } from './More';
import css from './shop.module.css';

/** Calls that nobody took: why, who calls back, and until when. */
export function LostPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/inside/s/$shop/lost' });
  const go = useNavigate({ from: '/s/$shop/lost' });
  const change = (next: Partial<LostFilters>) => go({ search: readLost({ ...filters, ...next }) });
  const lost = useLost(filters);
  const rows = lost.data?.pages.flatMap((p) => p.items ?? []) ?? [];
  const choice = useChoice(rows.map((r) => r.id));
  const columns = useColumns();
  const nameOf = (l: LostCall) => t('call.no', { no: l.call_no });
  return (
    <>
      <title>{t('lost.page')}</title>
      <div className={css.title}>
        <h1>{t('lost.title')}</h1>
      </div>
      <search className={css.bar} aria-label={t('lost.filters')}>
        <DayFilter days={filters} change={change} />
        <Callback filters={filters} change={change} />
        <Reason filters={filters} change={change} />
        {filters.owner && (
          <Chips chips={[{ id: 'owner', text: t('lost.ofOwner', { owner: filters.owner }), clear: () => change({ owner: undefined }) }]} />
        )}
      </search>
      <section className={css.card} aria-label={t('lost.title')}>
        <Panel query={lost} rows={6}>
          {() =>
            rows.length === 0 ? (
              <None filtered={Object.keys(filters).length > 0} />
            ) : (
              <>
                <Table label={t('lost.title')} columns={columns} rows={rows} rowKey={(l) => l.id} choice={{ ...choice, nameOf }} />
                <More shown={rows.length} query={lost} />
              </>
            )
          }
        </Panel>
      </section>
      <BulkBar choice={choice}>
        <TakeAll rows={rows.filter((r) => choice.chosen.has(r.id) && r.callback?.state === 'open')} after={choice.clear} />
      </BulkBar>
    </>
  );
}

type Bound = { filters: LostFilters; change: (next: Partial<LostFilters>) => void };

function Callback({ filters, change }: Bound) {
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      w={170}
      aria-label={t('lost.callback')}
      placeholder={t('lost.anyCallback')}
      clearable
      value={filters.callback ?? null}
      data={callbacks.map((c) => ({ value: c, label: t(`callbackIs.${c}`) }))}
      onChange={(v) => change({ callback: callbacks.find((c) => c === v) })}
    />
  );
}

function Reason({ filters, change }: Bound) {
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      w={190}
      aria-label={t('lost.reason')}
      placeholder={t('lost.anyReason')}
      clearable
      value={filters.reason ?? null}
      data={reasons.map((r) => ({ value: r, label: t(`lostBy.${r}`) }))}
      onChange={(v) => change({ reason: reasons.find((r) => r === v) })}
    />
  );
}

function None({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const shop = useShopName();
  if (!filtered) return <Empty title={t('lost.none')}>{t('lost.noneText')}</Empty>;
  return (
    <Empty
      title={t('calls.noneFiltered')}
      action={
        <Link to="/s/$shop/lost" params={{ shop }}>
          {t('list.clear')}
        </Link>
      }
    >
      {t('calls.noneFilteredText')}
    </Empty>
  );
}

/** Takes every callback that was chosen and is open; all can be given back. */
function TakeAll({ rows, after }: { rows: readonly LostCall[]; after: () => void }) {
  const { t } = useTranslation();
  const { take, busy } = useCallbacks();
  return (
    <Button
      size="xs"
      loading={busy}
      onClick={async () => {
        await take(rows);
        after();
      }}
    >
      {t('bulk.take', { count: rows.length })}
    </Button>
  );
}

function useColumns(): Column<LostCall>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  return [
    {
      id: 'from',
      head: t('call.buyer'),
      place: 'tl',
      cell: (l) => (
        <Link to="/s/$shop/calls/$call" params={{ shop, call: String(l.call_no) }}>
          {l.from ? phone(l.from) : t('call.withheld')}
        </Link>
      ),
    },
    {
      id: 'at',
      head: t('call.when'),
      place: 'bl',
      cell: (l) => (
        <time dateTime={l.lost_at} title={f.full(l.lost_at)}>
          <Num>{f.instant(l.lost_at, now)}</Num>
        </time>
      ),
    },
    {
      id: 'reason',
      head: t('lost.reason'),
      place: 'wide',
      cell: (l) => (
        <>
          {l.words} {l.reason === 'voicemail' && <Message call={l.call_id} />}
        </>
      ),
    },
    { id: 'waited', head: t('lost.waited'), right: true, cell: (l) => clock(l.waited_s) },
    { id: 'owner', head: t('lost.owner'), cell: (l) => <Owner lost={l} /> },
    { id: 'state', head: t('lost.callback'), place: 'tr', cell: (l) => <CallbackTag lost={l} /> },
    {
      id: 'due',
      head: t('lost.due'),
      right: true,
      place: 'br',
      cell: (l) =>
        l.callback && l.callback.state !== 'done' && l.callback.state !== 'cancelled' ? <Due due={l.callback.due_at} now={now} /> : '–',
    },
    { id: 'act', head: t('lost.act'), cell: (l) => <Act lost={l} /> },
  ];
}
