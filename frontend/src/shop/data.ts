// What the pages of a shop ask the API for.
import { useParams } from '@tanstack/react-router';
import { useContext } from 'react';
import { api, type Schemas } from '../api/client';
import { addDays, dayOf, dayStart } from '../ui/format';
import { useNow, Zone } from '../ui/person';
import type { CallFilters, Days, LostFilters, OrderFilters } from './filters';

export type Call = Schemas['Call'];
export type Story = Schemas['Story'];
export type LostCall = Schemas['LostCall'];
export type Order = Schemas['Order'];
export type Summary = Schemas['Summary'];
export type Comment = Schemas['Comment'];

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

/** The operators who took calls of the shop. */
export const useOperators = () =>
  api.useQuery('get', '/operators', { params: { query: { shop: useShopName() } } }, { staleTime: 60_000 }).data?.items ?? [];

/** Names an operator: the last digits of the id for one who only rang, and never spoke to a buyer of the shop. */
export function useOperatorName(): (id: string) => string {
  const names = new Map(useOperators().map((o) => [o.id, o.name]));
  return (id) => names.get(id) || id.slice(-4);
}

const paged = {
  pageParamName: 'cursor',
  initialPageParam: '',
  getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor,
};

export function useCalls({ from, to, ...rest }: CallFilters, limit = 50) {
  const zone = useContext(Zone);
  return api.useInfiniteQuery(
    'get',
    '/calls',
    { params: { query: { shop: useShopName(), ...span({ from, to }, zone), ...rest, limit } } },
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

export function useLost({ from, to, ...rest }: LostFilters, limit = 50) {
  const zone = useContext(Zone);
  return api.useInfiniteQuery(
    'get',
    '/lost-calls',
    { params: { query: { shop: useShopName(), ...span({ from, to }, zone), ...rest, limit } } },
    paged,
  );
}

/** What a day adds up to. */
export function useSummary(day: string) {
  const { from = '', to = '' } = span({ from: day, to: day }, useContext(Zone));
  return api.useQuery('get', '/summary', { params: { query: { shop: useShopName(), from, to } } });
}
