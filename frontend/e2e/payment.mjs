// The number of a card, told in a real call to a real browser on a running Switchboard: the tape
// stands still while its field has the focus, and the number goes nowhere. By tones on the tape.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { flags, info, pageOf, signIn, until } from './browser.mjs';
import { heardIn, mouthAndEar } from './ear.mjs';
import { Peer } from './peer.mjs';
import { linear, share, tones } from './tones.mjs';

const shop = info.shops[1];
const card = '4111 1111 1111 1111';
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const { context, page, complaints } = await pageOf(browser);
page.setDefaultTimeout(60_000); // the machine may be busy
await mouthAndEar(context, 'operator');
const { page: owner } = await pageOf(browser);
const buyer = await Peer.open(tones.buyer);

const sent = [];
page.on('request', (r) => sent.push(r.url(), r.postData() ?? ''));
page.on('websocket', (ws) => ws.on('framesent', ({ payload }) => sent.push(String(payload))));

const read = async (at, path) => (await at.request.get(`/api/v1${path}`)).json();
const mine = (path) => `${path}${path.includes('?') ? '&' : '?'}shop=${shop.slug}`;
const tape = async () => (await read(page, '/desk')).call?.recording.state;

/** Waits until the buyer has heard a second more: so long a tape goes on, or stands still. */
async function second() {
  const from = buyer.count;
  await until('the buyer hears a second more', () => buyer.count >= from + 8000);
}

const script = `name: {ru: Оплата}
languages: [ru]
start: card
nodes:
  - id: card
    kind: ask
    ask: payment
    required: true
    text: {ru: "Продиктуйте номер карты."}
    next: bye
    else: bye
  - id: bye
    kind: end
    outcome: order
    text: {ru: "Спасибо!"}
`;

/** The owner publishes a script; what was published before is returned. */
async function publish(source) {
  const { csrf_token } = await read(owner, '/session');
  const { items } = await read(owner, mine('/scripts'));
  const at = mine(`/api/v1/scripts/${items[0].id}`);
  const draft = await owner.request.get(at);
  const headers = { 'X-CSRF-Token': csrf_token, 'If-Match': draft.headers().etag };
  const put = await owner.request.put(at, { headers, data: { source } });
  assert(put.ok(), await put.text());
  headers['If-Match'] = put.headers().etag ?? headers['If-Match'];
  const answer = await owner.request.post(mine(`/api/v1/scripts/${items[0].id}/publish`), { headers, data: {} });
  assert(answer.ok(), await answer.text());
  return (await draft.json()).source;
}

/** The channels of the call's tape: A-law, the buyer left, the operator right. */
async function channels(url) {
  const wav = await (await owner.request.get(url)).body();
  const from = wav.indexOf('data') + 8;
  assert.equal(wav.readUInt16LE(20), 6, 'the tape is A-law');
  const of = (side) => Array.from({ length: Math.floor((wav.length - from - side) / 2) }, (_, i) => linear(wav[from + side + 2 * i]));
  return { buyer: of(0), operator: of(1) };
}

let before;
const story = {
  'the shop asks for cards in its script, and a buyer rings': async () => {
    await signIn(owner, shop.owner);
    before = await publish(script);
    await signIn(page, info.operators[0]);
    await page.goto('/desk');
    await page.getByText('Связь отличная').waitFor();
    if (await page.getByText('Звонки не приходят').count()) await page.keyboard.press('KeyR');
    await page.getByText('Жду звонка').waitFor();
    await buyer.ring(shop.numbers[0]);
    await page.locator('#offer', { hasText: 'Лён и хлопок' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('[data-node="card"]').waitFor();
    await until('they hear each other', async () => String(buyer.hears()) === 'operator' && String(await heardIn(page)) === 'buyer');
    await until('the tape runs', async () => (await tape()) === 'on');
    await second();
  },
  'while the field has the focus the tape stands still, and they go on talking': async () => {
    await page.keyboard.press('Enter');
    await page.getByText('Запись остановлена. Можно спрашивать номер.').waitFor();
    assert.equal(await tape(), 'paused');
    await page.keyboard.type(card);
    await second();
    assert.deepEqual([String(buyer.hears()), String(await heardIn(page))], ['operator', 'buyer']);
  },
  'with the number taken it runs again, and the field is gone': async () => {
    await page.keyboard.press('Enter');
    await page.locator('[data-node="bye"]').waitFor();
    await until('the tape runs again', async () => (await tape()) === 'on');
    await second();
    await buyer.hangUp();
    await page.getByText('Итог звонка').waitFor();
  },
  'the number went nowhere': () => {
    const bare = card.replaceAll(' ', '');
    for (const text of sent) assert(!text.replaceAll(/[\s+]|%20/g, '').includes(bare), `the page sent the number: ${text.slice(0, 200)}`);
    assert(
      sent.some((text) => text.includes('pause-recording')),
      'what is sent is looked at',
    );
  },
  'on the tape there is nobody in the gap, and both of them before and after': async () => {
    let call;
    await until('the tape is ready', async () => {
      const [last] = (await read(owner, mine('/calls?limit=1'))).items;
      call = await read(owner, mine(`/calls/${last.id}`));
      return call.recording?.state === 'ready';
    });
    const [gap] = call.recording.gaps;
    assert.equal(gap?.why, 'payment');
    const sides = await channels(call.recording_url);
    assert(gap.to_s - gap.from_s > 0.5, `the tape stood still for ${gap.to_s - gap.from_s} s`);
    for (const [who, samples] of Object.entries(sides)) {
      const cut = (from, to) => samples.slice(Math.max(0, Math.round(from * 8000)), Math.round(to * 8000));
      const loudest = cut(gap.from_s, gap.to_s).reduce((most, s) => Math.max(most, Math.abs(s)), 0);
      assert(loudest <= 8, `in the gap the ${who} is on the tape, ${loudest} of 32768`);
      // A tenth of a second is enough, and the phase may leap where a packet was late.
      const heard = (from) => [0, 1, 2, 3, 4].some((n) => share(cut(from + n / 10, from + (n + 1) / 10), tones[who]) > 0.5);
      assert(heard(gap.from_s - 0.6), `before the gap the ${who} is on the tape`);
      assert(heard(gap.to_s + 0.1), `after the gap the ${who} is on the tape`);
    }
    await publish(before);
  },
};

for (const [name, play] of Object.entries(story)) {
  try {
    await play();
  } catch (e) {
    console.error(`${name}: ${e.message}\n  at ${page.url()}`);
    if (complaints.length > 0) console.error(complaints.join('\n'));
    await page.screenshot({ path: process.env.TRACE ?? '/tmp/payment-failed.png' }).catch(() => {});
    process.exit(1);
  }
  console.log(`ok ${name}`);
}
await browser.close();
buyer.close();
