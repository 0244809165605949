// What a key means on the desk, by its place on the keyboard, so that the Russian layout works. Pure.
import type { Scene } from './scene';

export type Verb =
  | 'answer'
  | 'decline'
  | 'hold'
  | 'mute'
  | 'pad'
  | 'tape'
  | 'move'
  | 'park'
  | 'end'
  | 'note'
  | 'search'
  | 'form'
  | 'cards'
  | 'back'
  | 'next'
  | 'skip'
  | 'order'
  | 'compare'
  | 'narrow'
  | 'extend'
  | 'finish'
  | 'ready'
  | 'pause'
  | 'palette'
  | 'help'
  | 'leave';
export type Meaning = { verb: Verb } | { choose: number };

export type Press = { code: string; key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean };

/** Keys and the words in which the sheet and the palette teach them, in their order there. */
export const keys: Readonly<Record<Verb, string>> = {
  answer: 'Enter',
  decline: 'X',
  hold: 'H',
  mute: 'M',
  pad: 'D',
  tape: 'V',
  move: 'T',
  park: 'W',
  end: 'E E',
  next: 'Enter',
  skip: 'S',
  back: '⌫',
  cards: 'F',
  search: '/',
  compare: 'C',
  narrow: 'G',
  form: 'O',
  order: 'Ctrl ↵',
  note: 'N',
  extend: '+',
  finish: 'Enter',
  ready: 'R',
  pause: 'P',
  palette: 'Ctrl K',
  help: '?',
  leave: 'Esc',
};

const talk: Record<string, Verb> = {
  KeyH: 'hold',
  KeyM: 'mute',
  KeyD: 'pad',
  KeyV: 'tape',
  KeyT: 'move',
  KeyW: 'park',
  KeyE: 'end',
  KeyN: 'note',
  Slash: 'search',
  NumpadDivide: 'search',
  KeyO: 'form',
  KeyF: 'cards',
  KeyC: 'compare',
  KeyG: 'narrow',
  KeyS: 'skip',
  Backspace: 'back',
  Enter: 'next',
  NumpadEnter: 'next',
  Escape: 'leave',
  KeyP: 'pause',
  KeyR: 'ready',
};

const byScene: Record<Scene['at'], Record<string, Verb>> = {
  away: { KeyR: 'ready', Enter: 'ready', NumpadEnter: 'ready' },
  idle: { KeyP: 'pause' },
  offered: { Enter: 'answer', NumpadEnter: 'answer', KeyX: 'decline', Escape: 'leave' },
  joining: talk,
  talking: talk,
  wrapup: {
    KeyN: 'note',
    Slash: 'search',
    KeyO: 'form',
    KeyP: 'pause',
    KeyR: 'ready',
    Equal: 'extend',
    NumpadAdd: 'extend',
    Enter: 'finish',
    NumpadEnter: 'finish',
    Escape: 'leave',
  },
};

/** Returns what a press means; nothing while somebody writes, but for Ctrl's and Esc. */
export function meaningOf(scene: Scene['at'], press: Press, writing: boolean): Meaning | undefined {
  const ctrl = press.ctrlKey || press.metaKey;
  if (press.altKey) return undefined;
  if (ctrl) {
    if (press.code === 'KeyK') return { verb: 'palette' };
    const enter = press.code === 'Enter' || press.code === 'NumpadEnter';
    return enter && (scene === 'talking' || scene === 'wrapup') ? { verb: 'order' } : undefined;
  }
  if (press.code === 'Escape') return { verb: 'leave' };
  if (writing) return undefined;
  if ((press.shiftKey && press.code === 'Slash') || press.key === '?') return { verb: 'help' };
  if (press.shiftKey && press.code === 'Equal') return scene === 'wrapup' ? { verb: 'extend' } : undefined;
  if (press.shiftKey) return undefined;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1];
  if (digit) return { choose: Number(digit) };
  const verb = byScene[scene][press.code];
  return verb && { verb };
}

/** The second of two presses within a second ends a call. */
export const twice = (before: number | undefined, now: number): boolean => before !== undefined && now - before <= 1_000;
