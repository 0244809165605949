import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, type Schemas } from '../api/client';
import { useFormat } from '../ui/person';
import { Fresh, Label, Num } from '../ui/ui';
import type { Item } from './call';
import css from './desk.module.css';
import { useJudge } from './house';
import { useStock } from './useStock';

type Props = { of: Item; take: (i: Item) => void };

/** What is in stock in place of an item that is not: shown while that item is chosen. */
export function Instead({ of, take }: Props) {
  const { t } = useTranslation();
  const f = useFormat();
  const stock = useStock();
  const judge = useJudge();
  const { data } = useQuery<Schemas['ItemDetail'] | null>({
    queryKey: ['desk-item', of.id],
    queryFn: async () => (await client.GET('/catalogue/items/{id}', { params: { path: { id: of.id } } })).data ?? null,
  });
  const fresh = (data?.alternatives ?? []).filter((i) => !judge(i.facts.price).stale && !judge(i.facts.stock).stale).slice(0, 3);
  if (fresh.length === 0) return null;
  return (
    <section className={css.instead} aria-label={t('desk.item.instead')}>
      <Label>{t('desk.item.instead')}</Label>
      {fresh.map((i) => (
        <div key={i.id} className={css.row}>
          <b title={i.name}>{i.name}</b>
          <span className={css.grow} />
          <span className={css.small}>
            <Num>{f.money({ amount: i.price_minor, scale: 2, currency: i.currency }, true)}</Num> {stock(i)}{' '}
            <Fresh {...judge(i.facts.stock)} source={i.facts.stock.source} />
          </span>
          <Button size="compact-xs" variant="default" aria-label={t('desk.item.addOne', { name: i.name })} onClick={() => take(i)}>
            {t('desk.item.add')}
          </Button>
        </div>
      ))}
    </section>
  );
}

/** The same thing in others of the shop's sources, in one line. */
export function AlsoFrom({ item }: { item: Item }) {
  const { t } = useTranslation();
  const f = useFormat();
  const stock = useStock();
  if (item.elsewhere.length === 0) return null;
  const offers = item.elsewhere.map((e) =>
    [
      e.supplier || t('desk.item.otherSource'),
      f.money({ amount: e.price_minor, scale: 2, currency: e.currency }, true),
      stock(e),
      f.age(e.age_s),
    ].join(' '),
  );
  return <span title={offers.join('; ')}>{t('desk.item.elsewhere', { offers: offers.join('; ') })}</span>;
}
