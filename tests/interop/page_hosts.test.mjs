// The conference page: the list of people, and what hosts can do.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
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
  server = await TroupeServer.start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function enter(context, name, room) {
  const visitor = await PageVisitor.enter(chromium, server.url,
    { name, room, size: DESK, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  return visitor;
}

const openPeople = async (visitor) => {
  await visitor.press('People: ');
  await visitor.page.locator('.people').wait();
};

/** The rows of the list: names, and the labels of their signs. */
const rows = (visitor) => visitor.page.$$eval('.person', (all) =>
  all.map((row) => [row.querySelector('.person-name').textContent,
    ...[...row.querySelectorAll('.sign')].filter(({ hidden }) => !hidden)
      .map((node) => node.getAttribute('aria-label'))].join(', ')));

/** Searches for a text, and leaves the field. */
const search = (visitor, text) => visitor.page.$eval('.people-search input',
  (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.blur();
  }, text);

const hasRow = (visitor, text) => waitFor(`the row "${text}"`, async () =>
  (await rows(visitor)).some((row) => row.startsWith(text)));

/** Opens a person's menu and chooses an item. */
async function act(visitor, name, item) {
  await visitor.press(`Actions for ${name}`);
  await visitor.page.locator(`.menu ::-p-text(${item})`).click();
}

const hostTools = (visitor) => visitor.page.$eval('.people-tools',
  ({ hidden }) => !hidden);

const hostMarks = (visitor) => visitor.page.$$eval(
  '.tile .host-mark:not([hidden])', (all) => all.map((node) =>
    node.closest('.tile').querySelector('.name').textContent));

test('everyone finds everyone in the list of people', async (context) => {
  const ada = await enter(context, 'Ada', 'people');
  const bob = await enter(context, 'Bob', 'people');
  await Promise.all([ada.sees(), bob.sees()]);
  await openPeople(bob);
  await hasRow(bob, 'Ada');
  await ada.page.keyboard.press('m');
  await ada.page.keyboard.press('v');
  await waitFor('what is off', async () => (await rows(bob)).some((row) =>
    row.startsWith('Ada') && row.endsWith('Microphone off, Camera off')));
  await waitFor('the connection', () => bob.page.$$eval('.person .bars',
    (all) => all.some((node) =>
      node.getAttribute('aria-label')?.endsWith('connection'))), 20_000);
  await search(bob, 'ád');
  await waitFor('one row', async () => (await rows(bob)).length === 1);
  await search(bob, 'nobody');
  await waitFor('no row', async () => (await rows(bob)).length === 0);
  await search(bob, '');
  await waitFor('two rows', async () => (await rows(bob)).length === 2);
  // A raised hand goes first.
  await bob.page.keyboard.press('h');
  await waitFor('Bob first', async () =>
    (await rows(bob))[0].startsWith('Bob (you), Hand raised'));
  await bob.screenshot(`${SHOTS}/call-people.png`);
});

test('a host moderates, and says what was done', async (context) => {
  const room = 'hosted';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  const cyn = await enter(context, 'Cyn', room);
  await ada.sees(2);
  for (const one of [ada, bob]) await openPeople(one);

  await context.test('all see who is host, only the host has tools',
    async () => {
      await hasRow(bob, 'Ada, Host');
      await hasRow(ada, 'Ada (you), Host');
      assert.deepEqual(await hostMarks(cyn), ['Ada']);
      assert.equal(await hostTools(ada), true);
      assert.equal(await hostTools(bob), false);
      assert.equal(await bob.page.$eval('.person .icon-button',
        ({ hidden }) => hidden), true);
      await ada.screenshot(`${SHOTS}/call-people-host.png`);
      await ada.page.setViewport(PHONE);
      await ada.screenshot(`${SHOTS}/call-people-host-phone.png`);
      await ada.page.setViewport(DESK);
    });

  await context.test('mute says who did it, and asking undoes it', async () => {
    await act(ada, 'Bob', 'Mute');
    await bob.reads('Ada muted you');
    await hasRow(ada, 'Bob, Microphone off');
    await act(ada, 'Bob', 'Ask to unmute');
    await bob.page.locator('.notice ::-p-text(Ada asks you to unmute)').wait();
    await bob.screenshot(`${SHOTS}/call-asked.png`);
    await bob.page.locator('.notice .primary').click();
    await hasRow(ada, 'Bob, Microphone on');
  });

  await context.test('mute all leaves the host alone', async () => {
    await ada.page.locator('.people-tools ::-p-text(Mute others)').click();
    await bob.reads('Ada muted you');
    await cyn.reads('Ada muted you');
    await hasRow(ada, 'Ada (you), Host, Microphone on');
  });

  await context.test('a second host has all rights', async () => {
    await act(ada, 'Bob', 'Make host');
    await bob.reads('Ada made you a host');
    await hasRow(ada, 'Bob, Host');
    await waitFor('two hosts', async () =>
      (await hostMarks(cyn)).join() === 'Ada,Bob');
    await waitFor('the tools', () => hostTools(bob));
    await bob.page.locator('.people-tools ::-p-text(Lock room)').click();
    await ada.reads('Bob locked the room');
    for (const one of [ada, bob, cyn]) {
      await waitFor('the sign', () => one.page.$eval('.pill.locked',
        ({ hidden }) => !hidden));
    }
    const late = await PageVisitor.open(chromium, server.url,
      { room, size: DESK, small: true });
    await late.page.locator('#name').fill('Dan');
    await late.page.locator('form button[type="submit"]').click();
    await late.page.locator('.form-error:not([hidden])').wait();
    await late.page.close();
  });

  await context.test('a removal is confirmed, and said', async () => {
    await act(ada, 'Cyn', 'Remove from the call');
    await ada.page.locator('.question').wait();
    await ada.screenshot(`${SHOTS}/call-remove.png`);
    // Enter must not remove anyone.
    await ada.page.keyboard.press('Enter');
    await waitFor('the question to go', async () =>
      await ada.page.$('.question') === null);
    await hasRow(ada, 'Cyn');
    await act(ada, 'Cyn', 'Remove from the call');
    await ada.page.locator('.question .danger').click();
    await cyn.page.locator('::-p-text(Ada has removed you from the call.)')
      .wait();
    await waitFor('Cyn to be gone', async () => (await rows(ada)).length === 2);
  });

  await context.test('the next is host when the host leaves', async () => {
    await bob.page.locator('.people-tools ::-p-text(Unlock room)').click();
    const eve = await enter(context, 'Eve', room);
    await hasRow(bob, 'Eve');
    await ada.press('Leave the call');
    await bob.press('Leave the call');
    await eve.reads('You are the host now');
  });

  await context.test('the end for all is confirmed, and said', async () => {
    const eve = await enter(context, 'Eve', 'ended');
    const fay = await enter(context, 'Fay', 'ended');
    await openPeople(eve);
    await eve.page.locator('.people-tools ::-p-text(End for all)').click();
    await eve.page.locator('.question .danger').click();
    await fay.page.locator('::-p-text(Eve has ended it for everyone.)').wait();
    await eve.page.locator('::-p-text(has ended it for everyone.)').wait();
  });
});
