// Pictures of every scene, ru and en, light and dark, 1440 and 390 wide, in
// PICTURES; and axe on each. Exits 1 if axe, the console or a page that is too
// wide is found. ONLY=call,today and LOOKS=ru-light-1440 narrow it down.
import { mkdir } from 'node:fs/promises';
import { open, pageOf, settled, signIn, violations } from './browser.mjs';
import { shopScenes } from './scenes.mjs';

const out = process.env.PICTURES ?? 'pictures';
const only = process.env.ONLY?.split(',');
const looks =
  process.env.LOOKS?.split(',') ?? ['ru', 'en'].flatMap((l) => ['light', 'dark'].flatMap((s) => [1440, 390].map((w) => `${l}-${s}-${w}`)));

/** What the console may say: pages that are not there are looked at too. */
const meant = /404/;

await mkdir(out, { recursive: true });
const browser = await open();
let wrong = 0;
const told = (line) => {
  wrong += 1;
  console.log(line);
};

async function shoot(page, name, look) {
  await settled(page);
  await page.screenshot({ path: `${out}/${name}-${look}.png`, fullPage: name !== 'palette' && name !== 'chosen' });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) told(`${name} ${look}: the page is ${wide} px too wide`);
  for (const v of await violations(page)) told(`${name} ${look}: ${v}`);
}

async function take(look) {
  const [locale, scheme, size] = look.split('-');
  const width = Number(size);
  const wanted = shopScenes.filter((s) => !only || only.includes(s.name));
  const door = !only || only.includes('signin');
  if (wanted.length === 0 && !door) return;
  const { context, page, complaints } = await pageOf(browser, { locale, scheme, width, height: width < 800 ? 844 : 900, bypassCSP: true });
  await page.goto('/signin');
  if (door) await shoot(page, 'signin', look);
  await signIn(page);
  for (const s of wanted) if (await s.show(page)) await shoot(page, s.name, look);
  for (const c of complaints) if (!meant.test(c)) told(`${look}: ${c}`);
  await context.close();
}

for (const look of looks) await take(look);
await browser.close();
console.log(wrong === 0 ? 'pictures are done, nothing found' : `${wrong} found`);
process.exit(wrong === 0 ? 0 : 1);
