// Finding by words, also when they were typed in the other keyboard layout: "pfrfp" finds "заказ".
const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const cyrillic = 'йцукенгшщзхъфывапролджэячсмитьбюё';
const other = new Map([...latin].flatMap((l, i) => [[l, cyrillic[i] ?? l] as const, [cyrillic[i] ?? l, l] as const]));

const flat = (s: string): string => s.toLowerCase().replaceAll('ё', 'е');

/** The same keys in the other layout. */
export const relaid = (typed: string): string => [...typed.toLowerCase()].map((c) => other.get(c) ?? c).join('');

/** Tells whether a text has every word of a query, or of the query in the other layout. */
export function finds(query: string, text: string): boolean {
  const within = flat(text);
  const has = (q: string) =>
    flat(q)
      .split(/\s+/)
      .every((word) => within.includes(word));
  return has(query.trim()) || has(relaid(query.trim()));
}
