// The floor as the server has it: told by a stream, and read again while the stream is away.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { client } from '../api/client';
import { type Clock, learn, unknown } from '../live/clock';
import { useNow } from '../ui/person';
import type { Floor, Instant } from './floor';

export type Seen = { floor: Floor; clock: Clock; at: number };

const key = ['floor'] as const;
/** How long to wait before a stream that broke is begun again, ms. */
const again = 2_000;
/** From when on what is shown is old, and when it is grey, ms. The server tells every 2 s. */
const late = 5_000;
const stale = 15_000;

let clock: Clock = unknown;

async function look(): Promise<Seen> {
  const asked = Date.now();
  const { data, error, response } = await client.GET('/floor', { cache: 'no-store' });
  if (!data) throw Object.assign(new Error(`read the floor: ${response.status}`), error);
  const came = Date.now();
  clock = learn(clock, { server: Date.parse(data.at), asked, came });
  return { floor: data, clock, at: came };
}

const isFloor = (v: unknown): v is Floor => typeof v === 'object' && v !== null && 'calls' in v && 'operators' in v && 'at' in v;

export function useFloor() {
  const queries = useQueryClient();
  useEffect(() => {
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/api/v1/floor/events');
      source.addEventListener('floor', (e: MessageEvent<string>) => {
        const floor: unknown = JSON.parse(e.data);
        if (isFloor(floor)) queries.setQueryData<Seen>(key, { floor, clock, at: Date.now() });
      });
      source.onerror = () => {
        source?.close();
        client.GET('/me').catch(() => {}); // a stream cannot say that the session ended; this answer does
        retry = setTimeout(open, again);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
    };
  }, [queries]);
  return useQuery<Seen>({ queryKey: key, queryFn: look, staleTime: Number.POSITIVE_INFINITY, retry: false, networkMode: 'always' });
}

/** Has the floor read again: something was done there. */
export function useAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    setTimeout(() => queries.invalidateQueries({ queryKey: key }), 150);
  };
}

/** The server's clock now. */
export const useServerNow = (seen: Seen): Instant => useNow() + seen.clock.ahead;

export type Age = 'live' | 'late' | 'stale';

export function useAge(seen: Seen): Age {
  const old = useNow() - seen.at;
  return old > stale ? 'stale' : old > late ? 'late' : 'live';
}
