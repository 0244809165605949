// What the pages compute: a day's sum, a charge's arithmetic, a call's course, peaks, a script.
import { expect, test } from 'vitest';
import { arithmetic, readCSV, roundingCost } from './charge';
import { answerOf, readScript } from './script';
import { add, busy, summarize } from './summary';
import { holds, moments, why } from './timeline';
import { peaksOf } from './wav';

const call = (id: string, queue_s: number, outcome: string | null, amount?: number) => ({
  id,
  queue_id: 'q',
  queue_s,
  outcome,
  state: outcome ? 'ended' : 'talking',
  started_at: '2026-11-25T11:00:00Z',
  charge: amount === undefined ? null : { amount, scale: 2, currency: 'RUB' },
});

test('a day adds up: kept, late and lost are all that waited', () => {
  const calls = [call('a', 10, 'answered', 375), call('b', 10.001, 'answered', 425), call('c', 3, 'abandoned'), call('d', 1, null)];
  const sum = summarize(
    calls,
    [{ id: 'q', promise_ms: 10_000 }],
    [{ lost_at: '2026-11-25T12:00:00Z', reason: 'abandoned', call_id: 'c' }],
    (at) => Number(at.slice(11, 13)),
  );
  expect({ kept: sum.kept, late: sum.late.map((c) => c.id), gaveUp: sum.gaveUp, live: sum.live.map((c) => c.id) }).toEqual({
    kept: 1,
    late: ['b'],
    gaveUp: 1,
    live: ['d'],
  });
  expect(sum.spend).toEqual([{ amount: 800, scale: 2, currency: 'RUB' }]);
  expect(busy(sum.hours).filter((h) => h.kept + h.late + h.lost)).toEqual([
    { hour: 11, kept: 1, late: 1, lost: 0 },
    { hour: 12, kept: 0, late: 0, lost: 1 },
  ]);
});

test('money adds up at its finest scale, and never across currencies', () => {
  expect(
    add([
      { amount: 1, scale: 2, currency: 'RUB' },
      { amount: 1, scale: 4, currency: 'RUB' },
      { amount: 5, scale: 2, currency: 'USD' },
    ]),
  ).toEqual([
    { amount: 101, scale: 4, currency: 'RUB' },
    { amount: 5, scale: 2, currency: 'USD' },
  ]);
});

const csv =
  'call_id,kind,ring_s,queue_s,talk_s,hold_s,wrap_up_s,billable,billed_s,included_s,rule,rate_per_min,setup_fee,plan,tariff_version\r\n' +
  'c1,usage,0.000,6.000,223.100,25.000,38.000,talk+hold,252,0,30/6 half_up,7.50,0.00,"Plan ""A"", long",3\r\n';

test('a charge is spelled out from its line of the export', () => {
  const [line] = readCSV(csv);
  const sum = line && arithmetic(line);
  expect(sum).toMatchObject({ counted: 249, first: 30, steps: 37, next: 6, billed: 252, plan: 'Plan "A", long', version: '3' });
  expect(sum?.parts).toEqual([
    { part: 'talk', seconds: 223.1 },
    { part: 'hold', seconds: 25 },
  ]);
  expect(sum?.free).toEqual([
    { part: 'queue', seconds: 6 },
    { part: 'wrap_up', seconds: 38 },
  ]);
  expect(sum && roundingCost(sum, 2)).toBe(49); // (252 - 248.1) / 60 x 7.50
  expect(arithmetic({ ...line, kind: 'reversal' })).toBeUndefined();
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
  expect(why({ why: { able: 3, idle: 0, on_duty: 5 }, waited_ms: 6000 })).toMatchObject({ able: 3, idle: 0, onDuty: 5, waitedMs: 6000 });
  expect(why(null)).toBeUndefined();
});

/** A stereo WAV of A-law: the left channel is loud in its second half, the right one silent. */
function wav(): ArrayBuffer {
  const frames = 800;
  const d = new DataView(new ArrayBuffer(58 + frames * 2));
  const write = (at: number, s: string) => {
    for (const [i, c] of [...s].entries()) d.setUint8(at + i, c.charCodeAt(0));
  };
  write(0, 'RIFF');
  write(8, 'WAVEfmt ');
  d.setUint32(16, 18, true);
  d.setUint16(20, 6, true);
  d.setUint16(22, 2, true);
  d.setUint32(24, 8000, true);
  d.setUint16(34, 8, true);
  write(38, 'fact');
  d.setUint32(42, 4, true);
  write(50, 'data');
  d.setUint32(54, frames * 2, true);
  for (let i = 0; i < frames; i++) {
    d.setUint8(58 + i * 2, i < frames / 2 ? 0xd5 : 0xaa);
    d.setUint8(59 + i * 2, 0xd5);
  }
  return d.buffer;
}

test('peaks come from the samples of each channel', () => {
  const wave = peaksOf(wav(), 4);
  expect(wave.seconds).toBe(0.1);
  expect([...(wave.channels[0] ?? [])].map((p) => p > 0.9)).toEqual([false, false, true, true]);
  expect(Math.max(...(wave.channels[1] ?? []))).toBeLessThan(0.001);
  expect(() => peaksOf(new ArrayBuffer(10), 4)).toThrow('no WAV');
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
