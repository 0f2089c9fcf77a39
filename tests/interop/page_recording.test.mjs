// The conference page: recording a call, and watching it afterwards.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
/** What is recorded at least. */
const RECORDED_MS = 4000;

let folder;
let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'troupe-recorded-'));
  server = await startServer('notice');
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startServer(consent) {
  const directory = join(folder, consent);
  await mkdir(directory);
  return TroupeServer.start([`--record.directory=${directory}`,
    '--record.min-free=0', `--record.consent=${consent}`]);
}

async function enter(context, name, room, at = server) {
  const visitor = await PageVisitor.enter(chromium, at.url,
    { name, room, size: DESK, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  return visitor;
}

/** What the banner says; nothing if it is not there. */
const banner = (visitor) => visitor.page.evaluate(() => {
  const node = document.querySelector('.recording');
  return node && !node.hidden
    ? [...node.querySelectorAll('strong, .recording-consent')]
      .filter(({ hidden }) => !hidden)
      .map(({ textContent }) => textContent).join(', ') : '';
});

const says = (visitor, pattern) => waitFor(`the banner ${pattern}`, async () =>
  pattern.test(await banner(visitor)));

/** Notes what is read aloud from now on. */
const listen = (visitor) => visitor.page.evaluate(() => {
  window.spoken = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      window.spoken.push(...[...addedNodes].map((node) => node.textContent));
    }
  }).observe(document.querySelector('.live'), { childList: true });
});

const heard = (visitor, text) => visitor.page.evaluate((words) =>
  window.spoken.filter((one) => one.includes(words)).length, text);

/** Answers the question that is open. */
async function answer(visitor, button) {
  await visitor.page.locator(`dialog.question ::-p-text(${button})`).click();
  await waitFor('the question to go', async () =>
    !await visitor.page.$('dialog.question'));
}

/** Presses the button of the toolbar, and says yes to its question. */
async function record(visitor) {
  await visitor.press('Record this call');
  await visitor.page.locator('dialog.question').wait();
  await visitor.page.locator(
    'dialog.question .question-answers .primary').click();
}

async function stop(visitor) {
  await visitor.press('Stop recording');
  await visitor.page.locator(
    'dialog.question .question-answers .primary').click();
}

async function more(visitor, item) {
  await visitor.press('More');
  await visitor.page.locator(`[role="menuitem"] ::-p-text(${item})`).click();
}

test('a call is recorded, listed and watched', async (context) => {
  const room = 'recorded';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([listen(ada), listen(bob)]);

  await context.test('only the host has the button', async () => {
    await ada.page.locator('button[aria-label="Record this call"]').wait();
    assert.equal(await bob.page.$eval('.toolbar .record',
      ({ hidden }) => hidden), true);
    assert.equal(await banner(bob), '');
  });

  await context.test('all are told, and told once by the voice', async () => {
    await record(ada);
    const words = /^Recording since \d+:\d\d by Ada$/;
    await Promise.all([says(ada, words), says(bob, words)]);
    assert.equal(await heard(bob, 'This call is being recorded by Ada'), 1);
    await bob.screenshot(`${SHOTS}/call-recording.png`);
  });

  await context.test('a late joiner is told, as after a reload', async () => {
    const cyn = await enter(context, 'Cyn', room);
    await says(cyn, /^Recording since .* by Ada$/);
    await cyn.page.reload();
    await cyn.page.locator('form button[type="submit"]').click();
    await cyn.page.locator('.toolbar').wait();
    await says(cyn, /^Recording since .* by Ada$/);
    await cyn.press('Leave the call');
  });

  await context.test('stopping is asked, and all are told', async () => {
    await new Promise((done) => setTimeout(done, RECORDED_MS));
    await ada.press('Stop recording');
    await answer(ada, 'Cancel');
    assert.notEqual(await banner(ada), '');
    await stop(ada);
    await Promise.all([says(ada, /^$/), says(bob, /^$/)]);
    await waitFor('the news', () => heard(bob, 'The recording has ended'));
  });

  await context.test('the recording is in the list, and plays', async () => {
    await more(ada, 'Recordings');
    await ada.page.locator('.recordings-list a').wait();
    await ada.screenshot(`${SHOTS}/call-recordings.png`);
    const [link, ...others] = await ada.page.$$eval('.recordings-list a',
      (all) => all.map(({ href }) => href));
    assert.equal(others.length, 0);
    const page = await chromium.newWindow();
    context.after(() => page.close());
    await page.setViewport(DESK);
    await page.goto(link);
    await page.locator('button[aria-label="Play"]').click();
    await waitFor('the recording to play', () => page.evaluate(() =>
      window.replay.atMs > 2000), 20_000);
    const people = await page.$$eval('.replay-tile:not([hidden])', (all) =>
      all.map((tile) => [tile.dataset.person,
        tile.querySelector('video').videoWidth > 0]));
    for (const name of ['Ada', 'Bob']) {
      assert.ok(people.some(([one, seen]) => one === name && seen), name);
    }
    await page.screenshot({ path: `${SHOTS}/replay-call.png` });
  });
});

test('where the server asks, each decides for themselves', async (context) => {
  const asking = await startServer('ask');
  context.after(() => asking.stop());
  const ada = await enter(context, 'Ada', 'asked', asking);
  const bob = await enter(context, 'Bob', 'asked', asking);
  await bob.sees();
  await record(ada);
  // Who records has agreed.
  await says(ada, /You are recorded$/);

  await bob.page.locator('dialog.question ::-p-text(Ada wants to record)').wait();
  await says(bob, /You are not recorded until you agree$/);
  // No key that is pressed just then answers.
  await bob.page.keyboard.press('Enter');
  assert.ok(await bob.page.$('dialog.question'));
  await bob.screenshot(`${SHOTS}/call-consent.png`);
  await answer(bob, 'Decline');
  await says(bob, /You are not recorded$/);
  await more(bob, 'May I be recorded?');
  await answer(bob, 'Accept');
  await says(bob, /You are recorded$/);

  const cyn = await enter(context, 'Cyn', 'asked', asking);
  await cyn.page.locator('dialog.question ::-p-text(Ada wants to record)').wait();
  await stop(ada);
  // The question goes with the recording.
  await waitFor('no question', async () => !await cyn.page.$('dialog.question'));
  await says(cyn, /^$/);
});
