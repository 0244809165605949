import { Button, NumberInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, client, type Schemas } from '../api/client';
import { Panel } from '../ui/Panel';
import { useFormat, useNow } from '../ui/person';
import { say } from '../ui/toast';
import { useShopName } from './data';
import css from './shop.module.css';

type Freshness = Schemas['Freshness'];
type Times = Schemas['FreshnessTimes'];

const fields = ['price_s', 'stock_s', 'delivery_s'] as const satisfies readonly (keyof Times)[];

/** How long a price, a stock and the terms of delivery may be said as current. */
export function Lives() {
  const { t } = useTranslation();
  const query = api.useQuery('get', '/catalogue/freshness', { params: { query: { shop: useShopName() } } });
  return (
    <section className={css.card} aria-label={t('lives.title')}>
      <Panel query={query} rows={2}>
        {(f) => <Form key={f.changed_at ?? ''} f={f} />}
      </Panel>
    </section>
  );
}

function useMay(): boolean {
  const { account } = useRouteContext({ from: '/inside' });
  const shop = useShopName();
  return account.shops.some((s) => s.slug === shop && (s.role === 'owner' || s.role === 'manager'));
}

function Form({ f }: { f: Freshness }) {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const now = useNow();
  const may = useMay();
  const [times, setTimes] = useState<Times>({ price_s: f.price_s, stock_s: f.stock_s, delivery_s: f.delivery_s });
  const { save, trouble } = useSave(times);
  return (
    <form onSubmit={save}>
      <h2>
        {t('lives.title')}
        <span>{f.changed_at ? t('lives.changed', { at: instant(f.changed_at, now) }) : t('lives.usual')}</span>
      </h2>
      <div className={css.pad} style={{ display: 'grid', gap: 14 }}>
        <p style={{ margin: 0, maxWidth: 760, color: 'var(--sb-ink-2)' }}>{t('lives.what')}</p>
        <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(200px, 1fr))', gap: 14, maxWidth: 760 }}>
          {fields.map((name) => (
            <NumberInput
              key={name}
              label={t(`lives.${name}`)}
              description={t('lives.usualIs', { n: f.usual[name] / 60 })}
              suffix={` ${t('lives.minutes')}`}
              value={times[name] / 60}
              min={1}
              max={43_200}
              decimalScale={0}
              thousandSeparator=" "
              disabled={!may}
              onChange={(v) => setTimes({ ...times, [name]: Math.round(Number(v) * 60) })}
            />
          ))}
        </div>
        {trouble && <p role="alert">{t(`lives.${trouble}`)}</p>}
        {may ? (
          <div>
            <Button type="submit">{t('lives.save')}</Button>
          </div>
        ) : (
          <p style={{ margin: 0, color: 'var(--sb-ink-3)' }}>{t('lives.readOnly')}</p>
        )}
      </div>
    </form>
  );
}

function useSave(times: Times) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const shop = useShopName();
  const [trouble, setTrouble] = useState<'wrong' | 'unsaved'>();
  const save = async (e: FormEvent) => {
    e.preventDefault();
    const { response } = await client
      .PUT('/catalogue/freshness', { params: { query: { shop } }, body: times })
      .catch(() => ({ response: undefined }));
    setTrouble(response?.ok ? undefined : response?.status === 422 ? 'wrong' : 'unsaved');
    if (!response?.ok) return;
    await Promise.all(['/catalogue/freshness', '/catalogue/items'].map((path) => queries.invalidateQueries({ queryKey: ['get', path] })));
    say(t('lives.saved'));
  };
  return { save, trouble };
}
