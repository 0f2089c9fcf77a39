// The page that plays recordings: all parts on one clock, in real browsers.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { wear } from './support/page.mjs';
import { MANIFEST, ReplayServer } from './support/replay.mjs';
import { ROOT } from './support/server.mjs';
import { pause, waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const BROWSERS = { chromium: launchChromium, firefox: launchFirefox };
const ADA = '.replay-tile:not([hidden])[data-person="Ada"]';
/** How far a part may be from the clock. */
const IN_SYNC_MS = 40;

let server;
const running = {};

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await ReplayServer.start();
  for (const [name, launch] of Object.entries(BROWSERS)) {
    running[name] = await launch();
  }
});

after(async () => {
  for (const browser of Object.values(running)) await browser.close();
  await server?.close();
});

async function open(context, browser, address = server.page()) {
  const page = await running[browser].newWindow();
  context.after(() => page.close());
  await page.setViewport(DESK);
  await page.goto(address);
  return page;
}

/** A page on which the recording can be played. */
async function openReplay(context, browser, address) {
  const page = await open(context, browser, address);
  await page.locator('.replay-bar').wait();
  await waitFor('the first parts', () => page.evaluate(() =>
    !window.replay.clock.held));
  return page;
}

const press = (page, label) =>
  page.locator(`button[aria-label^="${label}"]`).click();

/** The milliseconds of the recording. */
const position = (page) => page.evaluate(() => window.replay.atMs);

const passes = (page, ms) => waitFor(`${ms} ms to pass`, async () =>
  await position(page) >= ms);

/** Goes to a moment while the clock stands. */
async function seek(page, ms) {
  await page.evaluate((toMs) => window.replay.seek(toMs), ms);
  await waitFor(`the pictures at ${ms} ms`, () => page.evaluate(() =>
    !window.replay.clock.held && [...document.querySelectorAll(
      '.replay-tile:not([hidden]) video')].every(({ seeking }) => !seeking)));
}

/** Who is seen: the large one, its colour, and the small ones. */
const look = (page) => page.evaluate(() => {
  const canvas = Object.assign(document.createElement('canvas'),
    { width: 16, height: 16 }).getContext('2d');
  const shown = [...document.querySelectorAll('.replay-tile:not([hidden])')];
  const name = (tile) => tile.querySelector('.replay-name').textContent;
  const large = shown.find((tile) => tile.hasAttribute('data-large'));
  if (!large) return {};
  canvas.drawImage(large.querySelector('video'), 0, 0, 16, 16);
  const [r, g, b] = canvas.getImageData(8, 8, 1, 1).data;
  return {
    large: name(large),
    colour: [['red', r], ['lime', g], ['blue', b]]
      .filter(([, level]) => level > 160).map(([colour]) => colour).join(),
    small: shown.filter((tile) => tile !== large).map(name),
    unrecorded: document.querySelector('.replay-unrecorded').textContent,
  };
});

const sees = (page, wanted) => waitFor(JSON.stringify(wanted), async () => {
  const seen = await look(page);
  return Object.entries(wanted).every(([key, value]) =>
    JSON.stringify(seen[key]) === JSON.stringify(value));
});

for (const browser of Object.keys(BROWSERS)) {
  test(`${browser} plays all parts on one clock`, async (context) => {
    const page = await openReplay(context, browser);
    await press(page, 'Play');
    const drifts = [];
    await waitFor('the end of the voices', async () => {
      const [atMs, all] = await page.evaluate(() =>
        [window.replay.atMs, window.replay.drifts]);
      // Who begins takes up to a second to find the clock.
      if (atMs > 2500) drifts.push(...all.map(Math.abs));
      return atMs > 3900;
    });
    drifts.sort((one, other) => one - other);
    context.diagnostic(`${drifts.length} samples, median ` +
      `${drifts[drifts.length >> 1]} ms, most ${drifts.at(-1)} ms`);
    assert.ok(drifts.length > 10);
    // A busy machine may delay a sample itself.
    assert.ok(drifts[Math.floor(drifts.length * 0.9)] <= IN_SYNC_MS,
      drifts.join(' '));
    await passes(page, 8000);
    await waitFor('the pause at the end', () =>
      page.$('button[aria-label="Play"]'));
  });

  test(`${browser} seeks, and the speaker becomes large`, async (context) => {
    const page = await openReplay(context, browser);
    await seek(page, 550);
    await sees(page, { large: 'Ada', colour: 'red', small: [] });
    await seek(page, 1900);
    await sees(page, { large: 'Ada', colour: 'lime', small: ['Cyn', 'Bob'] });
    await seek(page, 3000 - 450);
    await sees(page, { large: 'Bob', colour: 'lime', small: ['Ada', 'Cyn'] });
    // Between the cameras and the screen there is nothing.
    await seek(page, 4560);
    assert.deepEqual(await look(page), {});
    await seek(page, 7200);
    await sees(page, { large: 'Ada’s screen', colour: 'blue', small: [] });
    await seek(page, 500);
    await sees(page, { large: 'Ada', colour: 'red', unrecorded:
      'Not recorded: Dan' });
  });

  test(`${browser} switches to the speaker while it plays`, async (context) => {
    const page = await openReplay(context, browser);
    await seek(page, 1700);
    await press(page, 'Play');
    await sees(page, { large: 'Ada' });
    await passes(page, 2100);
    await sees(page, { large: 'Bob' });
  });

  test(`${browser} pauses all while one part does not arrive`,
    async (context) => {
      server.holdBack('vp9.webm');
      const page = await open(context, browser);
      await page.locator('.replay-bar').wait();
      await waitFor('the first parts', () => page.evaluate(() =>
        !window.replay.clock.held));
      await press(page, 'Play');
      await page.locator('::-p-text(Loading…)').wait();
      const stands = await position(page);
      await pause(400);
      assert.equal(await position(page), stands);
      assert.ok(stands >= 1500 && stands < 1800, `${stands} ms`);
      assert.ok(await page.$$eval('.replay-tile video', (all) =>
        all.every(({ paused }) => paused)));
      server.release('vp9.webm');
      await passes(page, 2500);
    });
}

test('keys play, seek, mute and change the speed', async (context) => {
  const page = await openReplay(context, 'chromium');
  await page.keyboard.press('k');
  await waitFor('the clock', async () => await position(page) > 200);
  await page.keyboard.press('k');
  const stands = await position(page);
  await page.keyboard.press('ArrowRight');
  assert.equal(await position(page), stands + 5000);
  await page.keyboard.press('Home');
  assert.equal(await position(page), 0);
  await page.keyboard.press('End');
  assert.equal(await position(page), 8000);
  await page.keyboard.press('m');
  assert.ok(await page.$('button[aria-label="Sound on"]'));
  await page.keyboard.press('>');
  assert.equal(await page.$eval('.replay-bar select', ({ value }) => value),
    '1.25');
  // A picture is kept large by Enter.
  await seek(page, 2550);
  await page.locator(ADA).click();
  await sees(page, { large: 'Ada' });
  await page.focus(ADA);
  await page.keyboard.press('Enter');
  await sees(page, { large: 'Bob' });
});

test('a lost part is named, and the others play', async (context) => {
  const lost = { ...MANIFEST.parts[0], file: 'gone.webm', peerId: 'dan' };
  server.manifests.r2 = { ...MANIFEST, parts: [...MANIFEST.parts, lost] };
  const page = await open(context, 'chromium', server.page('r2'));
  await page.locator(
    '::-p-text(Dan’s camera and voice: the file is lost.)').wait();
  await press(page, 'Play');
  await passes(page, 1000);
});

test('a link that leads nowhere says why', async (context) => {
  const titles = [];
  for (const address of [`${server.origin}/replay.html`,
    server.page('r1', 'until=1&key=old'), server.page('r9')]) {
    const page = await open(context, 'chromium', address);
    await page.locator('.message h1').wait();
    titles.push(await page.$eval('h1', ({ textContent }) => textContent));
  }
  assert.deepEqual(titles, ['No recording to play', 'This link has expired',
    'This recording is gone']);
});

test('axe finds nothing on the page, wide and narrow', async (context) => {
  const page = await openReplay(context, 'chromium');
  const found = [];
  await page.evaluate(axe.source);
  for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
    await page.setViewport(viewport);
    for (const theme of ['dark', 'light']) {
      await wear(page, theme);
      for (const [what, ms] of [['speaker', 2550], ['screen', 6000]]) {
        await seek(page, ms);
        await page.screenshot(
          { path: `${SHOTS}/replay-${what}-${size}-${theme}.png` });
        const { violations } = await page.evaluate(() => window.axe.run(
          document, { rules: { 'video-caption': { enabled: false } } }));
        found.push(...violations.map(({ id, nodes }) =>
          `${size} ${theme} ${what} ${id}: ${nodes.map((x) => x.html)}`));
      }
    }
  }
  assert.deepEqual(found, []);
});
