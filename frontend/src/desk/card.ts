// The card of a call as its ring brings it, before the desk has been read. Pure.
import type { Card } from './scene';

type Fields = ReadonlyMap<string, unknown>;

const fieldsOf = (v: unknown): Fields => new Map(typeof v === 'object' && v !== null ? Object.entries(v) : []);
const text = (f: Fields, name: string): string => {
  const v = f.get(name);
  return typeof v === 'string' ? v : '';
};

const count = (f: Fields, name: string): number => {
  const v = f.get(name);
  return typeof v === 'number' ? v : 0;
};

/** What is known of a call that another operator hands over. */
export type Gist = { by: string; note: string; step: string; said: string; items: number; total: string };

export function gistOf(card: unknown): Gist | undefined {
  const m = fieldsOf(fieldsOf(card).get('move'));
  if (m.size === 0) return undefined;
  return {
    by: text(m, 'by'),
    note: text(m, 'note'),
    step: text(m, 'step'),
    said: text(m, 'said'),
    items: count(m, 'items'),
    total: text(m, 'total'),
  };
}

function moveOf(f: Fields, now: number): Card['move'] {
  const m = fieldsOf(f.get('move'));
  if (m.size === 0) return null;
  return {
    kind: 'operator',
    name: '',
    state: 'ringing',
    blind: m.get('asking') !== true,
    own: false,
    mine: false,
    by: text(m, 'by'),
    note: text(m, 'note'),
    since: new Date(now).toISOString(),
    until: null,
  };
}

/** Reads a ring's card that came at now, ms of the server's clock; undefined if it names no shop. */
export function cardOf(v: unknown, now: number): Card | undefined {
  const f = fieldsOf(v);
  const s = fieldsOf(f.get('shop'));
  if (!text(f, 'id') || !text(s, 'id')) return undefined;
  const waited = f.get('waited_ms');
  return {
    id: text(f, 'id'),
    state: 'waiting',
    from: text(f, 'from'),
    greeting: text(f, 'greeting'),
    queue: text(f, 'queue'),
    source: text(f, 'source'),
    spoke_on: text(f, 'spoke_on') || null,
    started_at: new Date(now - (typeof waited === 'number' ? waited : 0)).toISOString(),
    answered_at: null,
    away_until: null,
    handed: false,
    held: false,
    muted: false,
    move: moveOf(f, now),
    missed: null,
    supervised: null,
    outgoing: f.get('outgoing') === true,
    calling: false,
    recording: { state: 'on', until: null },
    shop: {
      id: text(s, 'id'),
      slug: text(s, 'slug'),
      name_ru: text(s, 'name_ru'),
      name_en: text(s, 'name_en'),
      spoken_ru: text(s, 'spoken_ru'),
      spoken_en: text(s, 'spoken_en'),
      colour: text(s, 'colour'),
      timezone: text(s, 'timezone') || 'UTC',
      language: text(s, 'language') === 'en' ? 'en' : 'ru',
    },
  };
}
