// Who answers to which key now: parts of the screen say what they can do. What is open over
// the others comes first, then the part that came last.
import { createContext, useContext, useEffect, useMemo, useRef } from 'react';
import { type Meaning, meaningOf, type Verb } from './keymap';
import type { Scene } from './scene';

export type Handlers = { [v in Verb]?: () => void } & { choose?: (n: number) => void };

type Layer = { readonly current: Handlers; readonly above?: boolean };

export class Board {
  private layers: Layer[] = [];

  add(layer: Layer): () => void {
    const above = this.layers.filter((l) => l.above && !layer.above);
    this.layers = [...above, layer, ...this.layers.filter((l) => !above.includes(l))];
    return () => {
      this.layers = this.layers.filter((l) => l !== layer);
    };
  }

  /** Does what a key means. Returns whether anybody could. */
  do(meaning: Meaning): boolean {
    if ('choose' in meaning) {
      const choose = this.layers.find((l) => l.current.choose)?.current.choose;
      choose?.(meaning.choose);
      return choose !== undefined;
    }
    const act = this.find(meaning.verb);
    act?.();
    return act !== undefined;
  }

  find(verb: Verb): (() => void) | undefined {
    return this.layers.find((l) => l.current[verb])?.current[verb];
  }
}

export const Verbs = createContext(new Board());

/** Lets keys and the palette do what handlers say, as long as the part is on the screen. */
export const useVerbs = (handlers: Handlers): void => useLayer(handlers, false);

/** The same for what is open over the rest: a menu, a keypad, a choice of cards. */
export const useVerbsAbove = (handlers: Handlers): void => useLayer(handlers, true);

function useLayer(handlers: Handlers, above: boolean): void {
  const board = useContext(Verbs);
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(
    () =>
      board.add({
        above,
        get current() {
          return latest.current;
        },
      }),
    [board, above],
  );
}

const writes = (t: EventTarget | null): boolean =>
  t instanceof HTMLElement && (t.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(t.tagName));

/** A button that has the focus is pressed by Enter itself. */
const pressed = (e: KeyboardEvent): boolean =>
  e.code === 'Enter' &&
  !e.ctrlKey &&
  !e.metaKey &&
  e.target instanceof HTMLElement &&
  e.target.closest('button, a[href], [role="radio"]') !== null;

/** Listens to the keyboard for the whole desk. */
export function useKeyboard(scene: Scene['at']): Board {
  const board = useMemo(() => new Board(), []);
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.defaultPrevented || document.querySelector('[role="dialog"]') || pressed(e)) return;
      const meaning = meaningOf(scene, e, writes(e.target));
      if (!meaning) return;
      if (e.repeat && 'verb' in meaning && meaning.verb !== 'back') return e.preventDefault();
      if (board.do(meaning)) e.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [board, scene]);
  return board;
}
