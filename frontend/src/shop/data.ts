// What the pages of a shop ask the API for.
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useContext } from 'react';
import { api, client, type Problem, type Schemas } from '../api/client';
import { addDays, dayOf, dayStart } from '../ui/format';
import { useNow, Zone } from '../ui/person';
import type { CallFilters, Days, OrderFilters } from './filters';

export type Call = Schemas['Call'];
export type Story = Schemas['Story'];
export type LostCall = Schemas['LostCall'];
export type Order = Schemas['Order'];

export const useShopName = (): string => useParams({ from: '/inside/s/$shop' }).shop;

/** The instants of a span of days by the shop's clocks; the last day is within. */
export function span(days: Days, zone: string): { from?: string; to?: string } {
  const from = days.from && dayStart(days.from, zone);
  const to = days.to && dayStart(addDays(days.to, 1), zone);
  return { ...(from && { from: from.toISOString() }), ...(to && { to: to.toISOString() }) };
}

export const useToday = (): string => dayOf(useNow(), useContext(Zone));

export const useShop = () => api.useQuery('get', '/shop', { params: { query: { shop: useShopName() } } }, { staleTime: 300_000 });
export const useQueues = () => api.useQuery('get', '/queues', { params: { query: { shop: useShopName() } } }, { staleTime: 300_000 });
export const useNumbers = () => api.useQuery('get', '/numbers', { params: { query: { shop: useShopName() } } }, { staleTime: 300_000 });
export const useSnapshots = () => api.useQuery('get', '/catalogue/snapshots', { params: { query: { shop: useShopName(), limit: 200 } } });

const paged = {
  pageParamName: 'cursor',
  initialPageParam: '',
  getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor,
};

export function useCalls({ from, to, ...rest }: CallFilters) {
  const zone = useContext(Zone);
  return api.useInfiniteQuery(
    'get',
    '/calls',
    { params: { query: { shop: useShopName(), ...span({ from, to }, zone), ...rest, limit: 50 } } },
    paged,
  );
}

export function useOrders({ from, to, ...rest }: OrderFilters) {
  const zone = useContext(Zone);
  return api.useInfiniteQuery(
    'get',
    '/orders',
    { params: { query: { shop: useShopName(), ...span({ from, to }, zone), ...rest, limit: 50 } } },
    paged,
  );
}

export const useLost = () => api.useInfiniteQuery('get', '/lost-calls', { params: { query: { shop: useShopName(), limit: 50 } } }, paged);

/** At most so many pages of 200 are added up for a day; the page says so when there are more. */
const mostPages = 25;

/** All calls, orders and lost calls of one day. There is no summary in the API: it is added up here. */
export function useDay(day: string) {
  const zone = useContext(Zone);
  const shop = useShopName();
  const { from, to } = span({ from: day, to: day }, zone);
  const query = { shop, from, to, limit: 200 };
  const calls = useQuery<{ items: Call[]; whole: boolean }, Problem>({
    queryKey: ['day', '/calls', query],
    queryFn: () => all((cursor) => client.GET('/calls', { params: { query: { ...query, cursor } } })),
  });
  const orders = useQuery<{ items: Order[]; whole: boolean }, Problem>({
    queryKey: ['day', '/orders', query],
    queryFn: () => all((cursor) => client.GET('/orders', { params: { query: { ...query, cursor } } })),
  });
  const lost = useQuery<{ items: LostCall[]; whole: boolean }, Problem>({
    queryKey: ['day', '/lost-calls', query],
    queryFn: () =>
      all(
        (cursor) => client.GET('/lost-calls', { params: { query: { shop, limit: 200, cursor } } }),
        (item) => !from || item.lost_at >= from,
      ),
  });
  return { calls, orders, lost };
}

type Page<T> = { items: T[] | null; next_cursor: string | null };
type Answer<T> = { data?: Page<T>; error?: Problem };

/** Reads page after page, as long as items are still wanted. */
async function all<T>(read: (cursor: string) => Promise<Answer<T>>, wanted: (item: T) => boolean = () => true) {
  const items: T[] = [];
  let cursor: string | null = '';
  for (let page = 0; cursor !== null && page < mostPages; page++) {
    const { data, error }: Answer<T> = await read(cursor);
    if (!data) throw error;
    const got = (data.items ?? []).filter(wanted);
    items.push(...got);
    cursor = got.length === (data.items ?? []).length ? data.next_cursor : null;
  }
  return { items, whole: cursor === null };
}
