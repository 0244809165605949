import { Button, Select, TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { phone } from '../ui/format';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Num } from '../ui/ui';
import { BuyersImport } from './BuyersImport';
import { type Buyer, type BuyerFilters, cautions, readBuyers, useBuyers } from './buyers';
import { CautionTag, Share } from './Caution';
import { Chips } from './Chips';
import { useShopName } from './data';
import { More } from './More';
import css from './shop.module.css';

/** The shop's customers, the latest changed first. */
export function BuyersPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: '/inside/s/$shop/buyers' });
  const go = useNavigate({ from: '/s/$shop/buyers' });
  const change = (next: Partial<BuyerFilters>) => go({ search: readBuyers({ ...filters, ...next }) });
  const buyers = useBuyers(filters);
  const columns = useColumns();
  const [importing, setImporting] = useState(false);
  return (
    <>
      <title>{t('buyers.page')}</title>
      <div className={css.title}>
        <h1>{t('buyers.title')}</h1>
        <Button size="xs" variant="default" onClick={() => setImporting(true)}>
          {t('buyers.import.open')}
        </Button>
      </div>
      <Bar filters={filters} change={change} />
      <section className={css.card} aria-label={t('buyers.title')}>
        <Panel query={buyers} rows={6}>
          {(data) => {
            const rows = data.pages.flatMap((p) => p.items ?? []);
            if (rows.length === 0) return <None filtered={Object.keys(filters).length > 0} />;
            return (
              <>
                <Table label={t('buyers.title')} columns={columns} rows={rows} rowKey={(b) => b.id} />
                <More shown={rows.length} query={buyers} />
              </>
            );
          }}
        </Panel>
      </section>
      <BuyersImport opened={importing} close={() => setImporting(false)} />
    </>
  );
}

function Bar({ filters, change }: { filters: BuyerFilters; change: (next: Partial<BuyerFilters>) => void }) {
  const { t } = useTranslation();
  return (
    <search className={css.bar} aria-label={t('buyers.filters')}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          change({ q: String(new FormData(e.currentTarget).get('q') ?? '').trim() });
        }}
      >
        <TextInput
          key={filters.q ?? ''}
          name="q"
          size="xs"
          w={280}
          maxLength={100}
          data-search
          aria-label={t('buyers.search')}
          placeholder={t('buyers.search')}
          defaultValue={filters.q ?? ''}
        />
      </form>
      <Select
        size="xs"
        w={190}
        aria-label={t('buyers.caution')}
        placeholder={t('buyers.anyCaution')}
        clearable
        value={filters.caution ?? null}
        data={cautions.map((c) => ({ value: c, label: t(`buyers.is.${c}`) }))}
        onChange={(v) => change({ caution: cautions.find((c) => c === v) })}
      />
      {filters.segment && (
        <Chips
          chips={[
            { id: 'segment', text: t('buyers.ofSegment', { segment: filters.segment }), clear: () => change({ segment: undefined }) },
          ]}
        />
      )}
    </search>
  );
}

function None({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const shop = useShopName();
  if (!filtered) return <Empty title={t('buyers.none')}>{t('buyers.noneText')}</Empty>;
  return (
    <Empty
      title={t('buyers.noneFiltered')}
      action={
        <Link to="/s/$shop/buyers" params={{ shop }}>
          {t('list.clear')}
        </Link>
      }
    >
      {t('buyers.noneFilteredText')}
    </Empty>
  );
}

function useColumns(): Column<Buyer>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const shop = useShopName();
  return [
    {
      id: 'name',
      head: t('buyers.name'),
      place: 'tl',
      cell: (b) => (
        <Link to="/s/$shop/buyers/$buyer" params={{ shop, buyer: b.id }}>
          {b.name || t('buyers.nameless')}
        </Link>
      ),
    },
    {
      id: 'phone',
      head: t('contact.phone'),
      place: 'bl',
      cell: (b) => (
        <>
          <Num>{phone(b.phones[0] ?? '')}</Num>
          {b.phones.length > 1 && <span className={css.quiet}> {t('buyers.more', { count: b.phones.length - 1 })}</span>}
        </>
      ),
    },
    { id: 'caution', head: t('buyers.caution'), place: 'tr', cell: (b) => <CautionTag buyer={b} /> },
    {
      id: 'segments',
      head: t('buyers.segments'),
      cell: (b) =>
        b.segments.map((segment, i) => (
          <span key={segment}>
            {i > 0 && ', '}
            <Link to="/s/$shop/buyers" params={{ shop }} search={{ segment }}>
              {segment}
            </Link>
          </span>
        )),
    },
    { id: 'orders', head: t('buyers.orders'), right: true, cell: (b) => f.number(b.orders) },
    { id: 'share', head: t('buyers.buyout'), right: true, place: 'br', cell: (b) => <Share buyer={b} /> },
    {
      id: 'at',
      head: t('buyers.changed'),
      cell: (b) => (
        <time dateTime={b.updated_at} title={f.full(b.updated_at)}>
          <Num>{f.instant(b.updated_at, now)}</Num>
        </time>
      ),
    },
  ];
}
