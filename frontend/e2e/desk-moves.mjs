// Calls that go to somebody else, for the stage of the desk.
import { id, iso, states } from './desk-things.mjs';

const card = states.talking.call;
const note = 'Сложный вопрос: шины на прицеп';

export const targets = {
  barred: false,
  email: 'info@koleso24.test',
  number: true,
  park_s: 120,
  items: [
    { kind: 'tier', id: null, tier: 'consultant', name: '', state: '', free: true, waiting: 0 },
    { kind: 'operator', id: id(41), tier: 'consultant', name: 'Игорь Панин', state: 'idle', free: true, waiting: 0 },
    { kind: 'operator', id: id(42), tier: 'order', name: 'Мария Ким', state: 'talking', free: false, waiting: 0 },
    { kind: 'specialist', id: id(43), tier: '', name: 'Ольга, склад', state: '', free: true, waiting: 0 },
    { kind: 'queue', id: id(44), tier: 'consultant', name: 'подбор шин', state: '', free: true, waiting: 2 },
    { kind: 'queue', id: id(45), tier: 'order', name: 'заказ шин', state: '', free: true, waiting: 0 },
  ],
};
export const barred = { ...targets, barred: true, number: false, items: [] };

/** The desk while a call goes somewhere; change says more of where. */
export const going = (state, change = {}) => ({
  ...states.talking,
  call: {
    ...card,
    move: {
      kind: 'specialist',
      name: 'Ольга, склад',
      state,
      blind: false,
      own: false,
      mine: true,
      by: 'Анна Белова',
      note,
      since: iso(-17_000),
      until: state === 'ringing' || state === 'parked' ? iso(14_000) : null,
      ...change,
    },
  },
});

/** The desk of whom a colleague asks, and whose it is when they answer. */
export const asked = going('aside', { kind: 'operator', name: 'Анна Белова', mine: false, by: 'Игорь Панин' });
export const offered = {
  ...states.offered,
  call: { ...states.offered.call, move: { ...asked.call.move, state: 'ringing' } },
};
export const missed = (why, kind = 'specialist', name = 'Ольга, склад') => ({
  ...states.talking,
  call: { ...card, missed: { kind, name, why, at: iso(-1000) } },
});

/** What a page's telephone is told of a call that a colleague hands over. */
export const handed = {
  id: card.id,
  shop: card.shop,
  from: '+7921***0144',
  greeting: card.greeting,
  queue: card.queue,
  source: card.source,
  waited_ms: 140_000,
  move: { by: 'Игорь Панин', note, asking: true, step: 'Рекомендация', said: 'Тишина', items: 4, total: '33 800 ₽' },
};
