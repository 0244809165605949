// Signs in and opens every page of the running Switchboard as its shop's owner:
// filters, keys, the recording, a session that ends, and signing out.
// Exits 1 at the first thing that is not so. BASE: other pages than INFO's.
import assert from 'node:assert/strict';
import { open, pageOf, settled, shop, things } from './browser.mjs';

const browser = await open();
const { page, complaints, context } = await pageOf(browser);
const at = `/s/${shop.slug}`;
const said = async (text) => assert(await page.getByText(text).first().isVisible(), `the page says ${text}`);
const path = () => new URL(page.url()).pathname;

const story = {
  'nobody gets in with a wrong password': async () => {
    await page.goto(`${at}/orders?status=confirmed`);
    await page.waitForURL('**/signin?next=*');
    await page.locator('[type=submit]').click();
    await said('Впишите почту, на которую вас пригласили');
    await page.locator('[name=email]').fill(shop.owner.email);
    await page.locator('[name=password]').fill('not the password');
    await page.locator('[type=submit]').click();
    await page.getByText('Почта или пароль не подходят.').waitFor();
  },
  'signing in leads to where one wanted to go': async () => {
    await page.locator('[name=password]').fill(shop.owner.password);
    await page.locator('[type=submit]').click();
    await page.waitForURL(`**${at}/orders?status=confirmed`);
  },
  'every page opens': async () => {
    const t = await things(page);
    const addresses = [
      '',
      '/calls',
      `/calls/${t.answered.id}`,
      '/lost',
      '/orders',
      t.order && `/orders/${t.order.id}`,
      '/catalogue',
      '/scripts',
      `/scripts/${t.script.id}`,
    ].filter((a) => a !== undefined);
    for (const address of addresses) {
      await page.goto(`${at}${address}`);
      await settled(page);
      assert.equal(await page.getByRole('alert').count(), 0, `${address} shows no trouble`);
      assert((await page.title()).includes('Switchboard'), `${address} has a title`);
    }
  },
  'filters live in the address': async () => {
    await page.goto(`${at}/calls?outcome=answered&number=79215550144`);
    await settled(page);
    assert((await page.locator('tbody tr').count()) > 0, 'there are answered calls of the number');
    await page.goto(`${at}/calls?outcome=voicemail`);
    await page.getByText('Таких звонков нет').waitFor();
    await page.getByText('Убрать фильтры').click();
    await page.waitForURL(`**${at}/calls`);
    await settled(page);
  },
  'keys move, open, search and help': async () => {
    await page.keyboard.press('Shift+Slash');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Slash');
    assert(await page.locator('[data-search]').evaluate((e) => e === document.activeElement), '/ goes to the search');
    await page.locator('h1').click();
    await page.keyboard.press('KeyJ');
    await page.keyboard.press('KeyJ');
    await page.keyboard.press('KeyK');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${at}/calls/*`);
  },
  'a recording is heard from the second in the address, each channel by itself': async () => {
    const t = await things(page);
    await page.goto(`${at}/calls/${t.answered.id}?t=3`);
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 3.2);
    const mute = page.getByRole('button', { name: 'Покупатель' });
    await mute.click();
    assert.equal(await mute.getAttribute('aria-pressed'), 'true');
    await page.keyboard.press('Period');
    assert.equal(await page.locator('audio').evaluate((a) => a.playbackRate), 1.5);
  },
  'foreign and unknown things look the same': async () => {
    await page.goto(`${at}/calls/00000000-0000-4000-8000-000000000000`);
    await page.getByText('Такого здесь нет').waitFor();
    await page.goto('/s/no-such-shop');
    await page.getByText('Такого здесь нет').waitFor();
  },
  'a session that ends is renewed in place': async () => {
    await page.goto(`${at}/calls`);
    await settled(page);
    await context.clearCookies();
    await page.getByText('7 дней').click();
    await page.getByRole('dialog').waitFor();
    const before = page.url();
    await page.getByRole('dialog').locator('[name=email]').fill(shop.owner.email);
    await page.getByRole('dialog').locator('[name=password]').fill(shop.owner.password);
    await page.getByRole('dialog').locator('[type=submit]').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(page.url(), before);
    await settled(page);
    assert((await page.locator('tbody tr').count()) > 0, 'the list is there again');
  },
  'signing out closes the door': async () => {
    await page.getByRole('button', { name: 'Выйти' }).click();
    await page.waitForURL('**/signin');
    await page.goto(at);
    await page.waitForURL('**/signin?next=*');
    assert.equal(path(), '/signin');
  },
};

for (const [name, play] of Object.entries(story)) {
  try {
    await play();
  } catch (e) {
    console.error(`${name}: ${e.message}\n  at ${page.url()}`);
    await browser.close();
    process.exit(1);
  }
  console.log(`ok ${name}`);
}
const wrong = complaints.filter((c) => !c.includes('404'));
await browser.close();
assert.deepEqual(wrong, [], 'the console is quiet');
