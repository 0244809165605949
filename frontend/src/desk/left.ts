// The order form: what the script already knows, and what is left to ask. Pure.
import type { Schemas } from '../api/client';
import type { Fields, TextField } from './draft/fields';

export type Asked = 'items' | 'name' | 'phone' | 'address' | 'entrance' | 'deliver';
const every: readonly Asked[] = ['items', 'name', 'phone', 'deliver', 'address', 'entrance'];

/** What an order needs that is not there yet. Without its own number the order has the caller's. */
export function leftToAsk(wanted: readonly string[], f: Fields, from: string): readonly Asked[] {
  const fields = wanted.length > 0 ? every.filter((e) => wanted.includes(e)) : every;
  return fields.filter((e) => (e === 'items' ? f.items.length === 0 : !f[e].trim() && !(e === 'phone' && from)));
}

type Step = Pick<Schemas['WalkStep'], 'node' | 'said' | 'answer' | 'holds'>;
export type Fed = Partial<Record<TextField, string>>;

/** Names of steps whose answers belong in a field of the form. */
const places: readonly [TextField, RegExp][] = [
  ['name', /(^|_)name$/],
  ['phone', /(^|_)phone$/],
  ['address', /(^|_)address$/],
  ['entrance', /(^|_)entrance$/],
  ['deliver', /(^|_)(deliver|date)$/],
];
const hours = /(^|_)(hours|time|slot)$/;

/** A day as people write it: 2026-11-26 is 26.11.2026. */
export const readable = (said: string): string => said.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3.$2.$1');

/** What the answers of a walk say about the order. A day and its hours are one field. */
export function fedBy(path: readonly Step[]): Fed {
  const fed: Fed = {};
  for (const s of path) {
    if (!s.holds || !s.said) continue;
    const field = places.find(([, name]) => name.test(s.node))?.[0];
    if (field) fed[field] = readable(s.said);
    if (hours.test(s.node) && fed.deliver) fed.deliver = `${fed.deliver}, ${s.said}`;
  }
  return fed;
}

/** The changes that the script makes to the form: nothing that the operator typed is written over. */
export function feed(now: Fields, before: Fed, fed: Fed): Fed {
  const changes: Fed = {};
  for (const [field] of places) {
    const said = fed[field];
    if (said && said !== now[field] && (now[field] === '' || now[field] === before[field])) changes[field] = said;
  }
  return changes;
}

/** The item that was last chosen in the script, and how many of it the buyer wants. */
export function chosenIn(path: readonly Step[]): { sku: string; quantity: string } | undefined {
  const holding = path.filter((s) => s.holds);
  const sku = holding.findLast((s) => s.answer.sku)?.answer.sku;
  if (!sku) return undefined;
  return { sku, quantity: holding.findLast((s) => /(^|_)(quantity|count)$/.test(s.node))?.answer.text ?? '' };
}

/** Reads a quantity as it is typed; nonsense and nothing are one. */
export function quantityOf(typed: string | undefined): number {
  const n = Number((typed ?? '').replaceAll(/[\s\u00a0]/g, ''));
  return Number.isInteger(n) && n > 0 ? n : 1;
}

/** Reads a price in units of the currency as it is typed: "499,50" is 49950 minor units of two digits. */
export function minorOf(typed: string): number {
  const n = Number(typed.replaceAll(/[\s\u00a0₽]/g, '').replace(',', '.'));
  return Number.isFinite(n) && n > 0 ? Math.round(n * 100) : 0;
}

/** What the order comes to, minor units. */
export const totalOf = (f: Fields): number =>
  f.items.reduce((sum, i) => sum + (i.price_minor ?? 0) * quantityOf(i.quantity), 0) + minorOf(f.delivery);
