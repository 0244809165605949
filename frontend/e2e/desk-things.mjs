// What the stage of the desk has: a call, its buyer, script, catalogue and order.
// Times hang on one instant, so that pictures differ only by what was changed.
export const at = Date.parse('2026-11-22T11:07:31Z');
export const iso = (ms) => new Date(at + ms).toISOString();
export const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const shop = {
  id: id(1),
  slug: 'tyres',
  name_ru: 'Колесо 24',
  name_en: 'Wheel 24',
  spoken_ru: 'Колесо двадцать четыре',
  spoken_en: 'Wheel twenty-four',
  timezone: 'Europe/Moscow',
  language: 'ru',
  colour: 'iris',
};
export const call = id(2);
export const leg = id(3);

const card = {
  id: call,
  state: 'talking',
  from: '+79215550144',
  greeting: 'Добрый день, магазин «Колесо 24», Анна. Чем могу помочь?',
  handed: false,
  held: false,
  muted: false,
  recording: { state: 'on', until: null },
  away_until: null,
  queue: 'заказ шин',
  source: 'Яндекс Директ',
  spoke_on: '2026-04-03',
  started_at: iso(-140_000),
  answered_at: iso(-134_000),
  shop,
};
const shift = {
  calls: 41,
  earned: { amount: 237_800, scale: 2, currency: 'RUB' },
  from: iso(-6 * 3_600_000),
  on_duty_s: 22_320,
  orders: 17,
  talk_s: 9061,
  wrap_up_s: 820,
  zone: 'Europe/Moscow',
};
export const desk = {
  operator_id: id(4),
  state: 'idle',
  on_duty: true,
  reason: '',
  phone: 'registered',
  since: iso(-72_000),
  until: null,
  pause_reasons: ['break', 'lunch', 'training', 'technical', 'other'],
  shift,
  call: null,
};

const fact = (age, lives) => ({
  source: 'feed',
  as_of: iso(-age * 1000),
  age_s: age,
  stale_at: iso((lives - age) * 1000),
  stale: age >= lives,
});
/** The ages of an item's values, seconds; the times to live are the platform's. */
const facts = (age) => ({ price: fact(age, 10_800), stock: fact(age, 10_800), delivery: fact(age, 86_400) });

const item = (n, name, price, more = {}) => ({
  id: id(100 + n),
  sku: `ts${n}`,
  offer_id: String(n),
  name,
  vendor: '',
  barcode: '',
  category: 'Шины зимние',
  currency: 'RUB',
  price_minor: price,
  old_price_minor: null,
  stock: 8,
  available: true,
  as_of: iso(-420_000),
  age_s: 420,
  picture: '',
  url: '',
  snapshot_id: id(9),
  params: [
    { name: 'Размер', value: '205/55 R16', unit: '' },
    { name: 'Индекс', value: '94T', unit: '' },
    { name: 'Шум', value: '70', unit: 'дБ' },
  ],
  ...more,
  elsewhere: [],
  facts: facts(more.age_s ?? 420),
});
export const items = [
  item(1, 'Nokian Hakkapeliitta 10p', 845_000, { stock: 12, old_price_minor: 920_000 }),
  item(2, 'Gislaved Nord Frost 200', 719_000),
  item(3, 'Continental IceContact 3', 899_000, { stock: 2, age_s: 11_400, as_of: iso(-11_400_000) }),
  item(4, 'Pirelli Ice Zero 2', 784_000, { stock: 0, available: false, age_s: 1320 }),
  item(5, 'Ikon Autograph Ice 9 SUV с очень длинным названием модели, какое бывает у поставщика', 1_235_000, { stock: null }),
];

const step = (node, title, said, more = {}) => ({
  node,
  title,
  said,
  holds: true,
  at: iso(-100_000 + said.length),
  left: iso(-90_000),
  to: '',
  answer: { text: said },
  ...more,
});
export const path = [
  step('need', 'Чем помочь', 'Зимние шины'),
  step('size', 'Размер', '205/55 R16'),
  step('spikes', 'Шипы', 'Да'),
  step('matters', 'Что важнее', 'Тишина'),
  step('budget', 'Бюджет', 'до 9 000 ₽ за шину'),
  step('quantity', 'Сколько штук', '4', { answer: { text: '4' } }),
  step('pick', 'Подбор', 'Nokian Hakkapeliitta 10p', { answer: { sku: 'ts1' } }),
];
const cards = ['Как к вам проехать?', 'Делаете шиномонтаж?', 'Рассрочка и карты', 'Какая гарантия на шины?'].map((question, i) => ({
  id: `card${i}`,
  key: String(i + 1),
  question,
  answer: 'Да, на Дмитровском шоссе, по записи. Комплект R16 стоит 2 400 рублей, при покупке четырёх шин у нас до 30 ноября бесплатно.',
}));
const view = {
  node: 'offer',
  kind: 'ask',
  title: 'Рекомендация',
  sentence:
    'Под ваш размер тише всех Nokian Hakkapeliitta 10p. Шина стоит 8 450 ₽, четыре 33 800 ₽, и монтаж у нас сейчас бесплатный. На складе 12 шт., привезём завтра. Берём комплект?',
  ask: 'choice',
  choices: ['Берёт первую', 'Хочет дешевле', 'Сомневается', 'Сложный вопрос о модели', 'Подумает'].map((text, i) => ({
    id: `c${i}`,
    key: String(i + 1),
    text,
  })),
  lookup: '',
  query: '',
  fields: [],
  to: '',
  email: '',
  letter: '',
  outcome: '',
  before: null,
  ended: false,
  can_skip: false,
  can_back: true,
  barred: false,
  facts: ['price', 'stock'].map((field) => ({ field, sku: 'ts1', ...fact(420, 10_800) })),
  later: [
    {
      from: iso(10_380_000),
      sentence: 'Под ваш размер тише всех Nokian Hakkapeliitta 10p. Цену и наличие уточню и перезвоню вам. Берём комплект?',
    },
  ],
};
export const walk = {
  id: id(5),
  call_id: call,
  script_version_id: id(6),
  script_name: 'Заказ шин',
  version: 14,
  newest_version: 14,
  seen: 7,
  adherence: 1000,
  started_at: iso(-134_000),
  ended_at: null,
  view,
  cards,
  card: null,
  jumps: [],
  path,
};
/** A step that asks for the number of a card. */
export const paying = {
  ...walk,
  view: { ...view, title: 'Оплата картой', sentence: 'Продиктуйте, пожалуйста, номер карты.', ask: 'payment', choices: [] },
};
export const buyer = {
  phone: '+79215550144',
  calls: 5,
  answered: 4,
  lost: 0,
  orders: 3,
  last_call_at: iso(-1e9),
  last_order_at: null,
  last_order_no: null,
  buyer: { id: id(7), name: 'Сергей Викторович', address: 'Савушкина, 112, кв. 48', note: 'Škoda Octavia A7', segments: [] },
  caution: '',
  caution_reason: '',
  redeemed: 3,
  refused: 0,
  place: { city_ru: 'Санкт-Петербург', city_en: 'Saint Petersburg', zone: 'Europe/Moscow' },
  open_tasks: [{ id: id(8), kind: 'callback', state: 'open', due_at: iso(-3_600_000), overdue: true, subject: 'наличие R17' }],
  recent_calls: [
    {
      id: id(20),
      no: 47_101,
      direction: 'inbound',
      started_at: '2026-09-28T11:00:00Z',
      talk_s: 161,
      outcome: 'answered',
      disposition: 'consultation',
      mine: false,
    },
    {
      id: id(21),
      no: 39_205,
      direction: 'inbound',
      started_at: '2026-04-03T11:00:00Z',
      talk_s: 368,
      outcome: 'answered',
      disposition: 'order',
      mine: true,
    },
    {
      id: id(22),
      no: 39_200,
      direction: 'inbound',
      started_at: '2026-04-03T10:50:00Z',
      talk_s: 0,
      outcome: 'abandoned',
      disposition: null,
      mine: false,
    },
  ],
  recent_orders: [
    {
      id: id(30),
      no: 10_877,
      status: 'cancelled',
      total_minor: 1_420_000,
      currency: 'RUB',
      created_at: '2026-10-12T11:00:00Z',
      of_this_call: false,
    },
    {
      id: id(31),
      no: 9120,
      status: 'confirmed',
      total_minor: 2_780_000,
      currency: 'RUB',
      created_at: '2026-04-03T11:05:00Z',
      of_this_call: false,
    },
  ],
};
const line = (i, quantity) => ({
  item_id: i.id,
  sku: i.sku,
  name: i.name,
  quantity,
  price_minor: i.price_minor,
  currency: 'RUB',
  as_of: i.as_of,
});
export const draft = {
  call_id: call,
  revision: 9,
  saved_at: iso(0),
  saved_by_me: true,
  body: {
    note: 'Ездит на дачу, просит не шумные. Сравнивает с Continental.',
    search: '205/55 R16 шип',
    order: {
      items: [line(items[0], '4')],
      delivery: '500',
      contact: {
        name: 'Сергей Викторович Орлов',
        phone: '',
        address: 'ул. Савушкина, 112, кв. 48',
        entrance: '',
        deliver: '',
        comment: '',
      },
    },
    disposition: '',
    callback: { when: '', subject: '' },
  },
};
export const disposition = {
  call_id: call,
  options: ['order', 'consultation', 'callback', 'claim', 'transferred', 'refused', 'wrong_number', 'other'],
  proposed: 'order',
  outcome: null,
  note: '',
  callback: null,
  at: null,
};
const pay = {
  amount: 5800,
  scale: 2,
  currency: 'RUB',
  exact: '57.996',
  parts: [
    { part: 'talk', ms: 248_000, rate_per_min: '12.00' },
    { part: 'wrap_up', ms: 33_000, rate_per_min: '7.80' },
  ],
};
export const day = {
  date: '2026-11-22',
  shift,
  next_cursor: null,
  items: [0, 1, 2, 3].map((n) => ({
    id: n === 0 ? call : id(200 + n),
    shop: n === 1 ? { ...shop, name_ru: 'Лён и хлопок', name_en: 'Linen & Cotton', colour: 'rose' } : shop,
    queue: 'заказ шин',
    started_at: iso(-n * 900_000 - 140_000),
    answered_at: iso(-n * 900_000 - 134_000),
    talk_s: 248 - n * 31,
    hold_s: n * 6,
    wrap_up_s: 33,
    ended: n > 0,
    disposition: ['order', 'consultation', 'callback', null][n],
    order_no: n === 0 ? 11_402 : null,
    pay: n === 3 ? null : pay,
  })),
};

const long = 'Шестьдесят букв в названии магазина, и ни одной буквы меньше того';
export const cruel = {
  desk: {
    ...desk,
    state: 'talking',
    shift: { ...shift, calls: 1_000_000, earned: { amount: 100_000_000, scale: 2, currency: 'RUB' } },
    call: { ...card, from: '', source: '', shop: { ...shop, name_ru: long, name_en: long, spoken_ru: long, spoken_en: long } },
  },
  buyer: {
    ...buyer,
    phone: '',
    orders: 21,
    calls: 1_000_000,
    open_tasks: [],
    lost: 21,
    place: null,
    buyer: { ...buyer.buyer, name: `${long} Шестидесятибуквенный`, address: long.repeat(3), note: '' },
  },
  walk: {
    ...walk,
    path: [...path, ...path.map((p, i) => ({ ...p, at: iso(i), said: `${p.said} ${long}` }))],
    view: {
      ...view,
      barred: true,
      email: 'info@koleso24.test',
      choices: Array.from({ length: 9 }, (_, i) => ({ id: `c${i}`, key: String(i + 1), text: `${long} ${i}` })),
    },
  },
  draft: {
    ...draft,
    body: {
      ...draft.body,
      note: long.repeat(9),
      order: {
        ...draft.body.order,
        items: Array.from({ length: 21 }, (_, i) => ({ ...line(items[i % 5], '1000000'), item_id: id(300 + i) })),
      },
    },
  },
};

export const states = {
  idle: {},
  away: { state: 'away', on_duty: false, reason: 'lapsed' },
  offered: {
    state: 'offered',
    since: iso(-4000),
    until: iso(8000),
    call: { ...card, state: 'waiting', from: '+7921***0144', answered_at: null },
  },
  talking: { state: 'talking', since: iso(-134_000), call: card },
  payment: { state: 'talking', since: iso(-134_000), call: { ...card, recording: { state: 'paused', until: iso(94_000) } } },
  wrapup: { state: 'wrap-up', since: iso(-22_000), until: iso(38_000), call: { ...card, state: 'wrap-up' } },
};

/** The session, as the frame of the pages reads it. */
