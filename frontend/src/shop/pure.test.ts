// What the pages compute: a call's course, silence, a chart's hours, a file of rows, a query, a script.
import { expect, test } from 'vitest';
import { choose } from '../ui/choice';
import { namedBy } from './found';
import { busy } from './hours';
import { answerOf, readScript } from './script';
import { drawn, past, silences } from './silence';
import { cell, toCSV } from './table';
import { holds, moments, why } from './timeline';

test('a chart shows the usual day, and as far beyond as there were calls', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => ({ hour, kept: hour === 7 ? 1 : 0, late: 0, lost: hour === 22 ? 1 : 0 }));
  expect(busy(hours).map((h) => h.hour)).toEqual(Array.from({ length: 16 }, (_, i) => i + 7));
  expect(busy(hours.map((h) => ({ ...h, kept: 0, lost: 0 })))).toEqual([]);
});

test('silence is where neither speaks for more than 1.5 s', () => {
  const peaks = { duration_s: 10, buyer: [9, 0, 0, 0, 9, 0, 9, 0, 0, 0], operator: [0, 0, 0, 0, 0, 0, 0, 0, 9, 0] };
  expect(silences(peaks)).toEqual([{ from: 1, to: 4 }]);
  expect(silences({ ...peaks, operator: peaks.buyer })).toEqual([
    { from: 1, to: 4 },
    { from: 7, to: 10 },
  ]);
  expect(silences({ duration_s: 0, buyer: null, operator: null })).toEqual([]);
});

test('playing leaves the middle of a silence out, and never goes back', () => {
  const silent = [{ from: 1, to: 4 }];
  expect([0.9, 1.2, 1.4, 3.8, 4.2].map((s) => past(silent, s))).toEqual([undefined, undefined, 3.7, undefined, undefined]);
});

test('a wave is drawn by the loudest of each stretch, however many there are', () => {
  expect(drawn([0, 255, 0, 51], 2)).toEqual([1, 0.2]);
  expect(drawn([255], 3)).toEqual([1, 1, 1]);
  expect(drawn([], 2)).toEqual([0, 0]);
});

test('a row is chosen and given up; a range takes all from the last one', () => {
  const keys = ['a', 'b', 'c', 'd'];
  const one = choose(keys, new Set(), { key: 'd', last: undefined });
  expect([...choose(keys, one, { key: 'b', last: 'd' })].sort()).toEqual(['b', 'c', 'd']);
  expect([...choose(keys, one, { key: 'd', last: undefined })]).toEqual([]);
});

test('a spreadsheet takes no cell for a formula', () => {
  expect(['=1+1', '+79215550144', '-2', '@x', 'a,"b"', null].map(cell)).toEqual(["'=1+1", '+79215550144', '-2', "'@x", '"a,""b"""', '']);
  const row = { no: 1, from: '+79215550144', to: '', outcome: null, started_at: 'x', queue_s: 1.5, talk_s: 0 };
  expect(toCSV([{ ...row, charge: { amount: 375, scale: 2, currency: 'RUB' } }]).split('\r\n')[1]).toBe(
    '1,x,+79215550144,,,1.5,0,3.75,RUB',
  );
});

test('a query names a call or an order, a telephone number, or goods', () => {
  expect(namedBy('48 213')).toEqual({ no: 48213 });
  expect(namedBy('№ 7')).toEqual({ no: 7 });
  expect(namedBy('8 921 555-01-44')).toEqual({ number: '+79215550144' });
  expect(namedBy('nokian')).toEqual({ words: 'nokian' });
  expect(namedBy('ab')).toEqual({});
});

const events = [
  { seq: 1, at_ms: 0, kind: 'arrived' },
  { seq: 2, at_ms: 4470, kind: 'enqueue', body: { queue: 'q' } },
  { seq: 3, at_ms: 21_000, kind: 'connect' },
  { seq: 4, at_ms: 30_000, kind: 'held' },
  { seq: 5, at_ms: 42_000, kind: 'resumed' },
  { seq: 6, at_ms: 60_000, kind: 'hung-up' },
  { seq: 7, at_ms: 60_000, kind: 'wrap' },
  { seq: 8, at_ms: 98_000, kind: 'release' },
];

test('each stretch of a call lasts until what ends it', () => {
  expect(moments([...events].reverse()).flatMap((m) => (m.tookMs ? [[m.kind, m.tookMs]] : []))).toEqual([
    ['arrived', 4470],
    ['enqueue', 16_530],
    ['connect', 39_000],
    ['held', 12_000],
    ['wrap', 38_000],
  ]);
  expect(holds(events)).toEqual([{ from: 30_000, to: 42_000 }]);
  const lost = [
    events[2],
    { seq: 4, at_ms: 30_000, kind: 'cut' },
    { seq: 5, at_ms: 90_000, kind: 'gone' },
    { seq: 6, at_ms: 90_000, kind: 'return' },
    { seq: 7, at_ms: 95_000, kind: 'connect' },
  ];
  expect(moments(lost.filter((e) => e !== undefined)).flatMap((m) => (m.tookMs ? [[m.kind, m.tookMs]] : []))).toEqual([
    ['connect', 69_000],
    ['cut', 60_000],
    ['return', 5000],
  ]);
  expect(why({ why: { able: 3, idle: 0, on_duty: 5, came: 2 }, waited_ms: 6000 })).toMatchObject({
    able: 3,
    idle: 0,
    came: 2,
    waitedMs: 6000,
  });
  expect(why(null)).toBeUndefined();
});

test('a script is read in one language, and what is no YAML is empty', () => {
  const script = readScript(
    'nodes:\n  - {id: n, kind: ask, title: {ru: Размер, en: Size}, choices: [{id: a, text: {ru: Да}, next: end}]}\n',
    'en',
  );
  expect(script.nodes[0]).toMatchObject({ id: 'n', kind: 'ask', title: 'Size', choices: [{ id: 'a', text: 'Да', next: 'end' }] });
  expect(answerOf({ text: 'a' }, script.nodes[0])).toEqual({ kind: 'text', text: 'Да' });
  expect(answerOf({ move: 'pass' }, undefined)).toEqual({ kind: 'passed' });
  expect(answerOf(null, undefined)).toEqual({ kind: 'none' });
  expect(readScript('nodes: [', 'ru')).toEqual({ nodes: [], cards: [] });
});
