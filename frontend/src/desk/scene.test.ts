import { expect, test } from 'vitest';
import { newPhone, type Phone } from '../phone/phone';
import { keys, meaningOf, type Press, twice } from './keymap';
import { type Card, type Desk, sceneOf, titleOf } from './scene';
import { Board } from './verbs';

const card: Card = {
  id: 'C',
  state: 'talking',
  from: '+79215550144',
  greeting: '',
  handed: false,
  held: false,
  muted: false,
  supervised: null,
  outgoing: false,
  calling: false,
  recording: { state: 'on', until: null },
  away_until: null,
  move: null,
  missed: null,
  queue: 'orders',
  source: 'Яндекс Директ',
  spoke_on: null,
  started_at: '2026-11-25T11:00:00Z',
  answered_at: '2026-11-25T11:00:06Z',
  shop: {
    id: 'S',
    slug: 'tyres',
    name_ru: 'Колесо 24',
    name_en: 'Wheel 24',
    spoken_ru: '',
    spoken_en: '',
    timezone: 'Europe/Moscow',
    language: 'ru',
    colour: 'iris',
  },
};
const desk = (state: Desk['state'], call: Card | null = null): Desk => ({
  operator_id: 'O',
  state,
  on_duty: true,
  reason: '',
  phone: 'registered',
  since: '2026-11-25T11:00:00Z',
  until: null,
  now: '2026-11-25T11:00:00Z',
  pause_reasons: ['break'],
  shift: { calls: 0, earned: null, from: '', on_duty_s: 0, orders: 0, talk_s: 0, wrap_up_s: 0, zone: 'Europe/Moscow' },
  call,
});
const up = (call?: Phone['call']): Phone => ({ ...newPhone('Chrome'), link: { at: 'up' }, media: { at: 'up' }, ...(call && { call }) });

test('a ring is shown before the server says so, its card when it is there', () => {
  const ringing = up({ phase: 'ringing', leg: 'L', call: 'C', card: undefined, until: 5_000 });
  expect(sceneOf(desk('idle'), ringing, 100)).toEqual({ at: 'offered', call: 'C', card: undefined, until: 5_100 });
  expect(sceneOf(desk('offered', card), ringing, 0)).toMatchObject({ at: 'offered', card });
});

test('the ring itself brings the card', () => {
  const brought = {
    id: 'C',
    from: '+7921***0144',
    queue: 'orders',
    source: 'Сайт',
    waited_ms: 6_000,
    greeting: 'Добрый день',
    shop: card.shop,
  };
  const scene = sceneOf(desk('idle'), up({ phase: 'ringing', leg: 'L', call: 'C', card: brought, until: 5_000 }), 0);
  expect(scene).toMatchObject({ at: 'offered', card: { from: '+7921***0144', started_at: '2026-11-25T10:59:54.000Z', shop: card.shop } });
  const other = sceneOf(desk('idle'), up({ phase: 'ringing', leg: 'L', call: 'C', card: { nonsense: true }, until: 5_000 }), 0);
  expect(other).toMatchObject({ at: 'offered', card: undefined });
});

test('who was muted stays so for a page that is opened anew', () => {
  const talking = up({ phase: 'talking', leg: 'L', call: 'C', card: undefined, held: false, muted: false });
  expect(sceneOf(desk('talking', { ...card, muted: true }), talking, 0)).toMatchObject({ at: 'talking', muted: true });
});

test('a call that ended on this page is wrap-up before the server says so', () => {
  expect(sceneOf(desk('talking', card), up(), 0)).toEqual({ at: 'wrapup', call: 'C', card, since: undefined, until: undefined });
  expect(sceneOf(desk('offered', card), up(), 0)).toMatchObject({ at: 'idle' });
});

test('without its link a page shows what the server says', () => {
  const cut: Phone = { ...newPhone('Chrome'), link: { at: 'cut', tries: 1, retry: 0 } };
  expect(sceneOf(desk('talking', card), cut, 0)).toMatchObject({ at: 'talking', held: false });
});

test('a desk phone is followed by the server alone', () => {
  expect(sceneOf(desk('offered', card), undefined, 0)).toMatchObject({ at: 'offered', call: 'C' });
  expect(sceneOf(desk('talking', { ...card, state: 'held', held: true }), undefined, 0)).toMatchObject({ at: 'talking', held: true });
  expect(sceneOf(desk('away'), undefined, 0).at).toBe('away');
});

test('the title of the tab says who rings', () => {
  const words = { offered: (s: string) => `Звонок: ${s}`, talking: (s: string) => s, idle: 'Рабочее место' };
  expect(titleOf({ at: 'offered', call: 'C', card, until: 0 }, words, true)).toBe('Звонок: Колесо 24');
  expect(titleOf({ at: 'idle', since: 0, resting: false }, words, true)).toBe('Рабочее место');
});

const press = (code: string, more: Partial<Press> = {}): Press => ({
  code,
  key: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test('keys mean the same in the Russian layout: their place counts, not their letter', () => {
  expect(meaningOf('talking', press('KeyH', { key: 'р' }), false)).toEqual({ verb: 'hold' });
  expect(meaningOf('talking', press('Slash', { key: '.' }), false)).toEqual({ verb: 'search' });
  expect(meaningOf('offered', press('KeyX', { key: 'ч' }), false)).toEqual({ verb: 'decline' });
  expect(meaningOf('talking', press('Numpad3'), false)).toEqual({ choose: 3 });
});

test('while somebody writes, letters are letters', () => {
  expect(meaningOf('talking', press('KeyE'), true)).toBeUndefined();
  expect(meaningOf('talking', press('Digit1'), true)).toBeUndefined();
  expect(meaningOf('talking', press('Escape'), true)).toEqual({ verb: 'leave' });
  expect(meaningOf('talking', press('Enter', { ctrlKey: true }), true)).toEqual({ verb: 'order' });
  expect(meaningOf('idle', press('KeyK', { metaKey: true }), true)).toEqual({ verb: 'palette' });
});

test('browsers keep Alt, and Ctrl with anything else', () => {
  expect(meaningOf('talking', press('KeyH', { altKey: true }), false)).toBeUndefined();
  expect(meaningOf('talking', press('KeyE', { ctrlKey: true }), false)).toBeUndefined();
});

test('one key does not end a call', () => {
  expect([twice(undefined, 5), twice(0, 1_000), twice(0, 1_001)]).toEqual([false, true, false]);
});

test('every verb has a key to teach', () => {
  expect(Object.values(keys).every((k) => k.length > 0)).toBe(true);
});

test('what is open over the rest has its keys, whenever the rest came', () => {
  const board = new Board();
  const done: string[] = [];
  const says = (what: string) => ({ current: { choose: (n: number) => void done.push(`${what} ${n}`) } });
  const close = board.add({ ...says('cards'), above: true });
  board.add(says('answers'));
  board.do({ choose: 2 });
  close();
  board.do({ choose: 3 });
  expect(done).toEqual(['cards 2', 'answers 3']);
  expect(board.do({ verb: 'hold' })).toBe(false);
});
