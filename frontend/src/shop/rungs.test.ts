import { expect, test } from 'vitest';
import { ladder, type Message, mood, type Trace } from './rungs';

const message = (over: Partial<Message>): Message => ({
  leg: 0,
  at: '2026-11-25T12:00:00Z',
  offset_ms: 0,
  out: false,
  again: false,
  over: 'udp',
  peer: '192.0.2.9:5060',
  label: 'INVITE',
  of: '',
  status: 0,
  text: '',
  ...over,
});

const trace = (over: Partial<Trace>): Trace => ({ kept: true, live: false, masked: true, ours: '', legs: [], messages: [], ...over });

test('the buyer is left of us, everybody else right', () => {
  const l = ladder(
    trace({
      legs: [
        { party: 'operator', trunk: '', lost: 0 },
        { party: 'buyer', trunk: 'carrier', lost: 0 },
        { party: 'supervisor', trunk: '', lost: 0 },
      ],
      messages: [message({ leg: 1 }), message({ leg: 0, out: true }), message({ leg: 0, status: 200, label: '200 OK' })],
    }),
    'us',
  );
  expect(l.columns.map((c) => c.party ?? c.name)).toEqual(['buyer', 'us', 'operator', 'supervisor']);
  expect(l.rungs.map((r) => [r.from, r.to])).toEqual([
    [0, 1],
    [1, 2],
    [2, 1],
  ]);
});

test('an empty trace is a ladder without rungs', () => {
  expect(ladder(trace({ kept: false }), 'us')).toEqual({ columns: [{ name: 'us' }], rungs: [] });
});

test('a message of a leg that is not there goes nowhere', () => {
  const l = ladder(trace({ messages: [message({ leg: 7 })] }), 'us');
  expect(l.rungs[0]).toMatchObject({ from: 0, to: 0 });
});

test('moods', () => {
  expect([0, 180, 200, 302, 486, 603].map((status) => mood(message({ status })))).toEqual(['ask', 'wait', 'yes', 'yes', 'no', 'no']);
});
