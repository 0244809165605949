// A browser on the pages of a running Switchboard: INFO names the file that
// `switchboard demo --info` wrote. Debian's Chromium; nothing is downloaded.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const info = JSON.parse(await readFile(process.env.INFO ?? '/tmp/fe-info.json', 'utf8'));
export const shop = info.shops[0];

export const open = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** A page in one language, scheme and width. What it complains of is in its `complaints`. */
export async function pageOf(browser, { locale = 'ru', scheme = 'light', width = 1440, height = 900, bypassCSP = false } = {}) {
  const context = await browser.newContext({
    locale: locale === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'Europe/Moscow',
    colorScheme: scheme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    baseURL: process.env.BASE ?? info.http,
    hasTouch: width < 800,
    bypassCSP, // for axe only, which evaluates code
  });
  await context.addInitScript((l) => localStorage.setItem('switchboard.language', l), locale);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on('pageerror', (e) => complaints.push(`${page.url()}: ${e.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error' && !m.text().includes('401')) complaints.push(`${page.url()}: ${m.text()}`);
  });
  return { context, page, complaints };
}

export async function signIn(page, who = shop.owner) {
  await page.goto('/signin');
  await page.locator('[name=email]').fill(who.email);
  await page.locator('[name=password]').fill(who.password);
  await page.locator('[type=submit]').click();
  await page.waitForURL((u) => !u.pathname.startsWith('/signin'));
}

/** Waits until the page has what it asked for; its stream of hints never ends. */
export async function settled(page) {
  await page.locator('h1, [role=alert]').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.waitForTimeout(250);
}

/** Waits up to a minute for a condition, which may tell what it saw last. */
export async function until(what, condition) {
  let seen = '';
  for (const limit = Date.now() + 60_000; Date.now() < limit; await new Promise((r) => setTimeout(r, 100)))
    if (await condition((word) => (seen = word))) return;
  throw new Error(`${what}: not so after a minute${seen && `; it was ${seen}`}`);
}

/** Violations of WCAG 2.0 to 2.2, A and AA. */
export async function violations(page) {
  await page.addScriptTag({ path: axePath });
  const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return found.violations.map(
    (v) =>
      `${v.id}: ${v.help}\n      ${v.nodes
        .slice(0, 3)
        .map((n) => n.html.slice(0, 160))
        .join('\n      ')}`,
  );
}

/** Things of the shop by the API, with the session of the page. */
export async function things(page) {
  const read = async (path) => (await (await page.request.get(`/api/v1${path}`)).json()).items;
  const [calls, orders, scripts] = await Promise.all([
    read(`/calls?shop=${shop.slug}&limit=200`),
    read(`/orders?shop=${shop.slug}`),
    read(`/scripts?shop=${shop.slug}`),
  ]);
  const answered = calls.find((c) => c.outcome === 'answered' && c.recording_url);
  assert(answered, 'there is an answered call with a recording');
  return { calls, answered, lost: calls.find((c) => c.outcome === 'abandoned'), order: orders[0], script: scripts[0] };
}
