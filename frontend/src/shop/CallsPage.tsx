import { Button, Select, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BulkBar, useChoice } from '../ui/choice';
import { phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { CallTable } from './CallTable';
import { Chips, type FilterChip } from './Chips';
import { useCalls, useNumbers, useOperators, useShopName } from './data';
import { Export } from './Export';
import { DayFilter } from './Filters';
import { type CallFilters, outcomes, readCalls, readNumber } from './filters';
import { More } from './More';
import css from './shop.module.css';
import { toCSV, useSave } from './table';

/** Every call of the shop, newest first; the filters are the address. */
export function CallsPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/inside/s/$shop/calls' });
  const go = useNavigate({ from: '/s/$shop/calls' });
  const calls = useCalls(filters);
  const change = (next: Partial<CallFilters>) => go({ search: readCalls({ ...filters, ...next }) });
  const rows = calls.data?.pages.flatMap((p) => p.items ?? []) ?? [];
  const choice = useChoice(rows.map((r) => r.id));
  const save = useSave();
  return (
    <>
      <title>{t('calls.page')}</title>
      <div className={css.title}>
        <h1>{t('calls.title')}</h1>
        <Export days={filters} />
      </div>
      <search className={css.bar} aria-label={t('calls.filters')}>
        <DayFilter days={filters} change={change} />
        <Outcome filters={filters} change={change} />
        <Operator filters={filters} change={change} />
        <NumberFilter key={filters.number} number={filters.number} change={(number) => change({ number })} />
        <Chips chips={useChips(filters, change)} />
      </search>
      <section className={css.card} aria-label={t('calls.title')}>
        <Panel query={calls} rows={10}>
          {() =>
            rows.length === 0 ? (
              <None filtered={Object.keys(filters).length > 0} />
            ) : (
              <>
                <CallTable label={t('calls.title')} calls={rows} choice={choice} />
                <More shown={rows.length} query={calls} />
              </>
            )
          }
        </Panel>
      </section>
      <BulkBar choice={choice}>
        <Button size="xs" onClick={() => save(toCSV(rows.filter((r) => choice.chosen.has(r.id))))}>
          {t('bulk.csv', { count: choice.chosen.size })}
        </Button>
      </BulkBar>
    </>
  );
}

type Bound = { filters: CallFilters; change: (next: Partial<CallFilters>) => void };

function Outcome({ filters, change }: Bound) {
  const { t } = useTranslation();
  return (
    <Select
      size="xs"
      w={160}
      aria-label={t('call.outcome')}
      placeholder={t('calls.anyOutcome')}
      clearable
      value={filters.outcome ?? null}
      data={outcomes.map((o) => ({ value: o, label: t(`outcome.${o}`) }))}
      onChange={(v) => change({ outcome: outcomes.find((o) => o === v) })}
    />
  );
}

function Operator({ filters, change }: Bound) {
  const { t } = useTranslation();
  const operators = useOperators();
  return (
    <Select
      size="xs"
      w={170}
      aria-label={t('call.operator')}
      placeholder={t('calls.anyOperator')}
      clearable
      searchable
      nothingFoundMessage={t('calls.noOperator')}
      value={filters.operator ?? null}
      data={operators.map((o) => ({ value: o.id, label: o.name }))}
      onChange={(v) => change({ operator: v ?? undefined })}
    />
  );
}

function useChips({ promise, live, number_id }: CallFilters, change: Bound['change']): FilterChip[] {
  const { t } = useTranslation();
  const number = useNumbers().data?.items?.find((n) => n.id === number_id);
  return [
    ...(promise ? [{ id: 'promise', text: t(`calls.promise.${promise}`), clear: () => change({ promise: undefined }) }] : []),
    ...(live ? [{ id: 'live', text: t(`calls.live.${live}`), clear: () => change({ live: undefined }) }] : []),
    ...(number_id
      ? [
          {
            id: 'number_id',
            text: t('calls.toNumber', { number: number?.source || phone(number?.e164 ?? '–') }),
            clear: () => change({ number_id: undefined }),
          },
        ]
      : []),
  ];
}

function None({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const shop = useShopName();
  if (filtered)
    return (
      <Empty
        title={t('calls.noneFiltered')}
        action={
          <Link to="/s/$shop/calls" params={{ shop }}>
            {t('list.clear')}
          </Link>
        }
      >
        {t('calls.noneFilteredText')}
      </Empty>
    );
  return <Empty title={t('calls.none')}>{t('calls.noneText')}</Empty>;
}

/** The buyer's number as somebody types it; Enter looks. */
function NumberFilter({ number, change }: { number: string | undefined; change: (number: string | undefined) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(number ? phone(number) : '');
  const [wrong, setWrong] = useState(false);
  const look = (e: FormEvent) => {
    e.preventDefault();
    const read = readNumber(typed);
    setWrong(typed.trim() !== '' && !read);
    if (typed.trim() === '' || read) change(read);
  };
  return (
    <form onSubmit={look}>
      <TextInput
        size="xs"
        w={190}
        type="search"
        data-search
        aria-label={t('calls.number')}
        placeholder={t('calls.number')}
        aria-keyshortcuts="/"
        value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)}
        error={wrong && t('calls.numberWrong')}
      />
    </form>
  );
}
