// What an operator types in a call, flat, and how two versions of it become one. Pure.
import type { Schemas } from '../../api/client';

export type Line = Schemas['DraftItem'];

const texts = [
  'note',
  'search',
  'stepNode',
  'step',
  'delivery',
  'name',
  'phone',
  'address',
  'entrance',
  'deliver',
  'comment',
  'disposition',
  'when',
  'subject',
] as const;
export type TextField = (typeof texts)[number];
export type Field = TextField | 'items';
export type Fields = Readonly<Record<TextField, string>> & { readonly items: readonly Line[] };
/** A field that two people changed differently: mine stays on the screen, theirs is shown beside it. */
export type Conflict = { field: TextField; theirs: string } | { field: 'items'; theirs: readonly Line[] };

export const nothing: Fields = {
  note: '',
  search: '',
  stepNode: '',
  step: '',
  delivery: '',
  name: '',
  phone: '',
  address: '',
  entrance: '',
  deliver: '',
  comment: '',
  disposition: '',
  when: '',
  subject: '',
  items: [],
};

/** The most that the server keeps of a field, characters. */
const short: Partial<Record<TextField, number>> = { search: 200, stepNode: 200, delivery: 100, disposition: 100, when: 200 };
export const limitOf = (field: TextField): number => short[field] ?? (field === 'step' ? 2_000 : 20_000);

/** Cuts a text that is longer than may be kept, and never a character in two. */
export function clip(text: string, limit: number): { text: string; lost: number } {
  if (text.length <= limit) return { text, lost: 0 };
  const half = /[\ud800-\udbff]/.test(text[limit - 1] ?? '') ? 1 : 0;
  return { text: text.slice(0, limit - half), lost: text.length - limit + half };
}

export function fieldsOf(body: Schemas['DraftBody']): Fields {
  const contact = body.order?.contact ?? {};
  return {
    note: body.note ?? '',
    search: body.search ?? '',
    stepNode: body.step?.node ?? '',
    step: body.step?.text ?? '',
    delivery: body.order?.delivery ?? '',
    name: contact.name ?? '',
    phone: contact.phone ?? '',
    address: contact.address ?? '',
    entrance: contact.entrance ?? '',
    deliver: contact.deliver ?? '',
    comment: contact.comment ?? '',
    disposition: body.disposition ?? '',
    when: body.callback?.when ?? '',
    subject: body.callback?.subject ?? '',
    items: body.order?.items ?? [],
  };
}

export function bodyOf(f: Fields): Schemas['DraftBody'] {
  const { name, phone, address, entrance, deliver, comment } = f;
  return {
    note: f.note,
    search: f.search,
    ...(f.step && { step: { node: f.stepNode, text: f.step } }),
    order: { items: [...f.items], delivery: f.delivery, contact: { name, phone, address, entrance, deliver, comment } },
    disposition: f.disposition,
    callback: { when: f.when, subject: f.subject },
  };
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const equal = (a: Fields, b: Fields): boolean => a === b || same(bodyOf(a), bodyOf(b));

/** Joins what I changed and what was changed elsewhere since base. */
export function merge(base: Fields, mine: Fields, theirs: Fields): { fields: Fields; conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const pick = <T>(b: T, m: T, t: T, both: () => void): T => {
    if (same(m, t) || same(b, m)) return t;
    if (!same(b, t)) both();
    return m;
  };
  const text = (field: TextField): string =>
    pick(base[field], mine[field], theirs[field], () => {
      if (theirs[field]) conflicts.push({ field, theirs: theirs[field] }); // that something was emptied is not worth a question
    });
  const items = pick(base.items, mine.items, theirs.items, () => conflicts.push({ field: 'items', theirs: theirs.items }));
  const fields = { ...nothing, items };
  for (const field of texts) fields[field] = text(field);
  return { fields, conflicts };
}

const isText = (name: string): name is TextField => texts.some((t) => t === name);

/** Reads fields that were kept in the browser; what is not of them is left out. */
export function readFields(v: unknown): Fields {
  const fields: Record<TextField, string> & { items: readonly Line[] } = { ...nothing };
  if (typeof v !== 'object' || v === null) return fields;
  for (const [name, value] of Object.entries(v)) {
    if (isText(name) && typeof value === 'string') fields[name] = value;
    if (name === 'items' && Array.isArray(value)) fields.items = value.filter(isLine);
  }
  return fields;
}

const isLine = (v: unknown): v is Line => typeof v === 'object' && v !== null && 'item_id' in v && typeof v.item_id === 'string';
