// Rules of the house: who may import whom, and that both languages say the same.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { en } from './ui/words/en';
import { ru } from './ui/words/ru';

const src = import.meta.dirname;
const features = ['shop', 'desk', 'floor', 'finance', 'admin'];
const below: Record<string, readonly string[]> = {
  app: [...features, 'live', 'api', 'ui'],
  phone: ['ui'],
  live: ['api', 'ui'],
  api: [],
  ui: [],
  ...Object.fromEntries(features.map((f) => [f, ['phone', 'live', 'api', 'ui']])),
};

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (f) => /\.tsx?$/.test(f) && !f.includes('.test.') && f.includes('/'),
);

test('app imports features, features import live, api and ui, and nobody imports upward or sideways', () => {
  const wrong = files.flatMap((file) => {
    const from = file.split('/')[0] ?? '';
    const imports = [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map((m) => m[1] ?? '');
    return imports
      .map((i) => relative(src, resolve(src, dirname(file), i)).split('/')[0] ?? '')
      .filter((to) => to !== from && !below[from]?.includes(to))
      .map((to) => `${file} imports ${to}`);
  });
  expect(wrong).toEqual([]);
  expect(files.length).toBeGreaterThan(30);
});

test('no file has more than 400 lines', () => {
  const long = files.filter(
    (f) => !f.endsWith('.d.ts') && !f.includes('/words/') && readFileSync(join(src, f), 'utf8').split('\n').length > 400,
  );
  expect(long).toEqual([]);
});

type Words = { [key: string]: string | Words };
const flat = (words: Words, at = ''): [string, string][] =>
  Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [[`${at}${k}`, v] as [string, string]] : flat(v, `${at}${k}.`)));
const plural = /_(one|few|many|other)$/;

test('both languages have every sentence, with the plurals that CLDR gives each', () => {
  const bases = (words: Words) => [...new Set(flat(words).map(([k]) => k.replace(plural, '')))].sort();
  expect(bases(en)).toEqual(bases(ru));
  for (const [words, locale] of [
    [ru, 'ru'],
    [en, 'en'],
  ] as const) {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const keys = new Set(flat(words).map(([k]) => k));
    const short = [...keys]
      .filter((k) => plural.test(k))
      .flatMap((k) => forms.map((f) => k.replace(plural, `_${f}`)))
      .filter((k) => !keys.has(k));
    expect(short).toEqual([]);
  }
});

test('a sentence names the same values in both languages', () => {
  const values = (s: string) => [...new Set([...s.matchAll(/\{\{(\w+)/g)].map((m) => m[1]))].sort().join();
  const other = new Map(flat(en));
  const differ = flat(ru).filter(([k, v]) => other.has(k) && values(v) !== values(other.get(k) ?? '') && !plural.test(k));
  expect(differ).toEqual([]);
});
