// A session that ends while somebody works: the page stays, and asks who they are.
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { type Session, sessionKey } from '../api/session';

let over = false;
const listeners = new Set<() => void>();

function set(to: boolean) {
  over = to;
  for (const l of listeners) l();
}

/** Called for every answer that says the session is over; nothing before somebody signed in. */
export function expire(queries: QueryClient): void {
  if (!over && queries.getQueryData<Session>(sessionKey)?.state === 'in') set(true);
}

export const renew = () => set(false);

export const useExpired = (): boolean =>
  useSyncExternalStore(
    (l) => {
      listeners.add(l);
      return () => listeners.delete(l);
    },
    () => over,
  );
