// Single keys, by their place on the keyboard, so that the Russian layout works.
import { useEffect } from 'react';

export type Keys = Record<string, (e: KeyboardEvent) => void>;

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** The name of a key press: "KeyJ", "Shift+Slash". */
export const nameOf = (e: KeyboardEvent): string => (e.shiftKey ? `Shift+${e.code}` : e.code);

/** Calls what belongs to a key, as long as nobody is writing and no dialog is open. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || writes(e.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      const act = keys[nameOf(e)];
      if (!act) return;
      e.preventDefault();
      act(e);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [keys]);
}
