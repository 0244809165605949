// Whose eyes a page is for: their language and the clocks it is told by.
import { createContext, useContext, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { type Format, format, type Locale } from './format';

export const localeOf = (language: string | undefined): Locale => (language?.startsWith('en') ? 'en' : 'ru');

/** The zone by which a part of the pages tells the time. */
export const Zone = createContext(Intl.DateTimeFormat().resolvedOptions().timeZone);

export function useFormat(): Format {
  const zone = useContext(Zone);
  const { i18n } = useTranslation();
  return format(localeOf(i18n.language), zone);
}

let now = Date.now();
const listeners = new Set<() => void>();
let alarm: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  alarm ??= setInterval(() => {
    now = Date.now();
    for (const l of listeners) l();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(alarm);
    alarm = undefined;
  };
}

/** The clock of this computer, ms, to the second; one timer for all that tick. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
