// What can be done in the page that is open: the palette shows it first.
import { useEffect, useSyncExternalStore } from 'react';

export type Verb = { id: string; label: string; key?: string; run: () => void };

let verbs: readonly Verb[] = [];
const listeners = new Set<() => void>();

function set(to: readonly Verb[]) {
  verbs = to;
  for (const l of listeners) l();
}

/** Offers verbs for as long as the page is there. Give it the same list as long as they are the same. */
export function useOffer(offered: readonly Verb[]): void {
  useEffect(() => {
    set([...verbs, ...offered]);
    return () => set(verbs.filter((v) => !offered.includes(v)));
  }, [offered]);
}

export const useOffered = (): readonly Verb[] =>
  useSyncExternalStore(
    (l) => {
      listeners.add(l);
      return () => listeners.delete(l);
    },
    () => verbs,
  );
