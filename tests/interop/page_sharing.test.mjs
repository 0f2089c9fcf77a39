// The conference page: a user shares a tab with its sound.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor, wear } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const FORMS = {
  wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 },
};

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

/**
 * Runs before the page's own scripts: the browser's dialog offers a tab with a
 * tone, and a window of another size on the second visit.
 */
function offerSurfaces() {
  window.asked = [];
  window.captured = [];
  const surface = (kind, width, height) => {
    const canvas = Object.assign(document.createElement('canvas'),
      { width, height });
    const paint = canvas.getContext('2d');
    let count = 0;
    setInterval(() => {
      paint.fillStyle = `hsl(${count++ * 9 % 360} 60% 50%)`;
      paint.fillRect(0, 0, width, height);
    }, 100);
    const [track] = canvas.captureStream(10).getVideoTracks();
    const read = track.getSettings.bind(track);
    track.getSettings = () => ({ ...read(), displaySurface: kind });
    return track;
  };
  const tone = () => {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const source = new OscillatorNode(context, { frequency: 440 });
    source.connect(out);
    source.start();
    return out.stream.getAudioTracks()[0];
  };
  navigator.mediaDevices.getDisplayMedia = async (options) => {
    window.asked.push(options);
    const tracks = window.asked.length === 1
      ? [surface('browser', 640, 360), tone()] : [surface('window', 480, 360)];
    window.captured.push(tracks);
    return new MediaStream(tracks);
  };
}

async function enter(context, name, room, presents = false) {
  const watching = {
    newWindow: async () => {
      const page = await chromium.newWindow();
      if (presents) await page.evaluateOnNewDocument(offerSurfaces);
      return page;
    },
  };
  const visitor = await PageVisitor.enter(watching, server.url,
    { name, room, size: FORMS.wide, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  return visitor;
}

const label = ({ page }) => page.$eval('.screen-tile', (tile) =>
  (tile.hidden ? '' : tile.querySelector('.name').textContent));

const trouble = ({ page }) => page.$eval('.screen-tile', ({ textContent }) =>
  textContent.includes('Paused by the presenter'));

/** How many voices and sounds the page plays. */
const players = ({ page }) => page.$$eval('audio', (all) =>
  all.filter(({ srcObject }) => srcObject).length);

/** The audio energy that has come on each stream that plays now. */
const energies = ({ page }) => page.evaluate(async () => {
  const found = [];
  for (const connection of window.connections) {
    if (connection.connectionState === 'closed') continue;
    (await connection.getStats()).forEach((stat) => {
      if (stat.type === 'inbound-rtp' && stat.kind === 'audio') {
        found.push(stat.totalAudioEnergy ?? 0);
      }
    });
  }
  return found;
});

/** Waits until some sound goes on. */
async function sounds(visitor, what) {
  const before = await energies(visitor);
  await waitFor(what, async () => (await energies(visitor)).some(
    (energy, index) => energy > (before[index] ?? 0) + 0.001), 20_000);
}

const surface = ({ page }) => page.$eval('.sharing-surface',
  ({ textContent }) => textContent);
const content = ({ page }) => page.$eval(
  '.sharing-content [aria-pressed="true"]', ({ textContent }) => textContent);
const hints = ({ page }) => page.evaluate(() =>
  window.captured.at(-1)[0].contentHint);
const states = ({ page }, index) => page.evaluate((at) =>
  window.captured[at].map(({ readyState }) => readyState), index);

test('a tab is shared with its sound', async (context) => {
  const room = 'sharing';
  const bob = await enter(context, 'Bob', room);
  const ada = await enter(context, 'Ada', room, true);
  await bob.sees();
  await ada.page.keyboard.press('m');
  await ada.press('Share your screen');

  await context.test('the sound is heard, though the voice is muted',
    async () => {
      await waitFor('the screen', async () =>
        await label(bob) === 'Ada is presenting');
      await waitFor('two players', async () => await players(bob) === 2);
      await sounds(bob, 'the sound of the tab');
      assert.ok(await bob.otherTile('data-muted'), 'Ada is muted');
      const [options] = await ada.page.evaluate(() => window.asked);
      assert.equal(options.selfBrowserSurface, 'exclude');
      assert.equal(options.systemAudio, 'include');
      assert.equal(options.surfaceSwitching, 'include');
    });

  await context.test('the presenter sees what is shared', async () => {
    assert.equal(await surface(ada), 'A tab, with sound');
    assert.equal(await content(ada), 'Film');
    assert.equal(await hints(ada), 'motion');
    await waitFor('the preview', () => ada.page.$eval('.sharing-preview',
      ({ hidden, videoWidth }) => !hidden && videoWidth > 0));
    for (const [form, size] of Object.entries(FORMS)) {
      for (const theme of ['dark', 'light']) {
        await ada.page.setViewport(size);
        await wear(ada.page, theme);
        await ada.screenshot(`${SHOTS}/call-sharing-${form}-${theme}.png`);
      }
    }
    await ada.page.setViewport(FORMS.wide);
    await ada.press('Hide the preview');
    assert.ok(await ada.page.$eval('.sharing-preview',
      ({ hidden }) => hidden));
  });

  await context.test('text or film is chosen while sharing', async () => {
    await ada.page.locator('.sharing-content ::-p-text(Text)').click();
    assert.equal(await content(ada), 'Text');
    assert.equal(await hints(ada), 'detail');
  });

  await context.test('a host who mutes the voice leaves the tab audible',
    async () => {
      await ada.page.keyboard.press('m');
      await waitFor('the voice', async () => !await bob.otherTile('data-muted'));
      await bob.press('People: ');
      await bob.page.locator('.people-tools ::-p-text(Mute others)').click();
      await waitFor('the mute', () => bob.otherTile('data-muted'));
      await sounds(bob, 'the sound of the tab');
      await waitFor('two players', async () => await players(bob) === 2);
      await bob.press('People: ');
    });

  await context.test('a pause is seen by the others, and ends', async () => {
    await ada.press('Pause sharing');
    await waitFor('the pause', async () =>
      await label(bob) === 'Ada has paused the screen');
    await waitFor('the words', () => trouble(bob));
    assert.equal(await surface(ada), 'A tab, with sound · Paused');
    await bob.screenshot(`${SHOTS}/call-screen-paused.png`);
    await ada.press('Go on sharing');
    await waitFor('the end of the pause', async () =>
      await label(bob) === 'Ada is presenting' && !await trouble(bob));
    await sounds(bob, 'the sound of the tab');
  });

  await context.test('a window takes the place, and the sound ends',
    async () => {
      await ada.press('Change what you share');
      await waitFor('the window', async () =>
        await surface(ada) === 'A window');
      assert.equal(await content(ada), 'Text');
      assert.deepEqual(await states(ada, 0), ['ended', 'ended']);
      await waitFor('one player', async () => await players(bob) === 1);
      assert.equal(await label(bob), 'Ada is presenting');
      await waitFor('the picture', () => bob.page.$eval('.screen-tile video',
        ({ videoWidth }) => videoWidth === 480), 20_000);
    });

  await context.test('stopping ends all', async () => {
    await ada.page.locator('.sharing-stop').click();
    await waitFor('the end', async () => await label(bob) === '');
    assert.deepEqual(await states(ada, 1), ['ended']);
    assert.ok(await ada.page.$eval('.banner.sharing',
      ({ hidden }) => hidden));
  });
});

test('Chromium’s own capture is shared, without a preview of itself',
  async (context) => {
    const cyn = await enter(context, 'Cyn', 'own-capture');
    const dan = await enter(context, 'Dan', 'own-capture');
    await cyn.sees();
    await cyn.press('Share your screen');
    await waitFor('the screen', () => dan.page.$eval('.screen-tile video',
      ({ videoWidth }) => videoWidth > 0), 20_000);
    const kind = await surface(cyn);
    assert.match(kind, /^Your entire screen/);
    assert.ok(await cyn.page.$eval('.sharing-preview',
      ({ hidden }) => hidden), 'it would show itself');
    await cyn.press('Show the preview');
    await waitFor('the preview', () => cyn.page.$eval('.sharing-preview',
      ({ hidden, videoWidth }) => !hidden && videoWidth > 0));
  });
