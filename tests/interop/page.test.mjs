// The conference page itself, used as a user would.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };

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

const enter = (name, room) => PageVisitor.enter(chromium, server.url,
  { name, room, size: SIZE, shot: `${SHOTS}/lobby-${name}.png` });

test('two users meet on the page', async (context) => {
  let ada;
  let bob;

  await context.test('both join through the lobby', async () => {
    ada = await enter('Ada', 'page-test');
    await ada.page.locator('::-p-text(the first one here)').wait();
    bob = await enter('Bob', 'page-test');
  });

  await context.test('they see and hear each other', async () => {
    await Promise.all([ada.sees(), bob.sees()]);
    await Promise.all([ada.hears(), bob.hears()]);
    const names = await ada.page.$$eval('.tile .name', (all) =>
      all.map(({ textContent }) => textContent));
    assert.deepEqual(names, ['Ada (you)', 'Bob']);
    await ada.screenshot(`${SHOTS}/call-two.png`);
  });

  await context.test('mute and camera off are shown to the other', async () => {
    assert.equal(await bob.otherTile('data-muted'), false);
    await ada.page.keyboard.press('m');
    await waitFor('the mute mark', () => bob.otherTile('data-muted'));
    await ada.press('Turn camera off');
    await waitFor('initials', () => bob.otherTile('data-camera-off'));
    await bob.screenshot(`${SHOTS}/call-muted.png`);
    await ada.press('Unmute');
    await ada.press('Turn camera on');
    await waitFor('the voice', async () =>
      !await bob.otherTile('data-muted'));
    await bob.sees();
  });

  await context.test('there is a button to share the screen', async () => {
    const hidden = await ada.page.$eval('button[aria-label="Share your screen"]',
      (button) => button.hidden);
    assert.equal(hidden, false);
  });

  await context.test('a phone-sized window shows everything', async () => {
    await bob.page.setViewport({ width: 390, height: 844 });
    await waitFor('all tiles and buttons inside the window', () =>
      bob.page.evaluate(() => [...document.querySelectorAll('.tile, .round')]
        .map((node) => node.getBoundingClientRect())
        .every(({ left, right, bottom }) =>
          left >= 0 && right <= innerWidth && bottom <= innerHeight)));
    await bob.screenshot(`${SHOTS}/call-phone.png`);
    await bob.page.setViewport(SIZE);
  });

  await context.test('a user that leaves is gone, and may rejoin', async () => {
    await bob.press('Leave the call');
    await bob.page.locator('::-p-text(You left the room)').wait();
    await bob.screenshot(`${SHOTS}/left.png`);
    await waitFor('Bob to be gone', () => ada.page.evaluate(() =>
      document.querySelectorAll('.tile').length === 1));
    await ada.page.locator('::-p-text(You are the only one here now)').wait();
    await ada.screenshot(`${SHOTS}/call-alone.png`);
    await bob.page.locator('::-p-text(Rejoin)').click();
    await Promise.all([ada.sees(), bob.sees()]);
  });

  await context.test('the Socket.IO client is at its usual path', async () => {
    await ada.page.addScriptTag({ url: `${server.url}/socket.io/socket.io.js` });
    assert.ok(await ada.page.evaluate(() => new Promise((done) => {
      const socket = window.io();
      socket.on('connect', () => { done(true); socket.close(); });
      socket.on('connect_error', () => done(false));
    })));
  });

  await context.test('the server is still alive', () => server.assertAlive());
});
