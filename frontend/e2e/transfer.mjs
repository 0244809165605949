// An operator hands a call over by keys alone, on a stage of the desk: asks first,
// has it come back, is asked, is forbidden. Exits 1 at the first thing that is wrong.
import assert from 'node:assert/strict';
import { open, pageOf } from './browser.mjs';
import { barred, going, handed, missed, offered } from './desk-moves.mjs';
import { ringingOnPhone, setPhone, setStage, talkingOnPhone } from './desk-stage.mjs';
import { at } from './desk-things.mjs';

const browser = await open();

/** A desk whose server takes every transfer and says then what `next` holds. */
async function deskOf(stage, shown = talkingOnPhone) {
  const { context, page } = await pageOf(browser);
  page.setDefaultTimeout(30_000); // five desks at once, on a machine that may be busy
  const desk = { page, asked: [], next: undefined, close: () => context.close() };
  await page.clock.install({ time: at });
  const answers = await setStage(page, {
    state: 'talking',
    ...stage,
    refuse: (request, path) => {
      const verb = request.method() === 'POST' && path.match(/^\/desk\/calls\/[^/]+\/(\w+)$/)?.[1];
      if (!verb) return undefined;
      desk.asked.push({ verb, body: request.postDataJSON() });
      if (desk.refusal) return { status: 403, json: { status: 403, code: desk.refusal } };
      Object.assign(answers['/desk'], desk.next);
      return { json: answers['/desk'] };
    },
  });
  await setPhone(page, { shown });
  await page.goto('/desk');
  return desk;
}

const told = (desk, words) => desk.page.getByText(words).first().waitFor();
const gone = (desk, words) => desk.page.getByText(words).first().waitFor({ state: 'detached' });
const press = (desk, key) => desk.page.keyboard.press(key);

const shut = (desk) => desk.page.getByRole('dialog').waitFor({ state: 'detached' });

/** Waits until the server was asked for these, in their order. */
async function asked(desk, ...verbs) {
  for (let i = 0; i < 600 && desk.asked.length < verbs.length; i++) await new Promise((r) => setTimeout(r, 50));
  assert.deepEqual(
    desk.asked.map((a) => a.verb),
    verbs,
  );
}

const stories = {
  'by keys alone: ask first, all three, and hand over': async () => {
    const desk = await deskOf();
    await told(desk, 'Перевести');
    await press(desk, 'KeyT');
    await told(desk, 'Игорь Панин');
    await desk.page.keyboard.type('ольга');
    await gone(desk, 'Игорь Панин');
    desk.next = going('aside');
    await press(desk, 'Enter');
    await told(desk, 'Вы говорите: Ольга, склад');
    await shut(desk); // the keys are the script's and the bar's again
    await told(desk, 'Покупатель слышит музыку, но не вас');
    assert.equal(desk.asked[0].body.to.kind, 'specialist');
    assert.equal(await desk.page.getByRole('button', { name: 'Удержать' }).isDisabled(), true);
    desk.next = going('all');
    await press(desk, 'Digit2'); // not the script's second answer
    await told(desk, 'Говорят все трое');
    await press(desk, 'Digit1');
    await asked(desk, 'consult', 'conference', 'complete');
    return desk;
  },
  'what nobody takes comes back, and says why': async () => {
    const desk = await deskOf({ desk: going('ringing') });
    await told(desk, 'Звоним: Ольга, склад');
    desk.next = missed('busy');
    await press(desk, 'Digit1');
    await told(desk, 'Ольга, склад: занято. Покупатель снова с вами.');
    await gone(desk, 'Звоним: Ольга, склад');
    await asked(desk, 'back');
    return desk;
  },
  'where it is forbidden the e-mail is offered, and no key opens the sheet': async () => {
    const desk = await deskOf({ targets: barred });
    await told(desk, 'Здесь не переводим: предложите info@koleso24.test');
    await press(desk, 'KeyT');
    await desk.page.clock.runFor(1_000);
    assert.equal(await desk.page.getByRole('dialog').count(), 0);
    await asked(desk);
    return desk;
  },
  'what the server forbids is said in the sheet, which stays': async () => {
    const desk = await deskOf();
    desk.refusal = 'no_transfer_here';
    await told(desk, 'Перевести');
    await press(desk, 'KeyT');
    await told(desk, 'Игорь Панин');
    await desk.page.keyboard.type('84951234567');
    await told(desk, 'номер телефона');
    await press(desk, 'Control+Enter');
    await told(desk, 'По правилу магазина здесь не переводят');
    assert.deepEqual(desk.asked[0], { verb: 'transfer', body: { to: { kind: 'outside', phone: '84951234567' }, note: '' } });
    return desk;
  },
  'who is asked sees what the call has come to, before the answer': async () => {
    const desk = await deskOf({ state: 'offered', desk: offered }, { ...ringingOnPhone, card: handed });
    await told(desk, 'Игорь Панин хочет сначала спросить вас');
    await told(desk, 'Зачем: Сложный вопрос: шины на прицеп');
    await told(desk, 'В заказе 4 товара, 33 800 ₽');
    await told(desk, 'Вас услышит только Игорь Панин');
    return desk;
  },
};

await Promise.all(
  Object.entries(stories).map(async ([name, play]) => {
    try {
      await (await play()).close();
    } catch (e) {
      console.error(`${name}: ${e.message}`);
      process.exit(1);
    }
    console.log(`ok ${name}`);
  }),
);
await browser.close();
