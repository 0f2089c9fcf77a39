// The conference page itself, used as a person uses it.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
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

/** Collects the page's peer connections, for their statistics. */
function watchConnections() {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
}

async function heard(page) {
  return page.evaluate(async () => {
    let energy = 0;
    for (const connection of window.connections) {
      (await connection.getStats()).forEach((stat) => {
        if (stat.type === 'inbound-rtp') energy += stat.totalAudioEnergy ?? 0;
      });
    }
    return energy;
  });
}

function press(page, label) {
  return page.locator(`button[aria-label^="${label}"]`).click();
}

async function enter(name, room) {
  const page = await chromium.newWindow();
  await page.setViewport(SIZE);
  await page.evaluateOnNewDocument(watchConnections);
  await page.goto(`${server.url}/?room=${room}`);
  await page.locator('#name').fill(name);
  await waitFor('the preview', () => page.evaluate(() =>
    document.querySelector('.preview video').videoWidth > 0));
  await page.screenshot({ path: `${SHOTS}/lobby-${name}.png` });
  await page.locator('form button[type="submit"]').click();
  await page.locator('.toolbar').wait();
  return page;
}

/** Waits until the page plays someone else's picture, and that it moves. */
async function sees(page, count = 1) {
  const times = () => page.evaluate(() => [...document
    .querySelectorAll('.tile:not([data-self]):not([data-camera-off]) video')]
    .map((video) => (video.videoWidth > 0 ? video.currentTime : 0)));
  const before = await waitFor('a remote picture', async () => {
    const all = await times();
    return all.length === count && all.every((time) => time > 0) && all;
  });
  await waitFor('the picture to move', async () =>
    (await times()).every((time, index) => time > before[index]));
}

function otherTile(page, attribute) {
  return page.evaluate((name) =>
    document.querySelector('.tile:not([data-self])')?.hasAttribute(name),
  attribute);
}

async function hears(page) {
  const before = await waitFor('a voice', () => heard(page));
  await waitFor('the voice to go on', async () => await heard(page) > before);
}

test('two people meet by the page', async (context) => {
  let ada;
  let bob;

  await context.test('both join by the lobby', async () => {
    ada = await enter('Ada', 'page-test');
    bob = await enter('Bob', 'page-test');
  });

  await context.test('they see and hear each other', async () => {
    await Promise.all([sees(ada), sees(bob)]);
    await Promise.all([hears(ada), hears(bob)]);
    const names = await ada.$$eval('.tile .name', (all) =>
      all.map(({ textContent }) => textContent));
    assert.deepEqual(names, ['Ada (you)', 'Bob']);
    await ada.screenshot({ path: `${SHOTS}/call-two.png` });
  });

  await context.test('mute and camera off show at the other', async () => {
    assert.equal(await otherTile(bob, 'data-muted'), false);
    await ada.keyboard.press('m');
    await waitFor('the mute mark', () => otherTile(bob, 'data-muted'));
    await press(ada, 'Turn camera off');
    await waitFor('initials', () => otherTile(bob, 'data-camera-off'));
    await bob.screenshot({ path: `${SHOTS}/call-muted.png` });
    await press(ada, 'Unmute');
    await press(ada, 'Turn camera on');
    await waitFor('the voice', async () =>
      !await otherTile(bob, 'data-muted'));
    await sees(bob);
  });

  await context.test('there is a button to share the screen', async () => {
    const hidden = await ada.$eval('button[aria-label="Share your screen"]',
      (button) => button.hidden);
    assert.equal(hidden, false);
  });

  await context.test('a phone-sized window shows all of it', async () => {
    await bob.setViewport({ width: 390, height: 844 });
    await waitFor('all tiles and buttons inside the window', () =>
      bob.evaluate(() => [...document.querySelectorAll('.tile, .round')]
        .map((node) => node.getBoundingClientRect())
        .every(({ left, right, bottom }) =>
          left >= 0 && right <= innerWidth && bottom <= innerHeight)));
    await bob.screenshot({ path: `${SHOTS}/call-phone.png` });
    await bob.setViewport(SIZE);
  });

  await context.test('who leaves is gone, and may rejoin', async () => {
    await press(bob, 'Leave the call');
    await bob.locator('::-p-text(You left the room)').wait();
    await bob.screenshot({ path: `${SHOTS}/left.png` });
    await waitFor('Bob to be gone', () => ada.evaluate(() =>
      document.querySelectorAll('.tile').length === 1));
    await ada.screenshot({ path: `${SHOTS}/call-alone.png` });
    await bob.locator('::-p-text(Rejoin)').click();
    await bob.locator('form button[type="submit"]').click();
    await Promise.all([sees(ada), sees(bob)]);
  });

  await context.test('the server is still alive', () => server.assertAlive());
});
