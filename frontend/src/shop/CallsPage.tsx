import { Button, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { CallTable } from './CallTable';
import { useCalls, useShopName } from './data';
import { Export } from './Export';
import { DayFilter } from './Filters';
import { type CallFilters, outcomes, readCalls, readNumber } from './filters';
import { More } from './More';
import css from './shop.module.css';
import { shortOperator } from './states';

/** Every call of the shop, newest first; the filters are the address. */
export function CallsPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/inside/s/$shop/calls' });
  const go = useNavigate({ from: '/s/$shop/calls' });
  const calls = useCalls(filters);
  const change = (next: Partial<CallFilters>) => go({ search: readCalls({ ...filters, ...next }) });
  return (
    <>
      <title>{t('calls.page')}</title>
      <div className={css.title}>
        <h1>{t('calls.title')}</h1>
        <Export days={filters} />
      </div>
      <search className={css.bar} aria-label={t('calls.filters')}>
        <DayFilter days={filters} change={change} />
        <Select
          size="xs"
          w={170}
          aria-label={t('call.outcome')}
          placeholder={t('calls.anyOutcome')}
          clearable
          value={filters.outcome ?? null}
          data={outcomes.map((o) => ({ value: o, label: t(`outcome.${o}`) }))}
          onChange={(v) => change({ outcome: outcomes.find((o) => o === v) })}
        />
        <NumberFilter key={filters.number} number={filters.number} change={(number) => change({ number })} />
        {filters.operator && (
          <Button variant="light" size="xs" rightSection={<IconX size={14} aria-hidden />} onClick={() => change({ operator: undefined })}>
            {t('calls.byOperator', { operator: shortOperator(filters.operator) })}
          </Button>
        )}
      </search>
      <section className={css.card} aria-label={t('calls.title')}>
        <Panel query={calls} rows={10}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items ?? []);
            if (rows.length === 0) return <None filtered={Object.keys(filters).length > 0} />;
            return (
              <>
                <CallTable label={t('calls.title')} calls={rows} />
                <More shown={rows.length} query={calls} />
              </>
            );
          }}
        </Panel>
      </section>
    </>
  );
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
