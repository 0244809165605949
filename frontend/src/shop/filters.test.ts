import { expect, test } from 'vitest';
import { readCalls, readDays, readLost, readNumber, readPlace, readScript } from './filters';

const id = '01a21291-d2bc-7bc5-b1ae-abbc3697b26f';

test('filters are read from the address as they were written', () => {
  const all = { from: '2026-11-01', to: '2026-11-25', outcome: 'abandoned', number: '+79215550144', operator: id };
  expect(readCalls(all)).toEqual(all);
});

test('the filters of lost calls are read, and of figures', () => {
  const lost = { from: '2026-11-01', reason: 'abandoned', callback: 'owed', owner: 'pool:main' };
  expect(readLost(lost)).toEqual(lost);
  expect(readLost({ callback: 'x', owner: "pool:'" })).toEqual({});
  expect(readCalls({ promise: 'late', live: 'waiting', number_id: id })).toEqual({ promise: 'late', live: 'waiting', number_id: id });
});

test('what no list understands is left out', () => {
  expect(readCalls({ from: '2026-02-30', to: 'soon', outcome: 'lost', number: '12', operator: "'; drop", x: 1 })).toEqual({});
});

test('days that are the wrong way round are turned', () => {
  expect(readDays({ from: '2026-11-25', to: '2026-11-01' })).toEqual({ from: '2026-11-01', to: '2026-11-25' });
});

test('a number may be typed as people write it, and as an address keeps it', () => {
  expect(['8 (921) 555-01-44', '921 555 01 44', '+7 921 555‑01‑44', 79215550144].map(readNumber)).toEqual(Array(4).fill('+79215550144'));
  expect(readNumber('+44 20 7123 4567')).toBe('+442071234567');
});

test('a place in a recording is a whole second from 0', () => {
  expect([{ t: 97.6 }, { t: -1 }, { t: 'x' }, {}].map(readPlace)).toEqual([{ t: 97 }, {}, {}, {}]);
  expect([{ v: 3 }, { v: 0 }, { v: 1.5 }].map(readScript)).toEqual([{ v: 3 }, {}, {}]);
});
