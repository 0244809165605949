// The call in hand, as its three columns share it.
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { client, type Schemas } from '../api/client';
import type { Draft } from './draft/keeper';
import type { DraftKeeper } from './draft/useDraft';
import type { Outcome } from './outcome';
import type { Card } from './scene';
import type { Cards } from './useCards';
import type { Steps, Walk } from './useWalk';

export type Item = Schemas['Item'];

export type InHand = {
  call: string;
  card: Card | undefined;
  over: boolean; // the buyer is gone: wrap-up
  draft: Draft;
  keeper: DraftKeeper;
  walk: Walk | undefined;
  steps: Steps;
  outcome: Outcome;
  cards: Cards;
};

const Context = createContext<InHand | undefined>(undefined);
export const InHandOf = Context.Provider;

export function useInHand(): InHand {
  const call = useContext(Context);
  if (!call) throw new Error('outside of a call');
  return call;
}

type Trouble = { status?: number };

/** The grant of a call comes a moment after it is joined: until then there is no such thing. */
export const soon = {
  retry: (times: number, e: Trouble) => times < 6 && (e.status === undefined || e.status === 404 || e.status >= 500),
  retryDelay: (times: number) => Math.min(250 * 2 ** times, 4_000),
};

export function useBuyer(call: string) {
  return useQuery<Schemas['BuyerCard'], Error & Trouble>({
    queryKey: ['desk-buyer', call],
    queryFn: async () => {
      const { data, error } = await client.GET('/calls/{id}/buyer', { params: { path: { id: call } } });
      if (!data) throw Object.assign(new Error('read the buyer'), error);
      return data;
    },
    staleTime: Number.POSITIVE_INFINITY,
    ...soon,
  });
}

/** What a search is narrowed to; properties as name=value. */
export type Within = { inStock: boolean; category: string; params: string[] };
export const everything: Within = { inStock: false, category: '', params: [] };

/** The parameters of the API that narrow a search. */
export const narrowed = (w: Within) => ({
  ...(w.inStock && { in_stock: true }),
  ...(w.category && { category: w.category }),
  ...(w.params.length > 0 && { param: w.params }),
});

/** Items that fit, as of now. */
export function useItems(q: string, shop: string | undefined, within = everything) {
  return useQuery<Item[], Error & Trouble>({
    queryKey: ['desk-items', shop, q, within],
    enabled: q !== '',
    queryFn: async ({ signal }) => {
      const { data, error } = await client.GET('/catalogue/items', { params: { query: { q, limit: 20, ...narrowed(within) } }, signal });
      if (!data) throw Object.assign(new Error('search the catalogue'), error);
      return data.items ?? [];
    },
    placeholderData: (before) => before,
    staleTime: 30_000,
    ...soon,
  });
}

/** The item with a stock keeping unit, to tell how old its price is. */
export function useItem(sku: string | undefined, shop: string | undefined): Item | undefined {
  return useItems(sku ?? '', shop).data?.find((i) => i.sku === sku);
}
