// The desk as the server has it: told by a stream, and read at times in case the stream is silent.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { client } from '../api/client';
import { type Clock, learn, unknown } from '../live/clock';
import type { Desk } from './scene';

export type Seen = { desk: Desk; clock: Clock; at: number };

const key = ['desk'] as const;
/** How often the desk is looked at when nothing else says that it changed, ms. */
const pace = 5_000;
/** How long to wait before a stream that broke is begun again, ms. */
const again = 2_000;

let clock: Clock = unknown;

async function look(): Promise<Seen> {
  const asked = Date.now();
  const { data, error, response } = await client.GET('/desk', { cache: 'no-store' });
  if (!data) throw Object.assign(new Error(`read the desk: ${response.status}`), error);
  const came = Date.now();
  clock = learn(clock, { server: Date.parse(data.now), asked, came });
  return { desk: data, clock, at: came };
}

/** Hears the stream of the desk. What it says is what get-desk would. */
function useStream(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/api/v1/desk/events');
      source.addEventListener('desk', (e: MessageEvent<string>) => {
        const desk: unknown = JSON.parse(e.data);
        if (isDesk(desk)) queries.setQueryData<Seen>(key, { desk, clock, at: Date.now() });
      });
      source.onerror = () => {
        source?.close();
        retry = setTimeout(open, again);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }, [queries]);
}

const isDesk = (v: unknown): v is Desk => typeof v === 'object' && v !== null && 'operator_id' in v && 'state' in v && 'shift' in v;

export function useSeen() {
  useStream();
  return useQuery<Seen>({
    queryKey: key,
    queryFn: look,
    refetchInterval: pace,
    refetchIntervalInBackground: true,
    retry: false,
    staleTime: 0,
    networkMode: 'always',
  });
}

export type PauseReason = 'break' | 'lunch' | 'training' | 'technical' | 'other';
export const pauseReasons: readonly PauseReason[] = ['break', 'lunch', 'training', 'technical', 'other'];

/** What the operator can do by the server. Each returns whether it was done. */
export type Orders = {
  refresh: () => void;
  ready: () => Promise<boolean>;
  pause: (reason: PauseReason) => Promise<boolean>;
  finish: () => Promise<boolean>;
  extend: () => Promise<boolean>;
  onCall: (
    verb: 'hangup' | 'hold' | 'resume' | 'mute' | 'unmute' | 'pause-recording' | 'resume-recording' | 'stop-recording',
    call: string,
  ) => Promise<boolean>;
};

type Answer = { data?: Desk; response: Response };

export function useOrders(): Orders {
  const queries = useQueryClient();
  return useMemo(() => {
    const done = async (asked: Promise<Answer>): Promise<boolean> => {
      const answer = await asked.catch(() => undefined);
      if (answer?.data) {
        const desk = answer.data;
        queries.setQueryData<Seen>(key, (s) => ({ desk, clock: s?.clock ?? clock, at: Date.now() }));
      } else queries.invalidateQueries({ queryKey: key });
      return answer?.response.ok ?? false;
    };
    return {
      refresh: () => queries.invalidateQueries({ queryKey: key }),
      ready: () => done(client.POST('/desk/ready')),
      pause: (reason) => done(client.POST('/desk/pause', { body: { reason } })),
      finish: () => done(client.POST('/desk/finish')),
      extend: () => done(client.POST('/desk/extend')),
      onCall: (verb, id) => done(client.POST(`/desk/calls/{id}/${verb}`, { params: { path: { id } } })),
    };
  }, [queries]);
}
