// A supervisor at /floor in a real browser, on a running Switchboard, at a real call
// between two telephones: who hears whom, by tones. Exits 1 at the first thing that is not so.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { flags, info, pageOf, settled, shop, signIn, until } from './browser.mjs';
import { heardIn, mouthAndEar } from './ear.mjs';
import { Peer } from './peer.mjs';
import { tones } from './tones.mjs';

const { supervisor } = info.staff;
const boris = info.operators[1];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const { context, page, complaints } = await pageOf(browser);
page.setDefaultTimeout(60_000); // the machine may be busy
await mouthAndEar(context, 'supervisor');
const [buyer, operator] = await Promise.all([Peer.open(tones.buyer), Peer.open(tones.operator)]);

const ears = { buyer: async () => buyer.hears(), operator: async () => operator.hears(), supervisor: () => heardIn(page) };

/** Waits until each of them hears those, and nobody else, at the same look. */
const hears = (want) =>
  until(`heard is ${JSON.stringify(want)}`, async (told) => {
    const looks = await Promise.all(Object.keys(want).map(async (who) => [who, await ears[who]()]));
    told(JSON.stringify(Object.fromEntries(looks)));
    return looks.every(([who, got]) => got && String(got) === String(want[who]));
  });

const story = {
  'a buyer and an operator talk by telephone': async () => {
    await operator.register(boris.sip.user, boris.sip.password);
    await buyer.ring(shop.numbers[0]);
    await hears({ buyer: ['operator'], operator: ['buyer'] });
  },
  'the floor shows the talk, and can listen': async () => {
    await signIn(page, supervisor);
    await page.goto('/floor');
    await settled(page);
    await page.getByText('Можно слушать').waitFor();
    await page.keyboard.press('KeyJ');
    await page.waitForURL('**/floor?call=*');
  },
  'and how both of them come through': async () => {
    const legs = page.locator('tbody tr [data-word]');
    await until('there is a score for the buyer and for the operator', async (told) => {
      const texts = await legs.allTextContents();
      told(texts.join(' | '));
      return texts.length === 2 && texts.every((text) => /[1-4],\d[\d,]+\s%/.test(text));
    });
    await page.locator('thead a[href="/floor/quality"]').waitFor();
  },
  'who listens hears both, and is heard by nobody': async () => {
    await page.keyboard.press('KeyL');
    await hears({ supervisor: ['buyer', 'operator'], buyer: ['operator'], operator: ['buyer'] });
  },
  'who whispers is heard by the operator alone': async () => {
    await page.keyboard.press('KeyW');
    await hears({ operator: ['buyer', 'supervisor'], buyer: ['operator'], supervisor: ['buyer', 'operator'] });
  },
  'who barges in is heard by both': async () => {
    await page.keyboard.press('KeyB');
    await hears({ operator: ['buyer', 'supervisor'], buyer: ['operator', 'supervisor'], supervisor: ['buyer', 'operator'] });
  },
  'who takes over talks with the buyer, and the operator is let go': async () => {
    await page.keyboard.press('KeyT');
    await page.keyboard.press('KeyT');
    await hears({ buyer: ['supervisor'], supervisor: ['buyer'] });
    await until("the operator's telephone was hung up on", () => operator.over);
  },
  'and ends the call': async () => {
    await page.getByRole('button', { name: 'Завершить' }).click();
    await until('the buyer was hung up on', () => buyer.over);
  },
};

for (const [name, play] of Object.entries(story)) {
  try {
    await play();
  } catch (e) {
    console.error(`${name}: ${e.message}\n  at ${page.url()}`);
    if (complaints.length > 0) console.error(complaints.join('\n'));
    await page.screenshot({ path: process.env.TRACE ?? '/tmp/floor-failed.png' }).catch(() => {});
    process.exit(1);
  }
  console.log(`ok ${name}`);
}
await browser.close();
await operator.leave();
buyer.close();
operator.close();
assert.deepEqual(complaints, [], 'the console is quiet');
