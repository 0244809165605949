import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judge, wordedAt } from './fresh';

type Case = { what: string; fact: { as_of: number; source?: 'voice' }; now: number; age: number; stale_at: number; stale: boolean };

// The server's own cases (tenant/fresh): a page and the server may not differ.
const cases: Case[] = JSON.parse(readFileSync('../tenant/fresh/testdata/verdicts.json', 'utf8'));
const iso = (ms: number) => new Date(ms).toISOString();

test.each(cases)('a fact is judged as the server judges it: $what', ({ fact, now, age, stale_at, stale }) => {
  const of = { as_of: iso(fact.as_of), stale_at: iso(stale_at), stale: false, source: fact.source ?? ('feed' as const) };
  expect(judge(of, now)).toEqual({ seconds: Math.floor(age / 1000), stale });
  expect(judge({ ...of, stale: true }, now - 86_400_000).stale).toBe(true); // set back, a clock makes nothing fresh again
});

test('the sentence changes at the instants that the server named', () => {
  const view = {
    sentence: 'a',
    later: [
      { from: iso(2000), sentence: 'b' },
      { from: iso(3000), sentence: 'c' },
    ],
  };
  expect([1999, 2000, 2999, 3000, 9000].map((now) => wordedAt(view, now))).toEqual(['a', 'b', 'b', 'c', 'c']);
});
