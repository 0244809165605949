// What came of the call: chosen by a digit, told to the server, with its promise and its note.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client, type Schemas } from '../api/client';
import type { Fields } from './draft/fields';
import type { DraftKeeper } from './draft/useDraft';
import type { Card } from './scene';
import { whenOf } from './when';

export type Disposition = Schemas['Disposition'];
export type OutcomeName = Disposition['options'][number];
const names: readonly OutcomeName[] = ['order', 'consultation', 'callback', 'claim', 'transferred', 'refused', 'wrong_number', 'other'];
export const isOutcome = (s: string): s is OutcomeName => names.some((o) => o === s);

export type OutcomeTrouble = 'none' | 'when' | 'network';
export type Outcome = {
  chosen: OutcomeName | undefined;
  proposed: OutcomeName | undefined;
  options: readonly OutcomeName[];
  trouble: OutcomeTrouble | undefined;
  busy: boolean;
  /** Tells the server what came of the call, as it is chosen, else as proposed. */
  settle: (choice?: OutcomeName) => Promise<boolean>;
};

type Given = { call: string; card: Card | undefined; mine: Fields; keeper: DraftKeeper; over: boolean; ahead: number };

export function useOutcome({ call, card, mine, keeper, over, ahead }: Given): Outcome {
  const key = ['desk-disposition', call] as const;
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<OutcomeTrouble>();
  const { data } = useQuery<Disposition>({
    queryKey: key,
    enabled: over,
    queryFn: async () => {
      const { data, error } = await client.GET('/desk/calls/{id}/disposition', { params: { path: { id: call } } });
      if (!data) throw Object.assign(new Error('read what came of the call'), error);
      return data;
    },
    retry: 3,
    staleTime: 5_000,
  });
  const typed = isOutcome(mine.disposition) ? mine.disposition : undefined;
  const chosen = typed ?? data?.outcome ?? data?.proposed ?? undefined;

  const settle = async (choice = chosen): Promise<boolean> => {
    const said = bodyOf(choice, keeper.look().mine, card?.shop.timezone ?? 'UTC', Date.now() + ahead);
    if (typeof said === 'string') {
      setTrouble(said);
      return false;
    }
    setBusy(true);
    const answer = await client.POST('/desk/calls/{id}/disposition', { params: { path: { id: call } }, body: said }).catch(() => undefined);
    setBusy(false);
    if (answer?.data) queries.setQueryData(key, answer.data);
    setTrouble(answer?.response.ok ? undefined : 'network');
    return answer?.response.ok ?? false;
  };
  return { chosen, proposed: data?.proposed ?? undefined, options: data?.options ?? [], trouble, busy, settle };
}

type Said = Schemas['SetDispositionBody'];

/** What is told, or what is missing for it. */
function bodyOf(outcome: OutcomeName | undefined, f: Fields, zone: string, now: number): Said | OutcomeTrouble {
  if (!outcome) return 'none';
  const due = f.when.trim() ? whenOf(f.when, now, zone) : undefined;
  if (due === undefined && (outcome === 'callback' || f.when.trim())) return 'when';
  const callback = due === undefined ? {} : { callback: { due_at: new Date(due).toISOString(), subject: f.subject } };
  return { outcome, note: f.note, ...callback };
}
