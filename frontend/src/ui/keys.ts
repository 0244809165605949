// Single keys, by their place on the keyboard, so that the Russian layout works.
import { useEffect } from 'react';

export type Keys = Record<string, (e: KeyboardEvent) => void>;

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox'));

/** The name of a key press: "KeyJ", "Shift+Slash". */
export const nameOf = (e: KeyboardEvent): string => (e.shiftKey ? `Shift+${e.code}` : e.code);

/** Tells whether a press is meant for single keys: nobody is writing, and no dialog is open. */
const single = (e: KeyboardEvent): boolean =>
  !(e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || writes(e.target) || document.querySelector('[role="dialog"]'));

/** Calls what belongs to a key, as long as nobody is writing and no dialog is open. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (!single(e)) return;
      const act = keys[nameOf(e)];
      if (!act) return;
      e.preventDefault();
      act(e);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [keys]);
}

/** How long after the first key of a sequence its second one counts, ms. */
const together = 1500;

/** Calls what belongs to the second key of a sequence. It goes before single keys: G K is never K. */
export function useSequence(first: string, second: Keys): void {
  useEffect(() => {
    let begun = Number.NEGATIVE_INFINITY;
    const press = (e: KeyboardEvent) => {
      if (!single(e)) return;
      const act = second[e.code];
      if (e.timeStamp - begun < together && act) {
        e.preventDefault();
        e.stopImmediatePropagation();
        begun = Number.NEGATIVE_INFINITY;
        act(e);
        return;
      }
      begun = e.code === first && !e.shiftKey ? e.timeStamp : Number.NEGATIVE_INFINITY;
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, [first, second]);
}
