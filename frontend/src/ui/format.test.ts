import { expect, test } from 'vitest';
import { addDays, clock, dayOf, dayStart, format, phone } from './format';

const ru = format('ru', 'Europe/Moscow');
const en = format('en', 'Europe/Moscow');
const plain = (s: string) => s.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

test('money has its minor units, a real minus, and no kopecks only where it is whole', () => {
  expect(plain(ru.money({ amount: 3430050, scale: 2, currency: 'RUB' }))).toBe('34 300,50 ₽');
  expect(plain(ru.money({ amount: 3430000, scale: 2, currency: 'RUB' }, true))).toBe('34 300 ₽');
  expect(plain(ru.money({ amount: 3430050, scale: 2, currency: 'RUB' }, true))).toBe('34 300,50 ₽');
  expect(plain(ru.money({ amount: -375, scale: 2, currency: 'RUB' }))).toBe('\u22123,75 ₽');
  expect(en.money({ amount: 12345, scale: 4, currency: 'USD' })).toBe('$1.2345');
});

test('a clock ticks in whole seconds and is never negative', () => {
  expect([0, 134.9, 3734, -4].map(clock)).toEqual(['0:00', '2:14', '1:02:14', '0:00']);
});

test('spans keep tenths below ten seconds', () => {
  expect([0.005, 4.47, 17.04, 59.6, 248, 3734].map((s) => plain(ru.span(s)))).toEqual([
    '0 с',
    '4,5 с',
    '17 с',
    '1 мин 00 с',
    '4 мин 08 с',
    '1 ч 02 мин',
  ]);
});

test('phones of Russia are grouped, also when masked; others stay', () => {
  expect(plain(phone('+79215550144'))).toBe('+7 921 555\u201101\u201144');
  expect(plain(phone('+7921***0144'))).toBe('+7 921 •••\u201101\u201144');
  expect(phone('+442071234567')).toBe('+442071234567');
});

test('days are those of the zone, over a change of the clocks too', () => {
  expect(dayOf('2026-11-24T21:30:00Z', 'Europe/Moscow')).toBe('2026-11-25');
  expect(dayStart('2026-11-25', 'Europe/Moscow')?.toISOString()).toBe('2026-11-24T21:00:00.000Z');
  expect(dayStart('2026-03-29', 'Europe/Berlin')?.toISOString()).toBe('2026-03-28T23:00:00.000Z');
  expect(dayStart('2026-03-30', 'Europe/Berlin')?.toISOString()).toBe('2026-03-29T22:00:00.000Z');
  expect(dayStart('no day', 'Europe/Berlin')).toBeUndefined();
  expect(addDays('2026-11-30', 1)).toBe('2026-12-01');
});

test('an instant says its day unless it is today, and its year unless it is this one', () => {
  const now = Date.parse('2026-11-25T12:00:00Z');
  expect(ru.instant('2026-11-25T11:07:00Z', now)).toBe('14:07');
  expect(plain(ru.instant('2026-10-12T11:07:00Z', now))).toBe('12 окт, 14:07');
  expect(plain(ru.instant('2025-10-12T11:07:00Z', now))).toBe('12 окт 2025, 14:07');
});
