// The conference page sends and requests the media that is displayed.
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

/** Joins a user for the length of a test. */
async function enter(context, name, room, options = {}) {
  const visitor = await PageVisitor.enter(chromium, server.url,
    { name, room, size: DESK, ...options });
  context.after(() => visitor.page.close());
  return visitor;
}

async function receivesWidth(visitor, width, why) {
  await waitFor(`a picture ${width} wide ${why}`, async () =>
    (await visitor.pictures()).some((one) => one.width === width), 20_000);
}

/** Presses a button on the tile of the other user or on the own tile. */
function onTile(visitor, which, button) {
  return visitor.page.evaluate((selector, name) => document
    .querySelector(`${selector} .tile-tool.${name}`).click(),
  which === 'self' ? '.tile[data-self]' : '.tile:not([data-self])', button);
}

test('a camera sends layers, and the tile selects one', async (context) => {
  const ada = await enter(context, 'Ada', 'layers');
  const bob = await enter(context, 'Bob', 'layers');
  await Promise.all([ada.sees(), bob.sees()]);

  await context.test('three layers are sent', async () => {
    const layers = await waitFor('three layers', async () => {
      const all = await ada.sentLayers();
      return all.filter(({ frames }) => frames > 0).length === 3 && all;
    }, 20_000);
    // An unwanted layer may have been disabled again and then has no width; all
    // three are received below.
    for (const { rid, width } of layers) {
      const whole = { r0: 320, r1: 640, r2: 1280 }[rid];
      assert.ok(width === whole || width === 0, `${rid} is ${width} wide`);
    }
  });

  await context.test('half a window requests the middle layer', () =>
    receivesWidth(bob, 640, 'for half a window'));

  await context.test('a pinned tile requests the largest layer', async () => {
    await onTile(bob, 'other', 'pin');
    await receivesWidth(bob, 1280, 'for most of a window');
    await bob.screenshot(`${SHOTS}/call-pinned.png`);
  });

  await context.test('a strip tile requests the smallest layer', async () => {
    await onTile(bob, 'self', 'pin');
    await receivesWidth(bob, 320, 'for a place in the strip');
  });

  await context.test('video that cannot be seen is not sent', async () => {
    const pretend = (state) => bob.page.evaluate((value) =>
      Object.defineProperty(document, 'visibilityState',
        { value, configurable: true }), state);
    const bytes = async () => (await bob.pictures())
      .reduce((sum, one) => sum + one.bytes, 0);
    await pretend('hidden');
    let last = await bytes();
    await waitFor('the picture to stop', async () => {
      const [before, now] = [last, await bytes()];
      last = now;
      return before === now;
    }, 15_000);
    await pretend('visible');
    await bob.sees();
  });

  await context.test('the chart has values of each second', async () => {
    await bob.page.keyboard.press('s');
    await onTile(bob, 'self', 'pin');
    await waitFor('charts on both tiles', () => bob.page.$$eval('.tile .chart',
      (all) => all.length === 2 &&
        all.every(({ dataset }) => Number(dataset.samples) >= 5)), 15_000);
    const figures = await bob.page.$eval(
      '.tile:not([data-self]) .chart-figures', (node) => node.textContent);
    assert.match(figures, /bit\/s · \d+×\d+ · \d+ fps/);
    await bob.screenshot(`${SHOTS}/call-charts.png`);
  });

  await context.test('the panel shows requests and their reasons', async () => {
    await onTile(bob, 'other', 'why');
    await waitFor('the reason for a layer', () => bob.page.$$eval(
      '.decisions li', (all) => all.some(({ textContent }) =>
        /Asked for layer \d: the picture fills \d+ pixels/.test(textContent))));
    await waitFor("the server's decision", () => bob.page.$$eval(
      '.decisions .by-server', (all) => all.some(({ textContent }) =>
        /: (requested by this page|limited by the path to you)/
          .test(textContent))));
    await bob.screenshot(`${SHOTS}/call-why.png`);
    await bob.page.setViewport(PHONE);
    await bob.screenshot(`${SHOTS}/call-why-phone.png`);
    await bob.press('Close the panel');
  });
});

test('the speaker view shows the speaker', async (context) => {
  const room = 'speakers';
  const ada = await enter(context, 'Ada', room, { likeness: 'ada' });
  const bob = await enter(context, 'Bob', room, { likeness: 'bob' });
  const cyn = await enter(context, 'Cyn', room, { likeness: 'cyn' });
  const large = () => cyn.page.evaluate(() =>
    document.querySelector('.tile[data-main] .name')?.textContent);
  await cyn.sees(2);

  await context.test('a grid has no large tile', async () => {
    assert.equal(await large(), undefined);
  });

  await context.test('the speaker is large, whoever speaks', async () => {
    await cyn.page.keyboard.press('g');
    await ada.page.keyboard.press('m');
    await waitFor('Bob to be large', async () => await large() === 'Bob');
    await ada.page.keyboard.press('m');
    await bob.page.keyboard.press('m');
    await waitFor('Ada to be large', async () => await large() === 'Ada');
    await cyn.screenshot(`${SHOTS}/call-speaker.png`);
  });

  await context.test('the speaker view fits a phone, too', async () => {
    await cyn.page.setViewport(PHONE);
    await waitFor('all tiles and buttons inside the window', () =>
      cyn.page.evaluate(() => [...document.querySelectorAll(
        '.tile, .round, .call-head button')]
        .map((node) => node.getBoundingClientRect())
        .every(({ left, right, bottom }) =>
          left >= 0 && right <= innerWidth && bottom <= innerHeight)));
    await cyn.screenshot(`${SHOTS}/call-speaker-phone.png`);
  });

  await context.test('a shared screen precedes the speaker', async () => {
    const screen = () => cyn.page.evaluate(() => {
      const tile = document.querySelector('.screen-tile');
      return !tile.hidden && tile.hasAttribute('data-main') &&
        tile.querySelector('video').currentTime;
    });
    await cyn.page.setViewport(DESK);
    await ada.press('Share your screen');
    const begun = await waitFor('the screen', screen);
    await waitFor('the screen to move', async () => await screen() > begun);
    await waitFor('tiles that have glided to their places', () =>
      cyn.page.$$eval('.tile', (all) => all.every((tile) =>
        tile.getAnimations().length === 0)));
    await cyn.screenshot(`${SHOTS}/call-screen.png`);
    await ada.press('Stop sharing');
    await waitFor('Ada to be large again', async () =>
      await large() === 'Ada');
  });

  await context.test('the grid comes back', async () => {
    await cyn.press('View');
    await cyn.page.locator('[role="menuitemradio"] ::-p-text(Grid)').click();
    await waitFor('no large tile', async () => await large() === undefined);
  });
});

test('a camera can be sent as VP9 with SVC layers', async (context) => {
  const ada = await enter(context, 'Ada', 'svc', { query: { codec: 'vp9' } });
  const bob = await enter(context, 'Bob', 'svc');
  await bob.sees();
  const sent = await waitFor('frames of VP9', async () =>
    (await ada.sentLayers()).filter(({ frames }) => frames > 0)[0]);
  assert.equal(sent.mode, 'L3T3_KEY');
  await bob.page.evaluate(() => document
    .querySelector('.tile:not([data-self]) .tile-tool.why').click());
  await waitFor('the codec', () => bob.page.$eval('.facts', (node) =>
    node.textContent.includes('VP9')));
});
