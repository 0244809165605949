// Things that the palette finds: calls by their number or the buyer's, orders, goods.

import { useDebouncedValue } from '@mantine/hooks';
import type { SpotlightActionData } from '@mantine/spotlight';
import { useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { phone } from '../ui/format';
import { useFormat, useNow } from '../ui/person';
import { useShopName } from './data';
import { readNumber } from './filters';

/** The shop's own numbering goes no further than this by far. */
const longestNo = 9;
const few = 5;

/** What a query may name: the number of a call or an order, a telephone number, words of goods. */
export function namedBy(query: string): { no?: number; number?: string; words?: string } {
  const typed = query.trim().replace(/^№\s*/, '');
  const digits = typed.replace(/[\s\u00a0]/g, '');
  if (/^\d+$/.test(digits) && digits.length <= longestNo) return { no: Number(digits) };
  if (/^[+\d\s()\u2010-\u2014-]+$/.test(typed)) {
    const number = readNumber(typed);
    return number ? { number } : {};
  }
  return typed.length >= 3 ? { words: typed } : {};
}

export function useFound(query: string): SpotlightActionData[] {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useNow();
  const router = useRouter();
  const shop = useShopName();
  const [typed] = useDebouncedValue(query, 200);
  const { no = 0, number = '', words = '' } = namedBy(typed);
  const calls = api.useQuery(
    'get',
    '/calls',
    { params: { query: { shop, limit: few, ...(no ? { no } : { number }) } } },
    { enabled: no > 0 || number !== '' },
  );
  const orders = api.useQuery('get', '/orders', { params: { query: { shop, limit: few, no } } }, { enabled: no > 0 });
  const goods = api.useQuery('get', '/catalogue/items', { params: { query: { shop, q: words, limit: few } } }, { enabled: words !== '' });
  // Both or neither: what came first would be chosen, and Enter open an order for a call.
  if (no > 0 && (calls.isPending || orders.isPending)) return [];
  return [
    ...(calls.data?.items ?? []).map((c) => ({
      id: c.id,
      label: t('palette.call', { no: f.number(c.no) }),
      description: `${c.from ? phone(c.from) : t('call.withheld')} · ${f.instant(c.started_at, now)}`,
      onClick: () => void router.navigate({ to: '/s/$shop/calls/$call', params: { shop, call: String(c.no) } }),
    })),
    ...(orders.data?.items ?? []).map((o) => ({
      id: o.id,
      label: t('orders.name', { no: f.number(o.no) }),
      description: f.money({ amount: o.total_minor, scale: 2, currency: o.currency }, true),
      onClick: () => void router.navigate({ to: '/s/$shop/orders/$order', params: { shop, order: o.id } }),
    })),
    ...(goods.data?.items ?? []).map((i) => ({
      id: i.id,
      label: i.name,
      description: i.sku,
      onClick: () => void router.navigate({ to: '/s/$shop/catalogue', params: { shop }, search: { q: i.sku } }),
    })),
  ];
}
