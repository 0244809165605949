// Pictures of the supervisor's floor, on a stage without a server; and axe on each.
// PICTURES, ONLY and LOOKS as for the others; BASE: where the pages are served.
import { mkdir } from 'node:fs/promises';
import { open, pageOf, violations } from './browser.mjs';
import { setPhone } from './desk-stage.mjs';
import { at, id, iso } from './desk-things.mjs';

const out = process.env.PICTURES ?? 'pictures';
const only = process.env.ONLY?.split(',');
const looks = process.env.LOOKS?.split(',') ?? ['ru-light-1440', 'en-dark-1440', 'ru-dark-1280', 'en-light-1280'];
await mkdir(out, { recursive: true });

const way = (loss, jitter, mos) => ({ loss_percent: loss, jitter_ms: jitter, mos });
const none = way(null, null, null);
const leg = (party, device, word, mos, heard, told) => ({ party, device, word, mos, heard, told });
const legs = [
  [
    leg('buyer', 'telephone', 'good', 4.4, way(0, 3, 4.4), way(0.1, 2, 4.4)),
    leg('operator', 'browser', 'good', 4.3, way(0.2, 11, 4.3), none),
  ],
  [
    leg('buyer', 'telephone', 'poor', 2.3, way(11.8, 118, 2.3), way(0.4, 9, 4.2)),
    leg('operator', 'telephone', 'fair', 3.7, way(2.4, 41, 3.7), none),
  ],
  [leg('buyer', 'telephone', 'unknown', null, none, none), leg('operator', 'browser', 'good', 4.4, way(0, 2, 4.4), way(0, 1, 4.4))],
];
const names = ['Анна Белова', 'Игорь Панин', 'Константин Константинопольский-Преображенский', 'Мария Ким', 'Ольга Ли', 'Пётр Сом'];
const shops = [
  ['tyres', 'Колесо 24', 'Wheel 24', 'iris'],
  ['clothes', 'Лён и хлопок', 'Linen & Cotton', 'rose'],
  [
    'long',
    'Шестьдесят букв в названии магазина, и ни одной буквы меньше',
    'Sixty letters in the name of a shop, and not one letter fewer',
    'pine',
  ],
];
const call = (n, state, change = {}) => ({
  id: id(100 + n),
  shop_id: id(n % 3),
  shop: shops[n % 3][0],
  shop_name: { ru: shops[n % 3][1], en: shops[n % 3][2] },
  colour: shops[n % 3][3],
  queue_id: id(50 + (n % 3)),
  queue: 'orders',
  promise: { share: 900, within_ms: 20_000 },
  state,
  from: n === 2 ? '' : '+7921***0144',
  started_at: iso(-n * 67_000 - 30_000),
  answered_at: state === 'waiting' ? null : iso(-n * 67_000 - 20_000),
  since: iso(-n * 61_000 - 20_000),
  position: state === 'waiting' ? n : 0,
  due: state === 'waiting' ? iso((n - 4) * 9000) : null,
  why: state === 'waiting' ? { ahead: 1, able: 3, idle: 0, refused: 1 } : null,
  operator_id: state === 'waiting' ? null : id(200 + n),
  muted: n === 1,
  away_until: null,
  watchers: [],
  legs: state === 'waiting' ? [] : legs[n % 3],
  ...change,
});
const calls = [call(3, 'waiting'), call(4, 'waiting'), call(0, 'talking'), call(1, 'talking'), call(2, 'held')];
const floor = {
  at: iso(0),
  pool: 'main',
  epoch: 1,
  calls,
  operators: names.map((name, n) => ({
    id: id(200 + n),
    name,
    state: n < 3 ? 'talking' : ['idle', 'wrap-up', 'away'][n - 3],
    on_duty: n < 5,
    reason: n === 5 ? 'supervisor:lunch' : '',
    phone: 'browser',
    since: iso(-n * 61_000 - 20_000),
    until: null,
    call_id: n < 3 ? id(100 + n) : null,
  })),
};
const listening = structuredClone(floor);
listening.calls[3].watchers = [
  { id: id(4), name: 'Ольга Смирнова', me: true, mode: 'listen', up: true, announced: false, since: iso(-40_000) },
];
const lines = ['operator', 'trunk', 'hour'].map((by) =>
  [0, 1, 2].map((n) => ({
    key: by === 'hour' ? iso(-n * 3_600_000) : by === 'operator' ? id(200 + n) : ['demo-carrier', 'own-sip', 'spare'][n],
    name: by === 'operator' ? names[n] : '',
    legs: 40 * (n + 1),
    calls: 38 * (n + 1),
    heard_loss_percent: [4.1, 0.3, 0][n],
    told_loss_percent: [null, 0.2, 0.1][n],
    jitter_ms: [48.2, 6.1, 2][n],
    rtt_ms: [null, 38, 21][n],
    mos: [3.4, 4.2, 4.4][n],
    worst_mos: [1.6, 3.1, 4.1][n],
    word: ['poor', 'good', 'good'][n],
    good: [3, 70, 120][n],
    fair: [17, 8, 0][n],
    poor: [20, 2, 0][n],
    unreported: 0,
  })),
);
const empty = { ...floor, calls: [], operators: [] };

const shows = {
  floor: { floor },
  'floor-chosen': { floor, address: `/floor?call=${id(101)}` },
  'floor-waiting': { floor, address: `/floor?call=${id(103)}` },
  'floor-listening': { floor: listening, address: `/floor?call=${id(101)}` },
  'floor-empty': { floor: empty },
  'floor-quality': { floor, address: '/floor/quality' },
};

const session = (locale) => ({
  csrf_token: 'token',
  expires_at: iso(3_600_000),
  account: { id: id(4), name: 'Ольга Смирнова', email: 'olga@floor.test', locale, shops: [], staff: ['supervisor'] },
});

const browser = await open();
let wrong = 0;
for (const look of looks) {
  const [locale, scheme, width] = look.split('-');
  for (const [name, show] of Object.entries(shows)) {
    if (only && !only.includes(name)) continue;
    const { context, page, complaints } = await pageOf(browser, { locale, scheme, width: Number(width), bypassCSP: true });
    await page.clock.setFixedTime(at);
    await setPhone(page, {});
    const answers = {
      '/session': session(locale),
      '/floor': show.floor,
      '/floor/quality': { items: lines[0], next_cursor: null },
      '/floor/tickets': { ticket: 'ticket' },
    };
    await page.route('**/api/v1/**', (route) => {
      const json = answers[new URL(route.request().url()).pathname.replace('/api/v1', '')];
      return json ? route.fulfill({ json }) : route.fulfill({ status: 404, json: { status: 404, code: 'not_found' } });
    });
    await page.goto(show.address ?? '/floor');
    await page.locator('main').first().waitFor();
    await page.waitForTimeout(900);
    await page.screenshot({ path: `${out}/${name}-${look}.png` });
    const found = await violations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`the page is ${wide} px too wide`);
    for (const v of [...found, ...complaints.filter((c) => !/404/.test(c))]) console.log(`${name} ${look}: ${v}`);
    wrong += found.length;
    await context.close();
  }
}
await browser.close();
console.log(wrong === 0 ? 'pictures of the floor are done, nothing found' : `${wrong} found`);
process.exit(wrong === 0 ? 0 : 1);
