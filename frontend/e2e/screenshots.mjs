// Pictures of every page, ru and en, light and dark, 1440 and 390 wide, in
// PICTURES; and axe on each. Exits 1 if axe or the console finds anything.
// ONLY=call,today and LOOKS=ru-light-1440 narrow it down.
import { mkdir } from 'node:fs/promises';
import { open, pageOf, settled, shop, signIn, things, violations } from './browser.mjs';

const out = process.env.PICTURES ?? 'pictures';
const only = process.env.ONLY?.split(',');
const looks = process.env.LOOKS?.split(',') ?? [
  'ru-light-1440',
  'en-dark-1440',
  'ru-dark-390',
  'en-light-390',
  'ru-dark-1440',
  'ru-light-390',
];
await mkdir(out, { recursive: true });
const browser = await open();
let wrong = 0;
for (const look of looks) {
  const [locale, scheme, width] = look.split('-');
  const { context, page, complaints } = await pageOf(browser, {
    locale,
    scheme,
    width: Number(width),
    height: Number(width) < 800 ? 844 : 900,
    bypassCSP: true,
  });
  const shoot = async (name) => {
    await settled(page);
    await page.screenshot({ path: `${out}/${name}-${look}.png`, fullPage: true });
    const found = await violations(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`the page is ${wide} px too wide`);
    for (const v of found) console.log(`${name} ${look}: ${v}`);
    wrong += found.length;
  };
  await page.goto('/signin');
  if (!only || only.includes('signin')) await shoot('signin');
  await signIn(page);
  const t = await things(page);
  const at = `/s/${shop.slug}`;
  const pages = {
    today: at,
    calls: `${at}/calls`,
    call: `${at}/calls/${t.answered.id}`,
    lostcall: t.lost && `${at}/calls/${t.lost.id}`,
    lost: `${at}/lost`,
    orders: `${at}/orders`,
    order: t.order && `${at}/orders/${t.order.id}`,
    catalogue: `${at}/catalogue?q=nokian`,
    empty: `${at}/calls?outcome=voicemail`,
    scripts: `${at}/scripts`,
    script: `${at}/scripts/${t.script.id}`,
    absent: `${at}/calls/00000000-0000-4000-8000-000000000000`,
  };
  for (const [name, address] of Object.entries(pages)) {
    if (!address || (only && !only.includes(name))) continue;
    await page.goto(address);
    if (name === 'absent') await page.locator('[role=alert]').waitFor();
    if (name === 'call') {
      await settled(page);
      await page.locator('[aria-keyshortcuts=Space]').click();
      await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 2.5);
      await page.locator('[aria-keyshortcuts=Space]').click();
    }
    if (name !== 'absent') await shoot(name);
    else await page.screenshot({ path: `${out}/${name}-${look}.png` });
  }
  const heard = complaints.filter((c) => !c.includes('404'));
  for (const c of heard) console.log(`${look}: ${c}`);
  wrong += heard.length;
  await context.close();
}
await browser.close();
console.log(wrong === 0 ? 'pictures are done, nothing found' : `${wrong} found`);
process.exit(wrong === 0 ? 0 : 1);
