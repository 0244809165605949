import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import type { Fact } from '../ui/fresh';
import { Panel } from '../ui/Panel';
import { useFormat } from '../ui/person';
import { Fresh, Key, Num } from '../ui/ui';
import type { Item } from './call';
import css from './desk.module.css';
import { useJudge } from './house';
import { useStock } from './useStock';

/** Marked items side by side: what differs stands out. */
export function Compare({ items, close }: { items: Item[]; close: () => void }) {
  const { t } = useTranslation();
  const ids = items.map((i) => i.id);
  const query = useQuery<Schemas['Comparison'], Error & { status?: number }>({
    queryKey: ['desk-compare', ids],
    queryFn: async () => {
      const { data, error } = await client.GET('/catalogue/comparison', { params: { query: { item_id: ids } } });
      if (!data) throw Object.assign(new Error('compare items'), error);
      return data;
    },
    retry: 1,
  });
  return (
    <>
      <div className={css.row}>
        <span className={css.small}>{t('desk.item.comparing', { count: items.length })}</span>
        <span className={css.grow} />
        <Button size="compact-xs" variant="subtle" onClick={close} rightSection={<Key>Esc</Key>}>
          {t('desk.item.backToList')}
        </Button>
      </div>
      <Panel query={query}>{(c) => <Sheet of={c} />}</Panel>
    </>
  );
}

function Sheet({ of }: { of: Schemas['Comparison'] }) {
  const stock = useStock();
  const { t } = useTranslation();
  const f = useFormat();
  const judge = useJudge();
  const aged = (fact: Fact, value: string) => {
    const v = judge(fact);
    return (
      <>
        <span style={v.stale ? { color: 'var(--sb-ink-3)' } : undefined}>
          <Num>{v.stale ? t('fresh.was', { value }) : value}</Num>
        </span>{' '}
        <Fresh {...v} source={fact.source} />
      </>
    );
  };
  return (
    <table className={css.compare}>
      <thead>
        <tr>
          <td />
          {of.items.map((i) => (
            <th key={i.id} scope="col">
              {i.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr data-differ>
          <th scope="row">{t('catalogue.price')}</th>
          {of.items.map((i) => (
            <td key={i.id}>{aged(i.facts.price, f.money({ amount: i.price_minor, scale: 2, currency: i.currency }, true))}</td>
          ))}
        </tr>
        <tr>
          <th scope="row">{t('catalogue.stock')}</th>
          {of.items.map((i) => (
            <td key={i.id}>{aged(i.facts.stock, stock(i))}</td>
          ))}
        </tr>
        {of.rows.map((r) => (
          <tr key={r.name} data-differ={r.differ || undefined}>
            <th scope="row">{r.name}</th>
            {r.values.map((v, i) => (
              <td key={of.items[i]?.id ?? i}>{v || '–'}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
