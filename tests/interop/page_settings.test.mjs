// The settings dialog of the page: what it changes takes effect and is kept.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PATIENCE_MS = 30_000;

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

/** Collects the tracks that the page opens. */
function watchDevices() {
  window.opened = [];
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (asked) => {
    const stream = await open(asked);
    window.opened.push(...stream.getTracks());
    return stream;
  };
}

async function openLobby(context, room) {
  // Settings belong to a browser's profile: a context of its own for each.
  const inner = await chromium.browser.createBrowserContext();
  context.after(() => inner.close());
  const page = await inner.newPage({ type: 'window' });
  page.on('pageerror', (error) => console.error(error.message));
  const alone = { newWindow: async () => page };
  await page.evaluateOnNewDocument(watchDevices);
  return PageVisitor.open(alone, server.url, { room, size: DESK });
}

async function enter(context, name, room) {
  const visitor = await openLobby(context, room);
  await visitor.page.locator('#name').fill(name);
  await visitor.join();
  return visitor;
}

const openSection = async ({ page }, id) => {
  if (!await page.$('dialog.settings[open]')) {
    // In a text field the key would write a comma.
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press(',');
  }
  await page.locator(`#settings-tab-${id}`).click();
};

/** Chooses what a menu offers, once it is open. */
const chooseItem = ({ page }, label) => waitFor(label, () =>
  page.evaluate((wanted) => {
    const item = [...document.querySelectorAll('[role="menuitem"]')]
      .find(({ textContent }) => textContent === wanted);
    item?.click();
    return item !== undefined;
  }, label));

const closeDialog = ({ page }) => page.keyboard.press('Escape');

/** Chooses an entry of a list or switch of the dialog. */
const set = ({ page }, name, label) => page.evaluate((setting, text) => {
  const node = document.querySelector(`[data-setting="${setting}"]`);
  if (node.localName !== 'select') return node.click();
  node.selectedIndex = [...node.options].findIndex((option) =>
    option.textContent.startsWith(text));
  if (node.selectedIndex < 0) throw new Error(`no ${text}`);
  node.dispatchEvent(new Event('change'));
}, name, label);

/** The settings of the live track of a kind that was opened last. */
const liveTrack = ({ page }, kind) => page.evaluate((wanted) => window.opened
  .filter((track) => track.kind === wanted && track.readyState === 'live')
  .at(-1)?.getSettings(), kind);

const liveCount = ({ page }, kind) => page.evaluate((wanted) => window.opened
  .filter((track) => track.kind === wanted && track.readyState === 'live')
  .length, kind);

const previewMoves = ({ page }) => waitFor('the preview to play', () =>
  page.evaluate(() => {
    const video = document.querySelector('.settings-preview video');
    return video?.videoWidth > 0 && video.currentTime > 0;
  }), PATIENCE_MS);

const octets = async (visitor) => (await visitor.pictures())
  .reduce((sum, { bytes }) => sum + bytes, 0);

/** Waits until what is received of pictures stands still. */
async function standsStill(visitor) {
  let [last, since] = [-1, 0];
  await waitFor('the pictures to stop', async () => {
    const now = await octets(visitor);
    if (now !== last) [last, since] = [now, performance.now()];
    return performance.now() - since > 1500;
  }, PATIENCE_MS);
}

const kept = ({ page }) => page.evaluate(() =>
  JSON.parse(localStorage.getItem('troupe.settings') ?? '{}'));

test('the lobby: preview, mirror, devices, focus', async (context) => {
  const ada = await openLobby(context, 'settings-lobby');
  const { page } = ada;
  await waitFor('the camera', () => liveTrack(ada, 'video'), PATIENCE_MS);

  await context.test('the camera that is on is shown', async () => {
    await page.locator('.lobby-head button[aria-label="Settings"]').click();
    await page.locator('#settings-tab-video').click();
    await previewMoves(ada);
    assert.equal(await liveCount(ada, 'video'), 1, 'not opened twice');
    await page.screenshot({ path: `${SHOTS}/settings-video.png` });
  });

  await context.test('the mirror can be turned off', async () => {
    const turned = () => page.$$eval('.preview video, .settings-preview video',
      (all) => all.map((one) => getComputedStyle(one).transform));
    assert.deepEqual(await turned(), Array(2).fill('matrix(-1, 0, 0, 1, 0, 0)'));
    await set(ada, 'mirror');
    assert.deepEqual(await turned(), ['none', 'none']);
  });

  await context.test('arrow keys change the section', async () => {
    await page.focus('#settings-tab-video');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.$eval('[role="tab"][aria-selected="true"]',
      ({ id }) => id), 'settings-tab-audio');
    assert.equal(await page.evaluate(() => document.activeElement.id),
      'settings-tab-audio');
  });

  await context.test('the level moves with the voice', async () => {
    await openSection(ada, 'audio');
    await waitFor('the level', () => page.$eval('.settings-level i', (bar) =>
      parseFloat(bar.style.transform.slice(7)) > 0.05), PATIENCE_MS);
  });

  await context.test('noise suppression reaches the track', async () => {
    assert.equal((await liveTrack(ada, 'audio')).noiseSuppression, true);
    await set(ada, 'noiseSuppression');
    await waitFor('a track without it', async () =>
      (await liveTrack(ada, 'audio'))?.noiseSuppression === false);
    assert.equal(await liveCount(ada, 'audio'), 1);
  });

  await context.test('the focus returns', async () => {
    await closeDialog(ada);
    await waitFor('the focus on the button', () => page.evaluate(() =>
      document.activeElement.getAttribute('aria-label') === 'Settings'));
  });

  await context.test('a camera that is off is opened and released', async () => {
    await ada.press('Turn camera off');
    await waitFor('no camera', async () => await liveCount(ada, 'video') === 0);
    await openSection(ada, 'video');
    await previewMoves(ada);
    await closeDialog(ada);
    await waitFor('no camera', async () => await liveCount(ada, 'video') === 0);
  });

  await context.test('the choices are kept', async () => {
    await page.reload();
    await openSection(ada, 'video');
    assert.equal(await page.$eval('[data-setting="mirror"]',
      ({ checked }) => checked), false);
    assert.equal((await kept(ada)).noiseSuppression, false);
    await waitFor('a microphone without noise suppression', async () =>
      (await liveTrack(ada, 'audio'))?.noiseSuppression === false, PATIENCE_MS);
  });
});

test('a call: resolution, limits, audio only', async (context) => {
  const room = 'settings-call';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await Promise.all([ada.sees(), bob.sees()]);

  await context.test('the resolution changes the track and what is sent',
    async () => {
      assert.equal((await liveTrack(ada, 'video')).height, 720);
      await openSection(ada, 'video');
      await set(ada, 'resolution', '360p');
      await waitFor('a track of 360 lines', async () =>
        (await liveTrack(ada, 'video'))?.height === 360, PATIENCE_MS);
      await waitFor('a smaller picture of it', () => ada.page.$eval(
        '.settings-preview video', (video) => video.videoHeight === 360));
      await bob.sees();
      await waitFor('two layers', async () =>
        new Set((await ada.sentLayers()).filter(({ frames }) => frames > 0)
          .map(({ rid }) => rid)).size >= 2, PATIENCE_MS);
      await set(ada, 'resolution', 'Automatic');
      await waitFor('a track of 720 lines', async () =>
        (await liveTrack(ada, 'video'))?.height === 720, PATIENCE_MS);
      await bob.sees();
      await closeDialog(ada);
    });

  await context.test('a send limit leaves the smallest layer', async () => {
    await openSection(ada, 'network');
    await set(ada, 'sendLimit', '250');
    await closeDialog(ada);
    await waitFor('the small layer', async () => (await bob.pictures())
      .some(({ width, frames }) => width === 320 && frames > 0), PATIENCE_MS);
    const rates = await ada.page.evaluate(() => window.connections
      .flatMap((one) => one.getSenders()).filter(({ track }) =>
        track?.kind === 'video' && track.readyState === 'live')
      .map((sender) => sender.getParameters().encodings
        .map(({ active, maxBitrate }) => (active ? maxBitrate : 0))).at(-1));
    assert.deepEqual(rates, [150_000, 0, 0]);
    await openSection(ada, 'network');
    await set(ada, 'sendLimit', 'No limit');
    await closeDialog(ada);
    await waitFor('a larger layer', async () => (await bob.pictures())
      .some(({ width }) => width === 640), PATIENCE_MS);
  });

  await context.test('a receive limit asks for smaller layers', async () => {
    await openSection(bob, 'network');
    await set(bob, 'receiveLimit', '250');
    await waitFor('the small layer', async () => (await bob.pictures())
      .some(({ width }) => width === 320), PATIENCE_MS);
    const left = () => bob.otherTile('data-camera-off');
    assert.equal(await left(), false);
    await set(bob, 'receiveLimit', '100');
    await waitFor('the picture to be left out', left);
    await standsStill(bob);
    await bob.screenshot(`${SHOTS}/settings-network.png`);
    await set(bob, 'receiveLimit', 'No limit');
    await closeDialog(bob);
    await waitFor('the larger layer', async () => (await bob.pictures())
      .some(({ width }) => width === 640), PATIENCE_MS);
    assert.equal(await left(), false);
  });

  await context.test('audio only: no pictures but shared screens', async () => {
    await openSection(bob, 'network');
    await set(bob, 'audioOnly');
    await closeDialog(bob);
    await standsStill(bob);
    assert.equal(await liveCount(bob, 'video'), 0);
    assert.equal(await bob.otherTile('data-camera-off'), true);
    assert.match(await bob.page.$eval('.tile:not([data-self])', (tile) =>
      tile.getAttribute('aria-label')), /Ada.*picture not received/);
    await bob.screenshot(`${SHOTS}/call-audio-only.png`);
    await bob.hears();
    await bob.press('Turn camera on');
    await waitFor('the reason', () => bob.page.evaluate(() =>
      document.body.textContent.includes('your camera stays off')));
    await ada.press('Share your screen');
    await waitFor('the screen', () => bob.page.evaluate(() => {
      const tile = document.querySelector('.screen-tile');
      return !tile.hidden && tile.querySelector('video').currentTime > 0;
    }), PATIENCE_MS);
    await ada.press('Stop sharing');
  });

  await context.test('audio only and limits outlast a reload', async () => {
    await openSection(bob, 'network');
    await set(bob, 'sendLimit', '500');
    await bob.page.reload();
    await bob.join();
    await bob.hears();
    assert.equal(await liveCount(bob, 'video'), 0);
    assert.equal(await octets(bob), 0, 'no octet of a picture');
    assert.equal((await kept(bob)).sendLimit, 500);
  });

  await context.test('pictures come back', async () => {
    await openSection(bob, 'network');
    await set(bob, 'audioOnly');
    await closeDialog(bob);
    await bob.sees();
    await bob.press('Turn camera on');
    await ada.sees();
    const rates = await bob.page.evaluate(() => window.connections
      .flatMap((one) => one.getSenders()).filter(({ track }) =>
        track?.kind === 'video').map((sender) => sender.getParameters()
        .encodings.map(({ active, maxBitrate }) =>
          (active ? maxBitrate : 0))).at(-1));
    assert.equal(rates.at(-1), 0, `the limit that was kept: ${rates}`);
  });

  await context.test('the dialog opens from "More" and the menus', async () => {
    await ada.press('More');
    await chooseItem(ada, 'Settings');
    await ada.page.locator('dialog.settings').wait();
    await closeDialog(ada);
    await ada.press('Choose camera');
    await chooseItem(ada, 'All settings…');
    await ada.page.locator('#settings-tab-video[aria-selected="true"]').wait();
    await closeDialog(ada);
  });
});
