import { expect, test } from 'vitest';
import { freshness, type Input, reduce, stale, start } from './reduce';

const play = (...inputs: Input[]) => inputs.reduce(reduce, start(0));

test('a hint makes only the lists of its kind dirty', () => {
  const live = play({ type: 'open', at: 1 }, { type: 'hint', at: 2, kind: 'lost-call', id: 'a' });
  expect(stale(live.dirty, '/lost-calls')).toBe(true);
  expect(stale(live.dirty, '/tasks')).toBe(true);
  expect(stale(live.dirty, '/calls')).toBe(false);
  expect(live.heard).toBe(2);
});

test('the same thing twice is one thing', () => {
  const live = play({ type: 'hint', at: 1, kind: 'call', id: 'a' }, { type: 'hint', at: 2, kind: 'call', id: 'a' });
  expect([...(live.dirty.things.get('call') ?? [])]).toEqual(['a']);
});

test('a resync makes everything dirty until it is read, whatever hints follow', () => {
  const live = play({ type: 'resync', at: 1 }, { type: 'hint', at: 2, kind: 'call', id: 'a' });
  expect(stale(live.dirty, '/scripts')).toBe(true);
  expect(stale(reduce(live, { type: 'read' }).dirty, '/scripts')).toBe(false);
});

test('a cut ages from its beginning and is over with the first word', () => {
  const live = play({ type: 'open', at: 0 }, { type: 'cut', at: 1000 }, { type: 'cut', at: 9000 });
  expect([2000, 4500, 17_000].map((now) => freshness(live, now))).toEqual(['live', 'late', 'stale']);
  expect(freshness(reduce(live, { type: 'beat', at: 18_000 }), 18_000)).toBe('live');
});

test('reading changes nothing that came before it was asked for', () => {
  const before = play({ type: 'hint', at: 1, kind: 'order', id: 'a' });
  const copy = structuredClone(before.dirty);
  reduce(before, { type: 'hint', at: 2, kind: 'order', id: 'b' });
  expect(before.dirty).toEqual(copy);
});
