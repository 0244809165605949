import { expect, test } from 'vitest';
import { learn, unknown, wrong } from '../live/clock';
import { finds, relaid } from '../ui/find';
import { nothing } from './draft/fields';
import { chosenIn, fedBy, feed, leftToAsk, minorOf, quantityOf, totalOf } from './left';
import { partsOf } from './sentence';
import { whenOf } from './when';

const walked = (node: string, said: string, more: object = {}) => ({ node, said, holds: true, answer: { text: said }, ...more });

test('what is left to ask is what the script wants and nobody said', () => {
  const f = { ...nothing, name: 'Сергей', address: ' ' };
  expect(leftToAsk(['items', 'name', 'phone', 'address', 'comment'], f, '+79215550144')).toEqual(['items', 'address']);
  expect(leftToAsk([], { ...f, items: [{ item_id: 'a' }] }, '')).toEqual(['phone', 'deliver', 'address', 'entrance']);
});

test('the script fills the form, a later answer corrects it, and typed text is left alone', () => {
  const path = [
    walked('buyer_name', 'Сергей'),
    walked('address', 'Савушкина, 112'),
    walked('deliver', '26 ноября'),
    walked('hours', 'с 13 до 17'),
  ];
  const fed = fedBy(path);
  expect(fed).toEqual({ name: 'Сергей', address: 'Савушкина, 112', deliver: '26 ноября, с 13 до 17' });
  const typed = { ...nothing, name: 'Сергей Викторович' };
  expect(feed(typed, {}, fed)).toEqual({ address: 'Савушкина, 112', deliver: '26 ноября, с 13 до 17' });
  const corrected = feed({ ...nothing, ...fed }, fed, fedBy([...path, walked('address', 'Невский, 1')]));
  expect(corrected).toEqual({ address: 'Невский, 1' });
});

test('a day is filled in as people write it', () => {
  expect(fedBy([walked('deliver', '2026-11-26'), walked('hours', 'с 13 до 17')])).toEqual({ deliver: '26.11.2026, с 13 до 17' });
});

test('an answer that was taken back says nothing', () => {
  expect(fedBy([walked('buyer_name', 'Сергей', { holds: false })])).toEqual({});
  const path = [
    walked('quantity', '4'),
    walked('pick', 'Nokian', { answer: { sku: 'a' } }),
    walked('pick', 'Ikon', { answer: { sku: 'b' } }),
  ];
  expect(chosenIn(path)).toEqual({ sku: 'b', quantity: '4' });
  expect(chosenIn([walked('quantity', '4')])).toBeUndefined();
});

test('the total counts what is typed', () => {
  expect(['', '4', ' 1 000', '-2', 'x', '1.5'].map(quantityOf)).toEqual([1, 4, 1000, 1, 1, 1]);
  expect(['', '500', '499,50', '1 000 ₽', 'x'].map(minorOf)).toEqual([0, 50_000, 49_950, 100_000, 0]);
  expect(totalOf({ ...nothing, items: [{ item_id: 'a', price_minor: 845_000, quantity: '4' }], delivery: '500' })).toBe(3_430_000);
});

test('a call-back is meant by the clocks of the shop', () => {
  const now = Date.parse('2026-11-25T11:07:00Z'); // 14:07 in Moscow
  const at = (typed: string) => {
    const when = whenOf(typed, now, 'Europe/Moscow');
    return when === undefined ? undefined : new Date(when).toISOString().slice(0, 16);
  };
  expect(
    ['сегодня 16:00', 'завтра в 10', '25.12 10:30', '01.02 09:00', '16:00', '9:00', 'через 2 часа', 'через час', 'in 20 min'].map(at),
  ).toEqual([
    '2026-11-25T13:00',
    '2026-11-26T07:00',
    '2026-12-25T07:30',
    '2027-02-01T06:00',
    '2026-11-25T13:00',
    '2026-11-26T06:00',
    '2026-11-25T13:07',
    '2026-11-25T12:07',
    '2026-11-25T11:27',
  ]);
  expect(['', 'когда-нибудь', 'сегодня 13:00', '25:00', 'час'].map(at)).toEqual(Array(5).fill(undefined));
});

test('a query finds in the other layout too', () => {
  expect(relaid('pfrfp')).toBe('заказ');
  expect([finds('pfrfp', 'Оформить заказ'), finds('зфгыу', 'Pause after'), finds('еще', 'Ещё 30 с'), finds('заказ x', 'Заказ')]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('the clock of the server is known to within a round trip, and a jump of ours is noticed', () => {
  const slow = learn(unknown, { server: 100_000, asked: 0, came: 800 });
  expect(slow).toEqual({ ahead: 99_600, error: 400 });
  const quick = learn(slow, { server: 101_000, asked: 1_290, came: 1_310 });
  expect(quick).toEqual({ ahead: 99_700, error: 10 });
  expect(learn(quick, { server: 102_000, asked: 2_000, came: 2_600 })).toEqual(quick);
  expect(learn(quick, { server: 103_000, asked: 103_000, came: 103_400 })).toEqual({ ahead: -200, error: 200 });
  expect([wrong(unknown), wrong(quick), wrong({ ahead: 20_000, error: 10 })]).toEqual([false, true, false]);
});

test('what must be said exactly ends with its word, and not with the comma after it', () => {
  const exact = partsOf('Шина Hakka 10p стоит 8 450 ₽, комплект 33 800 рублей, на складе 12 штук.', ['Hakka 10p']).filter((p) => p.exact);
  expect(exact.map((p) => p.text)).toEqual(['Hakka 10p', '8 450 ₽', '33 800 рублей', '12 штук']);
});
