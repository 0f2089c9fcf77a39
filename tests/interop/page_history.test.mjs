// The conference page: late joiners see what was said before in the chat.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { Cable } from './support/cable.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start(['--room.reconnect-grace=8']);
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function enter(context, name, room, { url } = server) {
  const visitor = await PageVisitor.enter(chromium, url,
    { name, room, size: DESK, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  return visitor;
}

async function write(visitor, text) {
  await visitor.page.locator('.chat-form textarea').fill(text);
  await visitor.page.locator('.chat-form button.send').click();
}

const hasSaid = (visitor, text) => waitFor(text, async () =>
  (await visitor.said()).includes(text));

/** The texts of the block with that title, each with its author's name. */
const block = (visitor, title) => visitor.page.$$eval('.earlier',
  (blocks, name) => blocks
    .filter((one) => one.getAttribute('aria-label') === name)
    .flatMap((one) => {
      let author = '';
      return [...one.querySelectorAll('.entry')].map((entry) => {
        author = entry.querySelector('.author b')?.textContent ?? author;
        return [author, entry.querySelector('.said').textContent];
      });
    }), title);

const BEFORE = 'Before you joined';
const AWAY = 'While you were not connected';

const chatLabel = (visitor) => visitor.page.$eval(
  '.toolbar button[aria-label^="Chat"]', (one) =>
    one.getAttribute('aria-label'));

const count = (visitor) => visitor.page.$$eval('.tile', ({ length }) => length);

test('a late joiner sees the chat so far', async (context) => {
  const ada = await enter(context, 'Ada', 'late');
  const bob = await enter(context, 'Bob', 'late');
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([ada.press('Chat'), bob.press('Chat')]);
  await write(ada, 'The list: https://list.example/1');
  await hasSaid(bob, 'The list: https://list.example/1');
  await write(bob, 'Thank you');
  await write(bob, 'I must go <b>now</b>');
  await hasSaid(ada, 'I must go <b>now</b>');
  await bob.page.close();
  await waitFor('Bob to be gone', async () => await count(ada) === 1, 20_000);
  let cyn;

  await context.test('with authors who have left, in order', async () => {
    cyn = await enter(context, 'Cyn', 'late');
    await cyn.sees();
    await cyn.press('Chat');
    await hasSaid(cyn, 'Thank you');
    assert.deepEqual(await block(cyn, BEFORE), [
      ['Ada', 'The list: https://list.example/1'],
      ['Bob', 'Thank you'],
      ['Bob', 'I must go <b>now</b>'],
    ]);
    assert.equal(await cyn.page.$$eval('.earlier a', (all) => all[0].href),
      'https://list.example/1');
    await cyn.screenshot(`${SHOTS}/chat-history.png`);
    await cyn.page.setViewport(PHONE);
    await cyn.screenshot(`${SHOTS}/chat-history-phone.png`);
    await cyn.page.setViewport(DESK);
  });

  await context.test('nothing of it is unread or read aloud', async () => {
    const dot = await enter(context, 'Dot', 'late');
    await dot.sees(2);
    assert.equal(await chatLabel(dot), 'Chat');
    await dot.press('Chat');
    await hasSaid(dot, 'Thank you');
    assert.equal(await chatLabel(dot), 'Chat');
    assert.equal(await dot.page.$eval('.earlier', (one) =>
      one.getAttribute('aria-live')), 'off');
    assert.deepEqual(await dot.page.$$eval('.toast', (all) => all
      .map(({ textContent }) => textContent)
      .filter((text) => /Ada|Bob|message/.test(text))), []);
    await dot.page.close();
  });

  await context.test('new messages come below it, once', async () => {
    await write(ada, 'Hello Cyn');
    await hasSaid(cyn, 'Hello Cyn');
    await write(cyn, 'Hello Ada');
    await hasSaid(ada, 'Hello Ada');
    assert.deepEqual((await cyn.said()).slice(-2), ['Hello Cyn', 'Hello Ada']);
    assert.equal((await cyn.said()).length, 5);
    assert.equal((await block(cyn, BEFORE)).length, 3);
  });

  await context.test('who joins again sees each message once', async () => {
    await cyn.press('Leave');
    await cyn.page.locator('button ::-p-text(Rejoin)').click();
    await cyn.page.locator('.toolbar').wait();
    await cyn.press('Chat');
    await hasSaid(cyn, 'Hello Ada');
    assert.deepEqual((await block(cyn, BEFORE)).map(([, text]) => text), [
      'The list: https://list.example/1', 'Thank you', 'I must go <b>now</b>',
      'Hello Cyn', 'Hello Ada',
    ]);
    assert.equal((await cyn.said()).length, 5);
  });
});

test('after an interruption each message is there once', async (context) => {
  const cable = await Cable.to(server.url);
  context.after(() => cable.close());
  const ada = await enter(context, 'Ada', 'cut');
  const bob = await enter(context, 'Bob', 'cut', cable);
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([ada.press('Chat'), bob.press('Chat')]);
  const online = () => waitFor('the banner to go', () => bob.page.$eval(
    '.banner:not(.sharing)', (node) => node.hidden), 20_000);
  const offline = () => waitFor('the banner', () => bob.page.$eval(
    '.banner:not(.sharing)', (node) => !node.hidden));
  await write(bob, 'mine');
  await hasSaid(ada, 'mine');

  await context.test('a short one, in which channels go on', async () => {
    cable.cut();
    await offline();
    await write(ada, 'short');
    cable.mend();
    await online();
    await hasSaid(bob, 'short');
    await write(ada, 'after');
    await hasSaid(bob, 'after');
    assert.deepEqual(await bob.said(), ['mine', 'short', 'after']);
  });

  await context.test('a long one, in which messages are missed', async () => {
    await bob.press('Chat');
    cable.cut();
    await waitFor('Bob to be gone', async () => await count(ada) === 1, 20_000);
    await write(ada, 'missed');
    cable.mend();
    await online();
    await bob.page.waitForSelector(
      '.toolbar button[aria-label="Chat, 1 new"]');
    await bob.press('Chat');
    await hasSaid(bob, 'missed');
    assert.deepEqual(await block(bob, AWAY), [['Ada', 'missed']]);
    assert.deepEqual(await bob.said(), ['mine', 'short', 'after', 'missed']);
    await bob.screenshot(`${SHOTS}/chat-history-away.png`);
  });
});

test('the chat ends when everyone has left', async (context) => {
  const ada = await enter(context, 'Ada', 'empty');
  const bob = await enter(context, 'Bob', 'empty');
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([ada.press('Chat'), bob.press('Chat')]);
  await write(ada, 'between us');
  await hasSaid(bob, 'between us');
  await ada.press('Leave');
  await waitFor('Ada to be gone', async () => await count(bob) === 1);
  await bob.press('Leave');
  await bob.page.locator('button ::-p-text(Rejoin)').wait();
  const cyn = await enter(context, 'Cyn', 'empty');
  await cyn.press('Chat');
  await waitFor('the words of an empty chat', () => cyn.page.$eval(
    '.chat-empty', ({ hidden, textContent }) =>
      !hidden && textContent.includes('the last 200 messages')));
  assert.deepEqual(await cyn.said(), []);
});

test('without history the page says that nothing is stored', async (context) => {
  const plain = await TroupeServer.start(['--room.chat-history=0']);
  context.after(() => plain.stop());
  const ada = await enter(context, 'Ada', 'plain', plain);
  const bob = await enter(context, 'Bob', 'plain', plain);
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([ada.press('Chat'), bob.press('Chat')]);
  await write(ada, 'only now');
  await hasSaid(bob, 'only now');
  const cyn = await enter(context, 'Cyn', 'plain', plain);
  await cyn.sees(2);
  await cyn.press('Chat');
  await write(ada, 'and now');
  await hasSaid(cyn, 'and now');
  assert.deepEqual(await cyn.said(), ['and now']);
  assert.equal(await cyn.page.$eval('.chat-empty',
    ({ textContent }) => textContent.includes('Nothing is stored')), true);
});
