// A script as its YAML says, for reading. Walking it is the server's work.
import { JSON_SCHEMA, load } from 'js-yaml';
import type { Locale } from '../ui/format';

export type Choice = { id: string; text: string; next: string };
export type Node = { id: string; kind: string; title: string; text: string; required: boolean; choices: Choice[]; next: string };
export type Card = { id: string; question: string; answer: string };
export type Script = { nodes: Node[]; cards: Card[] };

const entries = (v: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.entries(v) : []);
const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : []);
const plain = (v: unknown): string => (typeof v === 'string' || typeof v === 'number' ? String(v) : '');

/** Returns what a text says in a language, else in the other one. */
function said(v: unknown, locale: Locale): string {
  const by = entries(v);
  return plain(v) || plain(by.get(locale)) || plain(by.get('ru')) || plain(by.get('en'));
}

/** Reads a script. What is no YAML is an empty one: its source is shown beside it. */
export function readScript(source: string, locale: Locale): Script {
  const of = entries(parse(source));
  return {
    nodes: list(of.get('nodes')).map((n) => nodeOf(entries(n), locale)),
    cards: list(of.get('faq')).map((c) => {
      const card = entries(c);
      return { id: plain(card.get('id')), question: said(card.get('question'), locale), answer: said(card.get('answer'), locale) };
    }),
  };
}

function parse(source: string): unknown {
  try {
    return load(source, { schema: JSON_SCHEMA });
  } catch {
    return undefined;
  }
}

const titleLength = 32;

/** The first words of a text: the title of a step that has none. */
function begin(text: string): string {
  if (text.length <= titleLength) return text;
  return `${text.slice(0, text.lastIndexOf(' ', titleLength))}…`;
}

function nodeOf(n: ReadonlyMap<string, unknown>, locale: Locale): Node {
  const text = said(n.get('text'), locale);
  return {
    id: plain(n.get('id')),
    kind: plain(n.get('kind')),
    title: said(n.get('title'), locale) || begin(text) || plain(n.get('id')),
    text,
    required: n.get('required') === true,
    next: plain(n.get('next')),
    choices: list(n.get('choices')).map((c) => {
      const choice = entries(c);
      return { id: plain(choice.get('id')), text: said(choice.get('text'), locale), next: plain(choice.get('next')) };
    }),
  };
}

export type Answer =
  | { kind: 'none' }
  | { kind: 'passed' }
  | { kind: 'text'; text: string }
  | { kind: 'item'; name: string; priceMinor: number; currency: string };

/** What was answered at a step, a choice in its own words. */
export function answerOf(answer: unknown, node: Node | undefined): Answer {
  const of = entries(answer);
  const item = entries(of.get('item'));
  const price = item.get('price_minor');
  if (item.size > 0)
    return {
      kind: 'item',
      name: plain(item.get('name')),
      priceMinor: typeof price === 'number' ? price : 0,
      currency: plain(item.get('currency')),
    };
  if (of.get('move') === 'pass' || of.get('move') === 'none') return { kind: 'passed' };
  const text = plain(of.get('text'));
  if (!text) return { kind: 'none' };
  return { kind: 'text', text: node?.choices.find((c) => c.id === text)?.text ?? text };
}
