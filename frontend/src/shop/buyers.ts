// What the pages of buyers ask the API for.
import { api, type Schemas } from '../api/client';
import { useShopName } from './data';

export type Buyer = Schemas['BuyerRow'];
export type BuyerWhole = Schemas['BuyerWhole'];
export type Loaded = Schemas['BuyersLoaded'];

export const cautions = ['blocked', 'refuses'] as const;
export type BuyerFilters = { q?: string; segment?: string; caution?: (typeof cautions)[number] };

/** The filters that an address names; what is none is left out. */
export function readBuyers(s: Record<string, unknown>): BuyerFilters {
  const q = typeof s.q === 'string' || typeof s.q === 'number' ? String(s.q).slice(0, 100) : '';
  const segment = typeof s.segment === 'string' ? s.segment.slice(0, 40) : '';
  const caution = cautions.find((c) => c === s.caution);
  return { ...(q && { q }), ...(segment && { segment }), ...(caution && { caution }) };
}

export const useBuyers = (filters: BuyerFilters) =>
  api.useInfiniteQuery(
    'get',
    '/buyers',
    { params: { query: { shop: useShopName(), ...filters, limit: 50 } } },
    { pageParamName: 'cursor', initialPageParam: '', getNextPageParam: (last: { next_cursor: string | null }) => last.next_cursor },
  );

/** A file as the API takes it: its bytes in base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
