// The floor as the server has it.
import { useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client';
import { Watch, type Watched } from '../live/watched';
import { useNow } from '../ui/person';
import type { Floor, Instant } from './floor';

export type Seen = Watched<Floor>;

/** From when on what is shown is old, and when it is grey, ms. The server tells every 2 s. */
const late = 5_000;
const stale = 15_000;

const watch = new Watch<Floor>({
  name: 'floor',
  read: () => client.GET('/floor', { cache: 'no-store' }),
  stream: '/api/v1/floor/events',
  is: (v): v is Floor => typeof v === 'object' && v !== null && 'calls' in v && 'operators' in v && 'at' in v,
  told: (floor) => Date.parse(floor.at),
  pace: 3_000,
});

export const useFloor = watch.use;

/** Has the floor read again: something was done there. */
export function useAgain(): () => void {
  const queries = useQueryClient();
  return () => {
    setTimeout(() => watch.refresh(queries), 150);
  };
}

/** The server's clock now. */
export const useServerNow = (seen: Seen): Instant => useNow() + seen.clock.ahead;

export type Age = 'live' | 'late' | 'stale';

export function useAge(seen: Seen): Age {
  const old = useNow() - seen.at;
  return old > stale ? 'stale' : old > late ? 'late' : 'live';
}
