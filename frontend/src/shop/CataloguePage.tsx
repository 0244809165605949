import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../api/client';
import { type Fact, judge } from '../ui/fresh';
import { Empty, Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { type Column, Table } from '../ui/Table';
import { Fresh, Num, StateTag } from '../ui/ui';
import { AnswersReport } from './AnswersReport';
import { useShopName, useSnapshots } from './data';
import { Lives } from './Lives';
import css from './shop.module.css';

type Item = Schemas['Item'];
type Snapshot = Schemas['Snapshot'];

const pause = 250;

export function CataloguePage() {
  const { t } = useTranslation();
  const { q } = useSearch({ from: '/inside/s/$shop/catalogue' });
  const go = useNavigate({ from: '/s/$shop/catalogue' });
  const [typed, setTyped] = useState(q ?? '');
  const items = api.useQuery(
    'get',
    '/catalogue/items',
    { params: { query: { shop: useShopName(), q, limit: 50 } } },
    { placeholderData: keepPreviousData },
  );
  const columns = useItemColumns();
  useEffect(() => {
    const later = setTimeout(() => go({ search: typed.trim() ? { q: typed.trim() } : {}, replace: true, resetScroll: false }), pause);
    return () => clearTimeout(later);
  }, [typed, go]);
  return (
    <>
      <title>{t('catalogue.page')}</title>
      <div className={css.title}>
        <h1>{t('catalogue.title')}</h1>
      </div>
      <TextInput
        type="search"
        data-search
        aria-label={t('catalogue.search')}
        placeholder={t('catalogue.search')}
        aria-keyshortcuts="/"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={typed}
        onChange={(e) => setTyped(e.currentTarget.value)}
        maw={560}
      />
      <section className={css.card} aria-label={t('catalogue.items')}>
        <Panel query={items} rows={8}>
          {(data) => {
            const rows = data.items ?? [];
            if (rows.length === 0)
              return (
                <Empty title={t(q ? 'catalogue.noneFound' : 'catalogue.none')}>
                  {t(q ? 'catalogue.noneFoundText' : 'catalogue.noneText')}
                </Empty>
              );
            return (
              <>
                <Table label={t('catalogue.items')} columns={columns} rows={rows} rowKey={(i) => i.id} />
                <div className={css.more}>
                  <span>{t('catalogue.shown', { count: rows.length })}</span>
                </div>
              </>
            );
          }}
        </Panel>
      </section>
      <Lives />
      <AnswersReport />
      <Readings />
    </>
  );
}

function useItemColumns(): Column<Item>[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const stock = (i: Item) =>
    !i.available ? t('catalogue.out') : i.stock === null ? t('catalogue.inStock') : t('catalogue.pieces', { count: i.stock });
  const price = (minor: number, currency: string) => f.money({ amount: minor, scale: 2, currency });
  const aged = (fact: Fact, value: string, strong?: true) => {
    const v = judge(fact, now);
    return (
      <>
        <span className={v.stale ? css.was : strong && css.strong}>{v.stale ? t('fresh.was', { value }) : value}</span>
        <span className={css.sub}>
          <Fresh {...v} source={fact.source} />
        </span>
      </>
    );
  };
  return [
    {
      id: 'name',
      head: t('catalogue.item'),
      place: 'tl',
      cell: (i) => (
        <a href={i.url || undefined} rel="noreferrer" target="_blank">
          {i.name}
          <span className={css.sub}>{i.category}</span>
        </a>
      ),
    },
    { id: 'sku', head: t('catalogue.sku'), cell: (i) => <span className={css.mono}>{i.sku}</span> },
    {
      id: 'old',
      head: t('catalogue.oldPrice'),
      right: true,
      cell: (i) => (i.old_price_minor ? <s className={css.was}>{price(i.old_price_minor, i.currency)}</s> : '–'),
    },
    {
      id: 'price',
      head: t('catalogue.price'),
      right: true,
      place: 'tr',
      cell: (i) => aged(i.facts.price, price(i.price_minor, i.currency), true),
    },
    { id: 'stock', head: t('catalogue.stock'), right: true, place: 'br', cell: (i) => aged(i.facts.stock, stock(i)) },
  ];
}

const tones = { published: 'ready', staging: 'offered', held: 'offered', refused: 'lost', discarded: 'paused' } as const;

/** The readings of the feed: what calls point at when they name a price. */
function Readings() {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const snapshots = useSnapshots();
  const columns: Column<Snapshot>[] = [
    {
      id: 'seq',
      head: t('readings.no'),
      place: 'tl',
      cell: (s) => (
        <a href={`#${s.id}`} id={s.id} title={s.id}>
          {t('readings.name', { seq: s.seq })}
        </a>
      ),
    },
    {
      id: 'state',
      head: t('readings.state'),
      place: 'tr',
      cell: (s) => <StateTag state={tones[s.state]}>{t(`readings.${s.state}`)}</StateTag>,
    },
    {
      id: 'taken',
      head: t('readings.taken'),
      place: 'bl',
      cell: (s) => (
        <time dateTime={s.taken_at} title={f.full(s.taken_at)}>
          <Num>{f.instant(s.taken_at, now)}</Num>
        </time>
      ),
    },
    { id: 'items', head: t('readings.items'), right: true, place: 'br', cell: (s) => f.number(s.item_count) },
    { id: 'new', head: t('readings.new'), right: true, cell: (s) => f.number(s.new_count) },
    { id: 'changed', head: t('readings.changed'), right: true, cell: (s) => f.number(s.changed_count) },
    { id: 'gone', head: t('readings.gone'), right: true, cell: (s) => f.number(s.gone_count) },
    { id: 'reason', head: t('readings.reason'), cell: (s) => s.reason || '–' },
  ];
  return (
    <section className={css.card} aria-label={t('readings.title')}>
      <h2>{t('readings.title')}</h2>
      <Panel query={snapshots} rows={2}>
        {(d) =>
          (d.items ?? []).length === 0 ? (
            <Empty title={t('readings.none')} />
          ) : (
            <Table label={t('readings.title')} columns={columns} rows={d.items ?? []} rowKey={(s) => s.id} keyed={false} />
          )
        }
      </Panel>
    </section>
  );
}
