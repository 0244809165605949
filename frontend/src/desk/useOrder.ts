// The order of the draft: made by the server at the prices that were told, and settled at once.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, type Schemas } from '../api/client';
import { useInHand } from './call';
import { type Asked, leftToAsk } from './left';

export type Flaws = ReadonlyMap<string, string>;
export type OrderTrouble = 'network' | 'broken' | undefined;

/** "body.order.contact.phone" -> "phone", "body.order.items[1].quantity" -> "items.1". */
export function placeOf(location: string | undefined): string {
  const item = /items\[(\d+)\]/.exec(location ?? '');
  return item ? `items.${item[1]}` : (location ?? '').split('.').at(-1) || 'order';
}

export function useOrder() {
  const { call, card, keeper, walk, steps, draft } = useInHand();
  const queries = useQueryClient();
  const key = ['desk-order', call] as const;
  const [flaws, setFlaws] = useState<Flaws>(new Map());
  const [trouble, setTrouble] = useState<OrderTrouble>();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const { data: made } = useQuery<Schemas['Order'] | null>({
    queryKey: key,
    queryFn: async () => {
      const { data } = await client.GET('/orders', { params: { query: { call_id: call } } });
      return data?.items.find((o) => o.status === 'confirmed') ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const left = leftToAsk(walk?.view.fields ?? [], draft.mine, card?.from ?? '');

  /** Makes the order, and goes on in a script that waits for it. Returns what is missing first. */
  const make = async (): Promise<Asked | undefined> => {
    setAsked(true);
    if (busy || made) return undefined;
    if (left[0] === 'items') return 'items';
    setBusy(true);
    const revision = await keeper.flush();
    if (revision === undefined) {
      setBusy(false);
      setTrouble('network');
      return undefined;
    }
    const answer = await client
      .POST('/desk/calls/{id}/draft/order', {
        params: { path: { id: call }, header: { 'Idempotency-Key': `${call}-${revision}` } },
        body: { revision, confirm: true },
      })
      .catch(() => undefined);
    setBusy(false);
    if (answer?.data) {
      queries.setQueryData(key, answer.data);
      setFlaws(new Map());
      setTrouble(undefined);
      if (walk?.view.kind === 'order') await steps.answer({});
      return undefined;
    }
    const errors = answer?.error?.errors ?? [];
    setFlaws(new Map(errors.map((e) => [placeOf(e.location), e.message])));
    setTrouble(errors.length > 0 ? undefined : answer ? 'broken' : 'network');
    return undefined;
  };
  return { make, made: made ?? undefined, left, asked, busy, flaws, trouble };
}
