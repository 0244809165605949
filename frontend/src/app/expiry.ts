// A session that ends while somebody works: the page stays, and asks who they are.
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
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

/** Nobody is asked in the middle of a word: the keys would go to the question, ms without a key. */
const calm = 1_500;

/** Becomes true with what is wanted, once nobody types. */
export function useCalm(wanted: boolean): boolean {
  const [now, setNow] = useState(false);
  useEffect(() => {
    if (!wanted) return setNow(false);
    let wait = setTimeout(() => setNow(true), calm);
    const press = () => {
      clearTimeout(wait);
      wait = setTimeout(() => setNow(true), calm);
    };
    window.addEventListener('keydown', press);
    return () => {
      clearTimeout(wait);
      window.removeEventListener('keydown', press);
    };
  }, [wanted]);
  return now;
}
