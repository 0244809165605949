// Figures, for make bench: from the switch's offer, as the call's page has it, to
// the painted picture of the call on the operator's desk; and from Enter to a
// call in hand. One browser, one machine, so that one clock measures both ends.
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { flags, info, pageOf, shop, signIn } from './browser.mjs';
import { audible, buyer, noMoreBuyers } from './buyer.mjs';

const calls = Number(process.env.CALLS ?? 12);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...flags, ...audible] });
const { context, page } = await pageOf(browser);
await context.grantPermissions(['microphone', 'notifications']);

/** Notes when the card of an offer, and the call in hand, have been painted. */
await page.addInitScript(() => {
  window.painted = { offer: [], joined: [] };
  const was = { offer: false, joined: false };
  const look = () => {
    for (const [name, found] of [
      ['offer', document.querySelector('#offer')],
      ['joined', document.querySelector('[data-end]')],
    ]) {
      if (found && !was[name]) requestAnimationFrame(() => setTimeout(() => window.painted[name].push(Date.now())));
      was[name] = Boolean(found);
    }
  };
  addEventListener('DOMContentLoaded', () => new MutationObserver(look).observe(document.body, { childList: true, subtree: true }));
});
await signIn(page, info.operators[0]);
await page.goto('/desk');
await page.getByText('Связь отличная').waitFor();
if (await page.getByText('Звонки не приходят').count()) await page.keyboard.press('KeyR');

const pressed = [];
for (let n = 0; n < calls; n++) {
  await page.getByText('Жду звонка').waitFor({ timeout: 20_000 });
  const rings = buyer();
  await page.locator('#offer').waitFor({ timeout: 30_000 });
  await page.waitForTimeout(100); // a person takes longer
  pressed.push(Date.now());
  await page.keyboard.press('Enter');
  await page.locator('[data-end]').waitFor();
  await page.waitForTimeout(300);
  await page.keyboard.press('KeyE');
  await page.keyboard.press('KeyE');
  await page.getByText('Итог звонка').waitFor();
  await page.locator('button[role=radio]').first().waitFor();
  await page.keyboard.press('Digit1');
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  if (rings.exitCode === null) await once(rings, 'exit');
}
const painted = await page.evaluate(() => window.painted);

const { context: owners, page: owner } = await pageOf(browser);
await signIn(owner, shop.owner);
const read = async (path) => (await owner.request.get(`/api/v1${path}`)).json();
const list = (await read(`/calls?shop=${shop.slug}&limit=${calls}`)).items.reverse();
const offered = [];
for (const c of list) {
  const { events } = await read(`/calls/${c.id}?shop=${shop.slug}`);
  offered.push(Date.parse(events.findLast((e) => e.kind === 'offer').at));
}
await owners.close();

const spread = (from, to) => from.map((at, i) => to[i] - at).sort((a, b) => a - b);
const p = (all, share) => all[Math.min(all.length - 1, Math.floor(all.length * share))];
for (const [what, all, goal] of [
  ['offer to the painted card', spread(offered, painted.offer), 300],
  ['Enter to the painted call', spread(pressed, painted.joined), undefined],
])
  console.log(`${what}: p50 ${p(all, 0.5)} ms, p95 ${p(all, 0.95)} ms of ${all.length} calls${goal ? `, to reach ${goal} ms` : ''}`);
await browser.close();
await noMoreBuyers();
