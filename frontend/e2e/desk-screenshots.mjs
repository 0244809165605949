// Pictures of the desk in all its states, without a server; and axe on each. It
// asks for 1180 px: the picture at 390 is of the page that says so.
// BASE: where the pages are served. PICTURES, ONLY and LOOKS as for the others.
import { mkdir } from 'node:fs/promises';
import { open, pageOf, violations } from './browser.mjs';
import { asked, barred, going, handed, missed, offered } from './desk-moves.mjs';
import { ringingOnPhone, setPhone, setStage, talkingOnPhone } from './desk-stage.mjs';
import { at, paying } from './desk-things.mjs';

const out = process.env.PICTURES ?? 'pictures';
const only = process.env.ONLY?.split(',');
const looks = process.env.LOOKS?.split(',') ?? ['ru-light-1440', 'en-dark-1440', 'ru-dark-1440', 'en-light-1440'];
await mkdir(out, { recursive: true });

const shows = {
  'desk-idle': { state: 'idle', phone: {} },
  'desk-lapsed': { state: 'away', phone: {} },
  'desk-offered': { state: 'offered', phone: { shown: ringingOnPhone } },
  'desk-talking': { state: 'talking', phone: { shown: talkingOnPhone } },
  'desk-payment': {
    state: 'payment',
    phone: { shown: talkingOnPhone },
    walk: paying,
    after: (page) => page.locator('[data-payment]').focus(),
  },
  'desk-tape': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => page.locator('[data-tape]').first().click() },
  'desk-wrapup': { state: 'wrapup', phone: {} },
  'desk-lost': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page, phone) => lose(page, phone) },
  'desk-busy': { state: 'idle', phone: { busy: true } },
  'desk-phone': { state: 'talking' },
  'desk-denied': { state: 'away', phone: { refusal: 'NotAllowedError' } },
  'desk-clock': { state: 'talking', phone: { shown: talkingOnPhone }, clock: 300_000 },
  'desk-cruel': { state: 'talking', phone: { shown: talkingOnPhone }, cruel: true },
  'desk-none': {
    state: 'idle',
    phone: {},
    refuse: (_, path) => path === '/desk' && { status: 503, json: { status: 503, code: 'unavailable' } },
  },
  'desk-narrow': { state: 'idle', phone: {}, width: 390 },
  'desk-card': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => press(page, 'KeyF', 'Digit2') },
  'desk-compare': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => press(page, 'KeyC', 'ArrowDown', 'KeyC', 'KeyC') },
  'desk-keys': { state: 'idle', phone: {}, after: (page) => press(page, 'Shift+Slash') },
  'desk-palette': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => press(page, 'Control+KeyK') },
  'desk-move': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => press(page, 'KeyT', 'ArrowDown') },
  'desk-move-refused': {
    state: 'talking',
    phone: { shown: talkingOnPhone },
    refuse: (_, path) => path.endsWith('/consult') && { status: 409, json: { status: 409, code: 'nobody_free' } },
    after: (page) => press(page, 'KeyT', 'ArrowDown', 'Enter'),
  },
  'desk-move-number': { state: 'talking', phone: { shown: talkingOnPhone }, after: (page) => press(page, 'KeyT', ...'84951234567') },
  'desk-move-barred': { state: 'talking', phone: { shown: talkingOnPhone }, targets: barred },
  'desk-ringing': { state: 'talking', phone: { shown: talkingOnPhone }, desk: going('ringing') },
  'desk-consult': { state: 'talking', phone: { shown: talkingOnPhone }, desk: going('aside') },
  'desk-waits': { state: 'talking', phone: { shown: talkingOnPhone }, desk: going('waits') },
  'desk-three': { state: 'talking', phone: { shown: talkingOnPhone }, desk: going('all') },
  'desk-parked': { state: 'talking', phone: { shown: talkingOnPhone }, desk: going('parked', { kind: 'park', name: '' }) },
  'desk-own': { state: 'talking', desk: going('aside', { own: true }) },
  'desk-asked': { state: 'talking', phone: { shown: talkingOnPhone }, desk: asked },
  'desk-handing': { state: 'offered', phone: { shown: { ...ringingOnPhone, card: handed } }, desk: offered },
  'desk-back': {
    state: 'talking',
    phone: { shown: talkingOnPhone },
    after: async (page, _, answers) => {
      Object.assign(answers['/desk'], missed('busy'));
      await press(page, 'KeyW');
    },
  },
  'desk-day': { state: 'idle', phone: {}, address: '/desk/day' },
  'desk-check': { state: 'idle', phone: {}, address: '/desk/check' },
};

async function press(page, ...keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
}
async function lose(page, phone) {
  await page.routeWebSocket('**/rtc', (ws) => ws.close({ code: 1001 }));
  phone.close(1001);
  await page.waitForTimeout(400);
}

const browser = await open();
let wrong = 0;
for (const look of looks) {
  const [locale, scheme, width] = look.split('-');
  for (const [name, show] of Object.entries(shows)) {
    if (only && !only.includes(name)) continue;
    const { context, page, complaints } = await pageOf(browser, { locale, scheme, width: show.width ?? Number(width), bypassCSP: true });
    await page.clock.setFixedTime(at);
    const answers = await setStage(page, { locale, ...show });
    const phone = show.phone && (await setPhone(page, show.phone));
    await page.goto(show.address ?? '/desk');
    await page.locator('main').first().waitFor();
    await page.waitForTimeout(900);
    await show.after?.(page, phone, answers);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${out}/${name}-${look}.png` });
    const found = await violations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`the page is ${wide} px too wide`);
    for (const v of [...found, ...complaints.filter((c) => !/404|409|503/.test(c))]) console.log(`${name} ${look}: ${v}`);
    wrong += found.length;
    await context.close();
  }
}
await browser.close();
console.log(wrong === 0 ? 'pictures of the desk are done, nothing found' : `${wrong} found`);
process.exit(wrong === 0 ? 0 : 1);
