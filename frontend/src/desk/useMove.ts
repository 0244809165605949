// A call that goes to somebody else: whom it may go to, and what can be asked of the server.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, type Schemas } from '../api/client';
import { useHouse } from './house';

export type Target = Schemas['Target'];
export type Targets = Schemas['Targets'];
export type Move = Schemas['Move'];
export type Miss = Schemas['Miss'];
export type Whom = Schemas['SeekRequestBody']['to'];

type Trouble = { status?: number; code?: string; detail?: string };

const key = (call: string) => ['desk-targets', call] as const;

/** To whom the call may go now; looked at anew while somebody chooses. */
export function useTargets(call: string, choosing: boolean) {
  return useQuery<Targets, Error & Trouble>({
    queryKey: key(call),
    queryFn: async () => {
      const { data, error } = await client.GET('/desk/calls/{id}/targets', { params: { path: { id: call } } });
      if (!data) throw Object.assign(new Error('read to whom a call may go'), error);
      return data;
    },
    refetchInterval: choosing ? 3_000 : 15_000,
    retry: 2,
    retryDelay: 500,
  });
}

/** Asks for somebody. Resolves once they are rung. */
export function useSeek(call: string) {
  const queries = useQueryClient();
  const { orders } = useHouse();
  return useMutation<void, Error & Trouble, { how: 'transfer' | 'consult'; to: Whom; note: string }>({
    mutationFn: async ({ how, to, note }) => {
      const { data, error } = await client.POST(`/desk/calls/{id}/${how}`, { params: { path: { id: call } }, body: { to, note } });
      if (!data) throw Object.assign(new Error('hand a call over'), error);
    },
    onSettled: () => {
      orders.refresh();
      queries.invalidateQueries({ queryKey: key(call) });
    },
  });
}

export type MoveVerb = 'complete' | 'conference' | 'swap' | 'back' | 'park' | 'resume';

/** What is done with who was asked, or with the buyer who is parked. */
export function useMoveVerb(call: string) {
  const { orders } = useHouse();
  return useMutation<void, Error & Trouble, MoveVerb>({
    mutationFn: async (verb) => {
      const path = { params: { path: { id: call } } };
      const { data, error } =
        verb === 'park'
          ? await client.POST('/desk/calls/{id}/park', { ...path, body: {} })
          : await client.POST(`/desk/calls/{id}/${verb}`, path);
      if (!data) throw Object.assign(new Error(`${verb} a call`), error);
    },
    onSettled: () => orders.refresh(),
  });
}

/** A number as far as it may be dialled: digits enough, and nothing else. */
export const isNumber = (typed: string): boolean => /^[+\d][\d\s()-]*$/.test(typed.trim()) && typed.replace(/\D/g, '').length >= 6;
