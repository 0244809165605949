// The sentence to say, with what must be said exactly: prices, counts, the name of the item. Pure.

export type Part = { text: string; exact: boolean };

const space = '[ \u00a0\u202f]';
const prices = `\\d[\\d \u00a0\u202f]*(?:[.,]\\d\\d)?${space}?(?:₽|руб(?:\\.|[а-я]*)|RUB|rubles?)`;
const counts = `\\d+${space}(?:шт\\.|штук[а-я]*|pieces?)`;
const escaped = (s: string): string => s.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Splits a sentence; joined, the parts are the sentence again. */
export function partsOf(sentence: string, names: readonly string[]): Part[] {
  const exact = new RegExp([...names.filter(Boolean).map(escaped), prices, counts].join('|'), 'g');
  const parts: Part[] = [];
  let from = 0;
  for (const m of sentence.matchAll(exact)) {
    if (m.index > from) parts.push({ text: sentence.slice(from, m.index), exact: false });
    parts.push({ text: m[0], exact: true });
    from = m.index + m[0].length;
  }
  if (from < sentence.length) parts.push({ text: sentence.slice(from), exact: false });
  return parts;
}

/** A sentence as it is drawn: in the quotes of its language, unless it has its own. */
export function quoted(sentence: string, ru: boolean): string {
  if (!sentence || /^[«“"]/.test(sentence)) return sentence;
  return ru ? `«${sentence}»` : `“${sentence}”`;
}
