// The script of the call in hand: begun or gone on with, stepped, and its cards.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { client, type Schemas } from '../api/client';

export type Walk = Schemas['CallWalk'];
export type Given = Schemas['WalkAnswer'];
/** What is wrong with an answer, in the buyer's language; or that the server could not be asked. */
export type Refusal = { text: string } | { trouble: 'network' | 'none' };

const key = (call: string) => ['desk-walk', call] as const;

async function begin(call: string): Promise<Walk> {
  const { data, error, response } = await client.POST('/calls/{id}/walk', { params: { path: { id: call } } });
  if (!data) throw Object.assign(new Error(`begin the script: ${response.status}`), error);
  return data;
}

async function read(call: string): Promise<Walk> {
  const { data, error, response } = await client.GET('/calls/{id}/walk', { params: { path: { id: call } } });
  if (!data) throw Object.assign(new Error(`read the script: ${response.status}`), error);
  return data;
}

/** ended: a call that is over is read, and no longer begun. */
export function useWalk(call: string, ended: boolean) {
  return useQuery<Walk, Error & { status?: number }>({
    queryKey: key(call),
    queryFn: () => (ended ? read(call) : begin(call)),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (times, e) => times < 8 && (e.status === undefined || e.status >= 500 || e.status === 404),
    retryDelay: (times) => Math.min(250 * 2 ** times, 4_000), // the grant comes a moment after the call is joined
    networkMode: 'always',
  });
}

export type Steps = { answer: (given: Given) => Promise<boolean>; refusal: Refusal | undefined; busy: boolean; clear: () => void };

export function useSteps(call: string, walk: Walk | undefined): Steps {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);
  const answer = async (given: Given): Promise<boolean> => {
    if (!walk || busy) return false;
    setBusy(true);
    const said = await client
      .POST('/calls/{id}/walk/steps', { params: { path: { id: call } }, body: { seen: walk.seen, answer: given } })
      .catch(() => undefined);
    setBusy(false);
    if (said?.data) {
      queries.setQueryData(key(call), said.data);
      setRefusal(undefined);
      return true;
    }
    if (said?.response.status === 409) queries.invalidateQueries({ queryKey: key(call) });
    setRefusal(refusalOf(said?.error));
    return false;
  };
  return { answer, refusal, busy, clear: () => setRefusal(undefined) };
}

function refusalOf(problem: Schemas['Problem'] | undefined): Refusal {
  const text = problem?.errors?.[0]?.message;
  if (text) return { text };
  return { trouble: problem && problem.status < 500 ? 'none' : 'network' };
}

/** Tells the server which card is open; the screen does not wait for it. */
export function useCards(call: string): { open: (card: string) => void; close: () => void } {
  return useMemo(() => {
    const path = { params: { path: { id: call } } };
    return {
      open: (card) => void client.POST('/calls/{id}/walk/card', { ...path, body: { card } }).catch(() => {}),
      close: () => void client.DELETE('/calls/{id}/walk/card', path).catch(() => {}),
    };
  }, [call]);
}
