// The page in small windows, with less motion, and what must stay in reach.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const TINY = { width: 320, height: 568 };
const SHORT = { width: 900, height: 600 };
/** A reaction is shown for this long (web/src/ui/tile.ts). */
const REACTION_MS = 2600;

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

const menuLabels = (page) => page.$$eval('[role="menu"] [role="menuitem"]',
  (all) => all.map(({ textContent }) => textContent));

/** Lines that cover something that can be pressed or filled in. */
const coveringToasts = (page) => page.evaluate(() => {
  const box = (node) => node.getBoundingClientRect();
  const needed = [...document.querySelectorAll('button, a[href], input')]
    .filter((node) => node.getClientRects().length > 0);
  return [...document.querySelectorAll('.toast')].flatMap((toast) =>
    needed.filter((node) => {
      const [a, b] = [box(toast), box(node)];
      return a.left < b.right && b.left < a.right &&
        a.top < b.bottom && b.top < a.bottom;
    }).map((node) => `${toast.textContent} covers ` +
      (node.getAttribute('aria-label') ?? node.textContent)));
});

test('small windows', async (context) => {
  const ada = await PageVisitor.enter(chromium, server.url,
    { name: 'Ada', room: 'small', size: DESK, small: true });
  const bob = await PageVisitor.enter(chromium, server.url,
    { name: 'Bob', room: 'small', size: DESK, small: true });
  const { page } = bob;
  context.after(() => Promise.all([page.close(), ada.page.close()]));
  await bob.sees();

  await context.test('at 320 by 568 everything is in reach', async () => {
    await page.setViewport(TINY);
    const inside = () => page.evaluate(() =>
      [...document.querySelectorAll('.toolbar button, .call-head button')]
        .filter((node) => node.getClientRects().length > 0)
        .map((node) => node.getBoundingClientRect())
        .every(({ left, right, top, bottom }) => left >= 0 && top >= 0 &&
          right <= innerWidth && bottom <= innerHeight));
    await waitFor('the menu "More"', () => page.$('.more:not([hidden])'));
    await waitFor('all buttons inside', inside);
    await bob.press('More');
    const hidden = await menuLabels(page);
    const shown = await page.$$eval('.call button', (all) => all
      .filter((node) => node.getClientRects().length > 0)
      .map((node) => node.getAttribute('aria-label') ?? node.textContent));
    for (const label of ['Mute', 'Turn camera off', 'Chat', 'React, or raise ' +
      'your hand', 'Share your screen', 'Choose microphone and speaker',
    'Choose camera', 'View', 'Full screen', 'Show charts',
    'Keyboard shortcuts', 'Leave the call', 'Copy link']) {
      assert.ok([...shown, ...hidden].includes(label), label);
    }
    assert.ok(hidden.some((label) => /colours$/.test(label)), 'the theme');
    await bob.screenshot(`${SHOTS}/call-320.png`);
  });

  await context.test('"More" opens the menus of hidden buttons', async () => {
    await page.locator('[role="menuitem"] ::-p-text(Choose camera)').click();
    await page.locator('[role="menu"][aria-label="Devices"]').wait();
    const box = await page.$eval('[role="menu"]', (node) =>
      node.getBoundingClientRect().toJSON());
    assert.ok(box.left >= 0 && box.top >= 0 && box.right <= TINY.width &&
      box.bottom <= TINY.height);
    await page.keyboard.press('Escape');
    assert.ok(await page.evaluate(() =>
      document.activeElement.matches('.more')));
  });

  await context.test('a line covers no button, in any window', async () => {
    const { page: adas } = ada;
    await adas.keyboard.press('c');
    for (const size of [TINY, SHORT, DESK]) {
      await page.setViewport(size);
      const text = `A line for ${size.width} that is as long as two`;
      await adas.keyboard.type(text);
      await adas.keyboard.press('Enter');
      await waitFor('the line', () => page.$$eval('.toast', (all, wanted) =>
        all.some(({ textContent }) => textContent.includes(wanted)), text));
      assert.deepEqual(await coveringToasts(page), []);
      await bob.screenshot(`${SHOTS}/toast-${size.width}.png`);
    }
  });

  await context.test('a screen keeps its room beside the chat', async () => {
    await ada.page.evaluate(() => {
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = Object.assign(document.createElement('canvas'),
          { width: 1280, height: 800 });
        const paint = canvas.getContext('2d');
        const draw = () => {
          paint.fillStyle = `hsl(${Date.now() % 360} 50% 50%)`;
          paint.fillRect(0, 0, 1280, 800);
        };
        draw();
        setInterval(draw, 200);
        return canvas.captureStream(5);
      };
    });
    await ada.press('Share your screen');
    await page.setViewport(SHORT);
    await bob.press('Chat');
    await page.locator('.screen-tile').wait();
    const width = await waitFor('the screen', () =>
      page.$eval('.screen-tile', ({ clientWidth }) => clientWidth));
    assert.ok(width >= 540, `${width} pixels`);
    await bob.screenshot(`${SHOTS}/screen-chat-900.png`);
    await bob.press('Close the panel');
    await ada.press('Stop sharing');
  });

  await context.test('links in the chat can be followed', async () => {
    const { page: adas } = ada;
    await adas.locator('.chat-form textarea').fill(
      'See (https://plan.example/x), not javascript:alert(1) <b>now</b>.');
    await adas.keyboard.press('Enter');
    await bob.press('Chat');
    const link = await page.waitForSelector('.said a');
    assert.deepEqual(await link.evaluate((node) =>
      [node.href, node.target, node.rel, node.textContent]),
    ['https://plan.example/x', '_blank', 'noopener noreferrer',
      'https://plan.example/x']);
    assert.equal((await bob.said()).at(-1),
      'See (https://plan.example/x), not javascript:alert(1) <b>now</b>.');
    assert.equal(await page.$('.said b'), null);
    assert.equal((await page.$$('.said a')).length, 1);
  });

  await context.test('with less motion a reaction stands still', async () => {
    await page.emulateMediaFeatures([
      { name: 'prefers-reduced-motion', value: 'reduce' }]);
    await ada.press('React');
    await ada.press('React 🎉');
    const sign = await page.waitForSelector('.reaction', { timeout: 10_000 });
    const begin = performance.now();
    assert.deepEqual(await sign.evaluate((node) =>
      [node.getAnimations().length, getComputedStyle(node).opacity]),
    [0, '1']);
    await waitFor('the sign to go', async () => !await page.$('.reaction'));
    // The test sees it a little later than it came.
    assert.ok(performance.now() - begin > REACTION_MS / 2);
  });
});

test('the lobby', async (context) => {
  const { page } = await PageVisitor.open(chromium, server.url,
    { room: 'lobby', size: DESK, small: true });

  await context.test('a speaker can be tried and chosen', async () => {
    await page.evaluate(() => {
      window.sounds = [];
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        if (this instanceof HTMLAudioElement) window.sounds.push(this);
        return play.call(this);
      };
    });
    await page.locator('[aria-label="Play a test sound"]').click();
    await waitFor('the sound', () => page.evaluate(() =>
      window.sounds.length === 1));
    await waitFor('its end', async () => !await page.$('[data-playing]'));
    await page.locator('[aria-label="Choose speaker"]').click();
    await page.locator('[role="menu"][aria-label="Speaker"]').wait();
    const speakers = await page.$$('[role="menuitemradio"]');
    assert.ok(speakers.length > 0);
    await speakers.at(-1).click();
    assert.notEqual(await page.evaluate(() =>
      localStorage.getItem('troupe.speaker')), null);
  });

  await context.test('the theme’s label follows the system', async () => {
    const label = () => page.$eval('button.theme', (node) =>
      node.getAttribute('aria-label'));
    for (const [scheme, wanted] of [['light', 'Use dark colours'],
      ['dark', 'Use light colours']]) {
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: scheme }]);
      await waitFor(wanted, async () => await label() === wanted);
    }
  });
});
