// What pictures are taken of: the shop's pages. A scene has a name, and shows
// itself in a page that is signed in as the owner; one that nothing can be shown
// of answers false. The desk's are in desk-screenshots.mjs, on a stage of their own.
import { settled, shop, signIn, things } from './browser.mjs';

const at = `/s/${shop.slug}`;

/** A page of the shop by its address, which may hang on the things that there are. */
const visit = (name, address) => ({
  name,
  show: async (page) => {
    const to = typeof address === 'string' ? address : address(await things(page));
    if (to === undefined) return false;
    await page.goto(`${at}${to}`);
    return true;
  },
});

const played = {
  name: 'call',
  show: async (page) => {
    await page.goto(`${at}/calls/${(await things(page)).answered.no}`);
    await settled(page);
    await page.locator('[aria-keyshortcuts=Space]').click();
    await page.waitForFunction(() => (document.querySelector('audio')?.currentTime ?? 0) > 2.5);
    await page.locator('[aria-keyshortcuts=Space]').click();
    await page.waitForURL('**t=*');
    return true;
  },
};

const palette = {
  name: 'palette',
  show: async (page) => {
    await page.goto(`${at}/calls/48050`);
    await settled(page);
    await page.keyboard.press('Control+KeyK');
    await page.getByRole('dialog').waitFor();
    return true;
  },
};

const chosen = {
  name: 'chosen',
  show: async (page) => {
    await page.goto(`${at}/lost?callback=open`);
    await settled(page);
    for (const key of ['KeyJ', 'KeyX', 'KeyJ', 'Shift+KeyX']) await page.keyboard.press(key);
    return true;
  },
};

const traced = {
  name: 'trace',
  show: async (page) => {
    await page.goto(`${at}/calls/${(await things(page)).answered.no}`);
    await settled(page);
    await page.locator('#trace button').first().click();
    await page.locator('#trace li button').nth(2).click();
    return true;
  },
};

/** The dialog of what cannot be undone. */
const asked = {
  name: 'destroying',
  show: async (page) => {
    await page.goto(`${at}/recordings`);
    await settled(page);
    await page.getByRole('button', { name: /Уничтожить все ключи|Destroy all keys/ }).click();
    await page.getByRole('dialog').locator('input').fill('wrong');
    await page.keyboard.press('Enter');
    return true;
  },
};

const changes = {
  failed: { state: 'failed', error: 'disk' },
  erased: { state: 'erased', deleted_at: '2026-11-24T09:00:00Z', deleted_rule: 'request', deleted_reason: 'покупатель попросил' },
  moving: { moving: true },
  held: { held: true, held_for: 'дело 7-114/2026' },
};

/** The call's page with its recording in another state, and a message in words. */
const taped = (name) => ({
  name: `taped-${name}`,
  show: async (page) => {
    const { answered } = await things(page);
    const gone = ['failed', 'erased'].includes(name);
    await page.route(`**/api/v1/calls/${answered.no}?*`, async (route) => {
      const json = await (await route.fetch()).json();
      Object.assign(json.recording, changes[name]);
      json.recording_url = gone ? null : json.recording_url;
      json.transcript = {
        state: 'ready',
        words: 'Здравствуйте, перезвоните насчёт шин.',
        language: 'ru',
        confidence: 0.91,
        at: json.started_at,
      };
      await route.fulfill({ json }).catch(() => {}); // the page may be gone
    });
    await page.goto(`${at}/calls/${answered.no}`);
    await settled(page);
    return true;
  },
});

/** Pages of the platform's people: they sign in anew, and the owner after them. */
const staffed = (name, address) => ({
  name,
  show: async (page) => {
    await page.context().clearCookies();
    await page.goto('/signin');
    await signIn(page, { email: 'admin@floor.test', password: 'demo-admin' });
    await page.goto(address);
    return true;
  },
});

export const shopScenes = [
  visit('today', ''),
  visit('calls', '/calls'),
  played,
  visit('lostcall', (t) => t.lost && `/calls/${t.lost.no}`),
  visit('lost', '/lost'),
  visit('orders', '/orders'),
  visit('buyers', '/buyers'),
  visit('order', (t) => t.order && `/orders/${t.order.id}`),
  visit('catalogue', '/catalogue?q=nokian'),
  visit('empty', '/calls?outcome=voicemail'),
  visit('scripts', '/scripts'),
  visit('script', (t) => `/scripts/${t.script.id}`),
  visit('absent', '/calls/00000000-0000-4000-8000-000000000000'),
  palette,
  chosen,
  visit('outgoing', '/outgoing'),
  visit('recordings', '/recordings'),
  asked,
  ...['failed', 'erased', 'moving', 'held'].map(taped),
  traced,
  staffed('security', '/admin/security'), // last: nobody is the owner any more
];
