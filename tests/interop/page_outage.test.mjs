// The conference page tells of interruptions, and of their end.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor, wear } from './support/page.mjs';
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
  server?.thaw();
  await chromium?.close();
  await server?.stop();
});

async function enter(context, name, room) {
  const visitor = await PageVisitor.enter(chromium, server.url,
    { name, room, size: DESK, likeness: name.toLowerCase() });
  context.after(() => visitor.page.close());
  return visitor;
}

async function meet(context, room) {
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await Promise.all([ada.sees(), bob.sees()]);
  await Promise.all([ada.hears(), bob.hears()]);
  return { ada, bob };
}

/** What the tile of 'self' or 'other' says to be wrong; '' for nothing. */
const trouble = (visitor, which) => visitor.page.$eval(
  which === 'self' ? '.tile[data-self]' : '.tile:not([data-self])',
  (tile) => (tile.hasAttribute('data-trouble')
    ? tile.querySelector('.trouble').textContent : ''));

/** The headline of the banner; '' while there is none. */
const banner = (visitor) => visitor.page.$eval('.banner.outage', (node) =>
  (node.hidden ? '' : node.querySelector('strong').textContent));

const bars = (visitor) => visitor.page.$eval(
  '.tile:not([data-self]) .bars', ({ dataset }) => dataset.quality);

const said = (visitor) => visitor.page.$$eval('[role="status"]', (all) =>
  all.map(({ textContent }) => textContent).join(' '));

const well = (visitor) => waitFor('all to be well', async () =>
  await banner(visitor) === '' && await trouble(visitor, 'self') === '' &&
  await trouble(visitor, 'other') === '' && Number(await bars(visitor)) > 0,
20_000);

/** Notes when each sign of an interruption is first seen, in the page. */
const takeNotes = (visitor) => visitor.page.evaluate(() => {
  const began = performance.now();
  window.first_seen = {};
  const note = (name, selector) => {
    const there = [...document.querySelectorAll(selector)]
      .some((node) => !node.hidden);
    if (there) window.first_seen[name] ??= performance.now() - began;
  };
  clearInterval(window.note_taking);
  window.note_taking = setInterval(() => {
    note('other', '.tile[data-trouble]:not([data-self])');
    note('self', '.tile[data-trouble][data-self]');
    note('banner', '.banner.outage');
  }, 20);
});

const notes = (visitor) => visitor.page.evaluate(() => window.first_seen);

async function inBothThemes(visitor, name) {
  for (const theme of ['dark', 'light']) {
    await wear(visitor.page, theme);
    await visitor.screenshot(`${SHOTS}/${name}-${theme}.png`);
  }
}

test('a frozen server is noticed, and so is its return', async (context) => {
  const { ada, bob } = await meet(context, 'frozen');

  await context.test('both tiles dim, then a banner comes', async () => {
    await Promise.all([takeNotes(ada), takeNotes(bob)]);
    server.freeze();
    for (const visitor of [ada, bob]) {
      await waitFor('a banner and two dim tiles', async () =>
        Object.keys(await notes(visitor)).length === 3);
      const seen = await notes(visitor);
      context.diagnostic(JSON.stringify(seen));
      assert.ok(seen.other > 1200 && seen.other < 3000, 'a standing picture');
      assert.ok(seen.banner > 2700 && seen.banner < 4500, 'a banner');
    }
    assert.equal(await trouble(bob, 'other'), 'Ada’s picture stands still');
    assert.equal(await trouble(bob, 'self'),
      'The others may not see or hear you');
    assert.equal(await bars(bob), '0');
    assert.equal(await bob.otherTile('data-speaking'), false);
  });

  await context.test('the banner says why and for how long', async () => {
    assert.equal(await banner(bob), 'The server does not answer');
    assert.match(await said(bob), /The server does not answer/);
    const elapsed = () => bob.page.$eval('.banner.outage .elapsed', (node) =>
      parseInt(node.textContent, 10));
    const before = await elapsed();
    await waitFor('the time to go on', async () => await elapsed() > before);
    await bob.page.$('.banner.outage ::-p-text(Leave)');
    await inBothThemes(bob, 'outage');
    await bob.page.setViewport(PHONE);
    await inBothThemes(bob, 'outage-phone');
    await bob.page.setViewport(DESK);
  });

  await context.test('afterwards all is as before', async () => {
    server.thaw();
    await waitFor('the good news', async () =>
      (await said(bob)).includes('Connected again'));
    assert.equal(await banner(bob), '');
    await Promise.all([ada.sees(), bob.sees()]);
    await Promise.all([well(ada), well(bob)]);
  });
});

test('a camera that stands is told to both sides', async (context) => {
  const { ada, bob } = await meet(context, 'camera');
  const stand = (value) => ada.page.evaluate((stands) => {
    window.camera_stands = stands;
  }, value);
  await stand(true);
  await waitFor('the word on the tile', async () =>
    await trouble(bob, 'other') === 'Ada’s picture stands still');
  await waitFor('the word to the sender', async () =>
    await trouble(ada, 'self') === 'Your camera gives no new picture');
  assert.equal(await bars(bob), '0');
  assert.equal(await banner(bob), '', 'the server answers');
  await bob.screenshot(`${SHOTS}/outage-camera.png`);
  await stand(false);
  await Promise.all([well(ada), well(bob)]);
});

test('a voice without packets lowers the bars', async (context) => {
  const { ada, bob } = await meet(context, 'voice');
  await ada.press('Turn camera off');
  await waitFor('initials', () => bob.otherTile('data-camera-off'));
  await ada.page.evaluate(() => {
    window.voice = window.connections.flatMap((one) => one.getSenders())
      .find(({ track }) => track?.kind === 'audio');
    window.kept = window.voice.track;
    return window.voice.replaceTrack(null);
  });
  await waitFor('the word on the tile', async () =>
    await trouble(bob, 'other') === 'No sound arrives from Ada');
  assert.equal(await bars(bob), '0');
  assert.equal(await banner(bob), '');
  await bob.screenshot(`${SHOTS}/outage-voice.png`);
  await ada.page.evaluate(() => window.voice.replaceTrack(window.kept));
  await well(bob);
});

test('a hidden tab raises no alarm', async (context) => {
  const { bob } = await meet(context, 'hidden');
  const pretend = (state) => bob.page.evaluate((value) =>
    Object.defineProperty(document, 'visibilityState',
      { value, configurable: true }), state);
  await takeNotes(bob);
  await pretend('hidden');
  let last = { bytes: 0, since: 0 };
  await waitFor('the picture to rest for three seconds', async () => {
    const bytes = (await bob.pictures())
      .reduce((sum, one) => sum + one.bytes, 0);
    const now = performance.now();
    if (bytes !== last.bytes) last = { bytes, since: now };
    return now - last.since > 3000;
  }, 20_000);
  await pretend('visible');
  await bob.sees();
  assert.deepEqual(await notes(bob), {});
});

test('a user leaves a frozen call and rejoins directly', async (context) => {
  const { ada, bob } = await meet(context, 'rejoin');
  await bob.page.keyboard.press('m');
  await waitFor('the mute mark', () => ada.otherTile('data-muted'));

  await context.test('the banner has a button to leave', async () => {
    server.freeze();
    await bob.page.locator('.banner.outage ::-p-text(Leave)').click();
    await bob.page.locator('::-p-text(You left the room)').wait();
    server.thaw();
  });

  await context.test('the other is told to be alone now', () =>
    ada.page.locator('::-p-text(You are the only one here now)')
      .setTimeout(60_000).wait());

  await context.test('name and devices are as they were', async () => {
    await bob.page.locator('::-p-text(Rejoin)').click();
    await bob.page.locator('.toolbar').wait();
    await Promise.all([ada.sees(), bob.sees()]);
    assert.equal(await bob.page.$('.lobby'), null);
    assert.equal(await ada.otherTile('data-muted'), true);
    assert.equal(await ada.page.$eval('.tile:not([data-self]) .name',
      ({ textContent }) => textContent), 'Bob');
  });
});
