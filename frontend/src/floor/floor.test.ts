import { expect, test } from 'vitest';
import { type Call, figures, hearing, left, lines, type Person, seats, short, used } from './floor';

const t0 = Date.parse('2026-11-25T12:00:00Z');
const at = (s: number) => new Date(t0 + s * 1000).toISOString();

const call = (id: string, changes: Partial<Call> = {}): Call => ({
  id,
  shop_id: 's',
  shop: 'tyres',
  shop_name: { ru: 'Шины', en: 'Tyres' },
  colour: 'iris',
  queue_id: 'q',
  queue: 'orders',
  promise: { share: 900, within_ms: 10_000 },
  state: 'talking',
  from: '+7921*****44',
  started_at: at(-60),
  answered_at: at(-50),
  since: at(-50),
  position: 0,
  due: null,
  why: null,
  operator_id: null,
  muted: false,
  away_until: null,
  watchers: [],
  legs: [],
  ...changes,
});

const person = (id: string, changes: Partial<Person> = {}): Person => ({
  id,
  name: id,
  state: 'idle',
  on_duty: true,
  reason: '',
  phone: 'browser',
  since: at(-10),
  until: null,
  call_id: null,
  ...changes,
});

const floorOf = (calls: Call[], operators: Person[]) => ({ at: at(0), pool: 'main', epoch: 1, calls, operators });

test('who needs somebody comes first: cut off, long hold, long pause, then the work', () => {
  const calls = [
    call('c1', { operator_id: 'cut', state: 'held', away_until: at(30), since: at(-5) }),
    call('c2', { operator_id: 'hold', state: 'held', since: at(-130) }),
    call('c3', { operator_id: 'talk' }),
  ];
  const people = [
    person('idle'),
    person('talk', { state: 'talking', call_id: 'c3' }),
    person('lunch', { state: 'away', reason: 'lunch', on_duty: false, since: at(-2000) }),
    person('hold', { state: 'talking', call_id: 'c2' }),
    person('cut', { state: 'talking', call_id: 'c1' }),
  ];
  const got = seats(floorOf(calls, people), t0);
  expect(got.map((s) => s.person.id)).toEqual(['cut', 'hold', 'lunch', 'talk', 'idle']);
  expect(got.map((s) => s.need)).toEqual(['cut', 'long-hold', 'long-pause', undefined, undefined]);
});

test('a queue that has broken its promise is above the others', () => {
  const calls = [
    call('a', { queue_id: 'q1', state: 'waiting', due: at(4) }),
    call('b', { queue_id: 'q2', state: 'waiting', due: at(-4) }),
    call('c', { queue_id: 'q3' }),
  ];
  expect(lines(floorOf(calls, []), t0).map((l) => l.key)).toEqual(['q2', 'q1', 'q3']);
});

test('a chip counts down to the promise, and on beyond it', () => {
  const c = call('a', { state: 'waiting', due: at(4) });
  expect(left(c, t0)).toBe(4);
  expect(used(c, t0)).toBeCloseTo(0.6);
  expect(left(c, t0 + 9000)).toBe(-5);
  expect(used(c, t0 + 9000)).toBe(1);
});

test('figures count people on duty and calls beyond the promise', () => {
  const f = figures(
    floorOf(
      [call('a', { state: 'waiting', due: at(-1), started_at: at(-11) }), call('b')],
      [person('x', { state: 'talking' }), person('y'), person('z', { state: 'away', on_duty: false })],
    ),
    t0,
  );
  expect(f).toMatchObject({ waiting: 1, oldest: 11, late: 1, talking: 1, idle: 1, onDuty: 2, busy: 0.5 });
});

test('the words say who hears whom as the switch does', () => {
  const talk = call('c');
  expect(hearing(talk, 'listen')).toEqual({ mine: ['buyer', 'operator'], me: [], music: false });
  expect(hearing(talk, 'whisper').me).toEqual(['operator']);
  expect(hearing(talk, 'barge').me).toEqual(['buyer', 'operator']);
  const held = call('c', { state: 'held' });
  expect(hearing(held, 'listen')).toEqual({ mine: [], me: [], music: true });
  expect(hearing(held, 'barge')).toEqual({ mine: ['operator'], me: ['operator'], music: true });
  expect(hearing(call('c', { muted: true }), 'listen').mine).toEqual(['buyer']);
  expect(hearing(call('c', { state: 'held', away_until: at(9) }), 'barge').me).toEqual(['buyer']);
});

test('a name is as short as colleagues say it', () => {
  expect(['Анна Белова', 'Иван Петрович Сидоров', 'Ольга', ''].map(short)).toEqual(['Анна Б.', 'Иван С.', 'Ольга', '']);
});
