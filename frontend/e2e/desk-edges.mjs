// What goes wrong at a desk, each on a stage of its own: no microphone, no server,
// no grants, a wrong clock. Exits 1 at the first thing that is not said or kept.
import assert from 'node:assert/strict';
import { open, pageOf } from './browser.mjs';
import { setPhone, setStage, talkingOnPhone } from './desk-stage.mjs';
import { at, walk } from './desk-things.mjs';

const browser = await open();
const talking = { state: 'talking', phone: { shown: talkingOnPhone } };
const dead = { status: 503, json: { status: 503, code: 'unavailable' } };
const none = { status: 404, json: { status: 404, code: 'not_found' } };
const note = (page) => page.locator('[data-field=note]');
const told = (page, words) => page.getByText(words).first().waitFor();
const gone = (page, words) => page.getByText(words).first().waitFor({ state: 'detached' });
const inCall = (page) => page.locator('[data-end]').waitFor();
const writes = async (page, text) => {
  await page.keyboard.press('KeyN');
  await page.keyboard.press('End');
  await page.keyboard.type(text);
};
const plugIn = (page) =>
  page.evaluate(() => {
    window.stage.refusal = '';
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });

/** Waits until the server was sent a note like this. */
async function sent(edge, like) {
  for (let i = 0; i < 100 && !like.test(edge.drafts.at(-1)?.body.note); i++) await new Promise((r) => setTimeout(r, 100));
  assert.match(edge.drafts.at(-1)?.body.note, like);
}

/** Lets the time of the page and of its server go on. */
async function later(page, edge, ms) {
  edge.answers['/desk'].now = new Date(Date.parse(edge.answers['/desk'].now) + ms).toISOString();
  await page.clock.fastForward(ms);
}

/** Each opens a desk as its stage says, and looks at what the operator is told. */
const edges = {
  'without a microphone it says so, and the telephone connects when there is one': [
    { phone: { refusal: 'NotFoundError' } },
    async (page) => {
      await told(page, 'Микрофон не найден');
      await plugIn(page);
      await told(page, 'Связь отличная');
    },
  ],
  'a browser that blocks the microphone is told apart, and a desk phone is a way on': [
    { phone: { refusal: 'NotAllowedError' } },
    async (page) => {
      await told(page, 'Браузер не даёт микрофон');
      await page.getByRole('button', { name: 'Отвечать на настольном телефоне' }).first().click();
      await gone(page, 'Браузер не даёт микрофон');
    },
  ],
  'a headset that comes off in a call: the call stays, and goes on with the next one': [
    talking,
    async (page) => {
      await inCall(page);
      await page.evaluate(() => {
        window.stage.refusal = 'NotFoundError';
        window.stage.track.stop();
        window.stage.track.dispatchEvent(new Event('ended'));
      });
      await told(page, 'Гарнитура отключилась');
      await inCall(page);
      await plugIn(page);
      await gone(page, 'Гарнитура отключилась');
    },
  ],
  'a price, a stock and the sentence that names them turn stale while the page is open': [
    talking,
    async (page, edge) => {
      const row = page
        .getByRole('listitem')
        .filter({ hasText: 'Nokian' })
        .filter({ has: page.locator('[data-fact=price]') });
      const [price, stock] = ['price', 'stock'].map((f) => row.locator(`[data-fact=${f}]`));
      await price.getByText(/^8\s450/).waitFor();
      await told(page, 'Шина стоит');
      assert.match(await row.getByRole('button').textContent(), /В заказ/);
      await later(page, edge, 10_300_000); // 3 h less a minute old
      assert.doesNotMatch(await row.textContent(), /было/);
      await told(page, 'Шина стоит');
      await later(page, edge, 100_000);
      await price.getByText(/^было 8\s450/).waitFor();
      await stock.getByText(/^было 12 шт/).waitFor();
      await told(page, 'Цену и наличие уточню и перезвоню вам');
      await gone(page, 'Шина стоит');
      assert.match(await row.getByRole('button').textContent(), /Уточнить/);
    },
  ],
  'a browser without WebRTC says which ones have it': [
    { phone: {}, before: (page) => page.addInitScript(() => delete window.RTCPeerConnection) },
    (page) => told(page, 'Этот браузер не умеет звонки'),
  ],
  'a clock that is five minutes slow is told': [{ ...talking, clock: 300_000 }, (page) => told(page, 'Часы этого компьютера отстают')],
  'a server that is dead for a while: the text stays, the answer stays, all is sent later': [
    { ...talking, refuse: (edge, path) => edge.dead && (path === '/desk' ? 'abort' : dead) },
    async (page, edge) => {
      await inCall(page);
      await page.locator('[data-node]').waitFor();
      edge.dead = true;
      await writes(page, ' Сервера нет');
      await told(page, 'Текст здесь');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Digit1');
      await told(page, 'Ответ остался здесь');
      await told(page, 'Сервер не отвечает 0:');
      edge.dead = false;
      await sent(edge, /Сервера нет$/);
      await told(page, 'Сохранено в');
      await gone(page, 'Сервер не отвечает 0:');
      assert.match(await note(page).inputValue(), /Сервера нет$/);
    },
  ],
  'a server that is dead when the desk opens: what was typed before and since is sent together': [
    { ...talking, refuse: (edge, path) => edge.dead && path.endsWith('/draft') && dead },
    async (page, edge) => {
      await inCall(page);
      await page.locator('[data-node]').waitFor();
      edge.dead = true;
      await writes(page, ' Раз');
      await told(page, 'Текст здесь');
      await page.reload();
      await inCall(page);
      await page.waitForFunction(() => document.querySelector('[data-field=note]')?.value.endsWith(' Раз'));
      await writes(page, ' Два');
      await told(page, 'Текст здесь');
      edge.dead = false;
      await sent(edge, / Раз Два$/);
    },
  ],
  'a script that is replaced in the call: the walk keeps its version and says so': [
    { ...talking, walk: { ...walk, newest_version: 15 } },
    async (page) => {
      await told(page, 'версия 14');
      await told(page, 'опубликована 15');
    },
  ],
  'an operator without grants can talk and hang up, and nothing of the shop is shown': [
    { ...talking, refuse: (_, path) => /\/(buyer|walk|draft|items)$/.test(path) && none },
    async (page, edge) => {
      await inCall(page);
      await page.waitForTimeout(1000);
      for (const words of ['Савушкина', 'Nokian', 'Сергей']) assert.equal(await page.getByText(words).count(), 0, words);
      await page.keyboard.press('KeyE');
      await page.keyboard.press('KeyE');
      await page.waitForTimeout(200);
      assert(
        edge.phone.heard.some((m) => m.type === 'hangup'),
        'it hangs up',
      );
    },
  ],
  'a connection that is lost says for how long the call is kept, and that it is back': [
    talking,
    async (page, edge) => {
      await inCall(page);
      edge.phone.close(1001);
      await told(page, 'Связь потеряна');
      await told(page, 'Вы снова на линии');
      await inCall(page);
    },
  ],
};

async function meet([name, [stage, play]]) {
  const { context, page } = await pageOf(browser);
  const edge = { dead: false, drafts: [], phone: undefined };
  page.on('request', (r) => r.method() === 'PUT' && r.url().endsWith('/draft') && edge.drafts.push(r.postDataJSON()));
  try {
    await page.clock.install({ time: at });
    edge.answers = await setStage(page, { ...stage, refuse: (_, path) => stage.refuse?.(edge, path) });
    edge.phone = await setPhone(page, stage.phone);
    await stage.before?.(page);
    await page.goto('/desk');
    await play(page, edge);
  } catch (e) {
    console.error(`${name}: ${e.message}`);
    await page.screenshot({ path: process.env.TRACE ?? '/tmp/desk-edge.png' }).catch(() => {});
    process.exit(1);
  }
  console.log(`ok ${name}`);
  await context.close();
}

// They mostly wait: several desks at a time.
const waiting = Object.entries(edges);
const inTurn = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await meet(next);
};
await Promise.all(Array.from({ length: 4 }, inTurn));
await browser.close();
