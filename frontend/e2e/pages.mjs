// Signs in and opens every page of the running Switchboard as its shop's owner:
// filters, keys, the recording, a session that ends, and signing out.
// Exits 1 at the first thing that is not so. BASE: other pages than INFO's. The
// shop is furnished by furnish.sql.
import assert from 'node:assert/strict';
import { open, pageOf, settled, shop, things } from './browser.mjs';

const browser = await open();
const { page, complaints, context } = await pageOf(browser);
const at = `/s/${shop.slug}`;
const said = async (text) => assert(await page.getByText(text).first().isVisible(), `the page says ${text}`);
const path = () => new URL(page.url()).pathname;
const palette = async () => {
  await page.keyboard.press('Control+KeyK');
  await page.getByRole('dialog').waitFor();
  await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]')); // what is typed before is lost
};

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
  'each figure opens the list that it counts': async () => {
    await page.goto(at);
    await settled(page);
    const figures = page.getByRole('navigation', { name: 'Итоги дня' }).getByRole('link');
    for (const [name, address] of [
      ['Звонки', '/calls'],
      ['Потеряно', '/lost'],
      ['Заказы', '/orders'],
    ]) {
      const figure = figures.filter({ hasText: name }).first();
      const told = Number((await figure.locator('b').textContent()).replace(/\D/g, ''));
      await figure.click();
      await page.waitForURL(`**${at}${address}?*`);
      await settled(page);
      while (await page.getByText('Показать ещё').isVisible()) {
        await page.getByText('Показать ещё').click();
        await page.waitForTimeout(300);
      }
      assert.equal(await page.locator('tbody tr').count(), told, `${name} says ${told}`);
      await page.goto(at);
      await settled(page);
    }
  },
  'keys move, open, search and help': async () => {
    await page.goto(`${at}/calls`);
    await settled(page);
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
  'G and a letter goes to a page, also with the letter that moves in lists': async () => {
    await page.goto(`${at}/calls`);
    await settled(page);
    await page.keyboard.press('KeyG');
    await page.keyboard.press('KeyK');
    await page.waitForURL(`**${at}/catalogue`);
    await settled(page);
    await page.keyboard.press('KeyG');
    await page.keyboard.press('KeyL');
    await page.waitForURL(`**${at}/lost`);
  },
  'the palette does, and finds, in either keyboard layout': async () => {
    await page.goto(at);
    await settled(page);
    await palette();
    await page.keyboard.type('pfrfps');
    await page.getByRole('dialog').getByText('Заказы').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${at}/orders`);
    await settled(page);
    const no = (await things(page)).answered.no;
    await palette();
    await page.keyboard.type(String(no));
    await page.getByRole('dialog').getByText(`Звонок № ${no}`).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${at}/calls/${no}`);
  },
  'J and K go from call to call': async () => {
    await page.goto(`${at}/calls/48050`);
    await settled(page);
    await page.keyboard.press('KeyJ');
    await page.waitForURL(`**${at}/calls/48049`);
    await settled(page);
    await page.keyboard.press('KeyK');
    await page.waitForURL(`**${at}/calls/48050`);
  },
  'rows are chosen by keys, taken together, and given back': async () => {
    await page.goto(`${at}/lost?callback=open`);
    await settled(page);
    const before = await page.locator('tbody tr').count();
    for (const key of ['KeyJ', 'KeyX', 'KeyJ', 'KeyJ', 'Shift+KeyX']) await page.keyboard.press(key);
    await said('Выбраны 3 строки');
    await page.getByRole('button', { name: 'Взять 3 перезвона' }).click();
    await page.getByText('Взято 3 перезвона.').waitFor();
    assert.equal(await page.locator('tbody tr').count(), before - 3, 'taken callbacks are no longer open');
    await page.getByRole('button', { name: 'Вернуть' }).click();
    await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length === n, before);
  },
  'an export says first how long it is': async () => {
    await page.goto(`${at}/calls`);
    await settled(page);
    await page.getByRole('button', { name: 'Выгрузка' }).click();
    await page.getByText(/Скачать CSV, \d+ стро/).waitFor();
    await page.keyboard.press('Escape');
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
  'a note sticks to its second, and comes back when it was removed': async () => {
    const t = await things(page);
    await page.goto(`${at}/calls/${t.answered.no}`);
    await settled(page);
    await page.keyboard.press('KeyC');
    await page.keyboard.type('Проверка: jk?');
    await page.keyboard.press('Control+Enter');
    const note = page.getByRole('listitem').filter({ hasText: 'Проверка: jk?' });
    await note.waitFor();
    await note.getByRole('button', { name: 'Убрать заметку' }).click();
    await page.getByText('Заметка убрана.').waitFor();
    assert.equal(await note.count(), 0);
    await page.getByRole('button', { name: 'Вернуть' }).click();
    await note.waitFor();
    await note.getByRole('button', { name: 'Убрать заметку' }).click();
  },
  'a charge shows its arithmetic, reckoned again': async () => {
    await said('Пересчитано из записи о звонке: сходится');
    await said('Итого без НДС');
  },
  'a panel fails alone, and says what to quote': async () => {
    const broken = {
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 500, code: 'internal', request_id: '7f3a7f3a7f3a' }),
    };
    await page.route('**/api/v1/lost-calls?*', (r) => r.fulfill(broken));
    await page.goto(at);
    await page.getByRole('alert').waitFor();
    await said('Код 7f3a7f3a');
    await page.getByRole('navigation', { name: 'Итоги дня' }).waitFor();
    await page.unroute('**/api/v1/lost-calls?*');
    await page.getByRole('button', { name: 'Повторить' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  },
  'without a network the page says of when it is': async () => {
    await context.setOffline(true);
    await page.getByText('Сети нет.').waitFor();
    await said('На странице то, что было в');
    await context.setOffline(false);
    await page.getByText('Сети нет.').waitFor({ state: 'detached' });
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
const meant = /404|ERR_INTERNET_DISCONNECTED|status of 500/; // what the stories brought about
const wrong = complaints.filter((c) => !meant.test(c));
await browser.close();
assert.deepEqual(wrong, [], 'the console is quiet');
