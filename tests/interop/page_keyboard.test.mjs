// The conference page by keyboard alone, and what a screen reader is told.
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

/** What has the focus: the label or text that is read aloud. */
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  return node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ??
    node.textContent;
});

const isFocused = (page, selector) => page.evaluate((wanted) =>
  document.activeElement.matches(wanted), selector);

/** Presses Tab until that has the focus; the number of stops on the way. */
async function tabTo(page, label, most = 20) {
  for (let stops = 1; stops <= most; stops++) {
    await page.keyboard.press('Tab');
    if ((await focused(page)).startsWith(label)) return stops;
  }
  throw new Error(`no stop is ${label}; the last is ${await focused(page)}`);
}

/** Presses a key until that has the focus. */
async function walkTo(page, key, label, most = 20) {
  for (let steps = 0; steps <= most; steps++) {
    if ((await focused(page)).startsWith(label)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${label}`);
}

const button = (page, label) =>
  page.$(`.toolbar button[aria-label="${label}"]`);

/** What has been read aloud since the last call. */
async function hearAloud(page) {
  await page.evaluate(() => {
    window.aloud = [];
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        window.aloud.push(...[...addedNodes].map((one) => one.textContent));
      }
    }).observe(document.querySelector('.live'), { childList: true });
  });
  return () => page.evaluate(() => window.aloud);
}

test('a whole call by keyboard alone', async (context) => {
  const { page } = await PageVisitor.open(chromium, server.url,
    { room: 'keyboard', size: SIZE, small: true });
  const keys = page.keyboard;
  let bob;
  context.after(() => Promise.all([page.close(), bob?.page.close()]));

  await context.test('lobby: mute, name and join', async () => {
    await waitFor('the microphone', () => page.$('[aria-label="Mute"]'));
    await tabTo(page, 'Mute');
    await keys.press('Enter');
    await waitFor('the mute', () => page.$('[aria-label="Unmute"]'));
    await tabTo(page, 'Choose microphone and speaker');
    await keys.press('Enter');
    await waitFor('the menu', () => isFocused(page, '[role^="menuitem"]'));
    await keys.press('Escape');
    assert.equal(await focused(page), 'Choose microphone and speaker');
    await tabTo(page, 'Your name');
    await keys.type('Kim');
    await keys.press('Enter');
    await page.locator('.toolbar').wait();
    await waitFor('the focus on the room', () =>
      isFocused(page, '.call-head h1'));
    bob = await PageVisitor.enter(chromium, server.url,
      { name: 'Bob', room: 'keyboard', size: SIZE, small: true });
    await waitFor('two tiles', async () =>
      (await page.$$('.tile')).length === 2);
  });

  await context.test('the skip link leads to the toolbar', async () => {
    await page.evaluate(() => document.querySelector('.skip-link').focus());
    await page.screenshot({ path: `${SHOTS}/skip-link.png` });
    await keys.press('Enter');
    assert.equal(await focused(page), 'Unmute');
  });

  await context.test('the toolbar is one stop with arrows', async () => {
    await keys.press('Enter');
    await waitFor('the microphone', () => button(page, 'Mute'));
    await walkTo(page, 'ArrowRight', 'Leave the call');
    await keys.press('ArrowRight');
    assert.equal(await focused(page), 'Mute');
    await keys.press('End');
    assert.equal(await focused(page), 'Leave the call');
    const stops = await page.$$eval('.toolbar button', (all) =>
      all.filter(({ tabIndex }) => tabIndex === 0).length);
    assert.equal(stops, 1);
  });

  await context.test('the chat opens, and returns the focus', async () => {
    await walkTo(page, 'ArrowLeft', 'Chat');
    await keys.press('Enter');
    assert.equal(await focused(page), 'Message');
    await keys.type('moving chairs? vast hall');
    await keys.press('Enter');
    assert.ok(await button(page, 'Mute'), 'a letter that is typed is no key');
    await keys.press('Escape');
    assert.match(await focused(page), /^Chat/);
    assert.ok(await page.$eval('.panel', ({ hidden }) => hidden));
  });

  await context.test('a hand is raised from the menu', async () => {
    const told = await hearAloud(bob.page);
    await walkTo(page, 'ArrowLeft', 'React');
    await keys.press('Enter');
    assert.ok(await isFocused(page, '[role="menuitem"]'));
    await keys.press('ArrowUp');
    assert.equal(await focused(page), 'Raise your hand');
    await keys.press('Enter');
    assert.match(await focused(page), /^React/);
    await waitFor('the hand in the tile’s name', () =>
      bob.page.$('.tile[aria-label="Kim, hand raised, host, ' +
        'microphone on, camera on"]'));
    await waitFor('the words', async () =>
      (await told()).includes('Kim raised a hand'));
  });

  await context.test('the menu of the microphone goes round', async () => {
    await walkTo(page, 'ArrowLeft', 'Choose microphone');
    await keys.press('Enter');
    await waitFor('the menu', () => page.$('[role="menu"]'));
    await keys.press('End');
    assert.equal(await focused(page), 'All settings…');
    await keys.press('Home');
    assert.ok(await isFocused(page, '[role="menuitemradio"]'));
    await keys.press('Tab');
    assert.equal(await page.$('[role="menu"]'), null);
    assert.equal(await focused(page), 'Choose microphone and speaker');
  });

  await context.test('the screen is shared and taken back', async () => {
    // No browser opens its own chooser without a window.
    await page.evaluate(() => {
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = document.createElement('canvas');
        canvas.getContext('2d').fillRect(0, 0, 300, 150);
        return canvas.captureStream(5);
      };
    });
    await walkTo(page, 'ArrowRight', 'Share your screen');
    await keys.press('Enter');
    await waitFor('the banner', () => page.$('.sharing:not([hidden])'));
    assert.equal(await focused(page), 'Stop sharing your screen');
    await keys.press('Enter');
    await waitFor('its end', () => page.$('.sharing[hidden]'));
  });

  await context.test('tiles are one stop with arrows', async () => {
    const stops = await page.$$eval('.stage [tabindex], .stage button', (all) =>
      all.filter((one) => one.tabIndex === 0 &&
        one.getClientRects().length > 0).length);
    assert.equal(stops, 1);
    await keys.down('Shift');
    await tabTo(page, 'Kim (you)');
    await keys.up('Shift');
    await keys.press('ArrowRight');
    assert.match(await focused(page), /^Bob, microphone on/);
    await keys.press('Enter');
    assert.equal(await focused(page), 'Pin');
    await keys.press('Enter');
    assert.match(await focused(page), /^Bob/);
    assert.ok(await page.$('.tile[data-pinned]'));
    await keys.press('Enter');
    await keys.press('ArrowDown');
    assert.equal(await focused(page), 'Why this picture?');
    await keys.press('Enter');
    assert.equal(await focused(page), 'Why Bob?');
    await keys.press('Escape');
    assert.match(await focused(page), /^Bob/);
  });

  await context.test('leaving leads to the last screen', async () => {
    await keys.press('Tab');
    assert.ok(await isFocused(page, '.toolbar button'));
    await keys.press('End');
    assert.equal(await focused(page), 'Leave the call');
    await keys.press('Enter');
    await waitFor('the farewell', () => isFocused(page, '.message h1'));
    assert.equal(await focused(page), 'You left the room');
    await keys.press('Tab');
    assert.equal(await focused(page), 'Rejoin');
  });
});

test('shortcuts and what is read aloud', async (context) => {
  const ada = await PageVisitor.enter(chromium, server.url,
    { name: 'Ada', room: 'keys', size: SIZE, small: true });
  const { page } = ada;
  const keys = page.keyboard;

  await context.test('"?" lists the keys, and closes the list', async () => {
    await tabTo(page, 'Mute');
    await keys.press('?');
    const shown = await page.$$eval('dialog[open] kbd', (all) =>
      all.map(({ textContent }) => textContent));
    for (const key of ['M', 'V', 'H', 'C', 'G', 'S', 'Space', ',', '?']) {
      assert.ok(shown.includes(key), key);
    }
    await page.screenshot({ path: `${SHOTS}/shortcuts.png` });
    await keys.press('m');
    assert.ok(await button(page, 'Mute'), 'the list has the keyboard');
    await keys.press('Escape');
    await waitFor('the list to go', async () => !await page.$('dialog'));
    assert.equal(await focused(page), 'Mute');
  });

  await context.test('Space talks while it is held', async () => {
    await page.evaluate(() => document.querySelector('h1').focus());
    await keys.press('m');
    await waitFor('the mute', () => button(page, 'Unmute'));
    await keys.down('Space');
    await waitFor('the voice', () => button(page, 'Mute'));
    await keys.down('Space');
    await keys.up('Space');
    await waitFor('the mute', () => button(page, 'Unmute'));
    // A button that was clicked is not pressed by Space; it talks.
    await page.click('.toolbar button[aria-label="Unmute"]');
    await waitFor('the voice', () => button(page, 'Mute'));
    await page.click('.toolbar button[aria-label="Mute"]');
    await waitFor('the mute', () => button(page, 'Unmute'));
    await keys.down('Space');
    await waitFor('the voice', () => button(page, 'Mute'));
    await keys.up('Space');
    await waitFor('the mute', () => button(page, 'Unmute'));
  });

  await context.test('Space presses a button that keys led to', async () => {
    await keys.press('ArrowRight');
    await keys.press('ArrowLeft');
    assert.equal(await focused(page), 'Unmute');
    await keys.press('Space');
    await waitFor('the voice', () => button(page, 'Mute'));
  });

  await context.test('keys can be switched off', async () => {
    await keys.press('?');
    await page.click('#shortcuts-on');
    await keys.press('Escape');
    await waitFor('the end of the list', async () =>
      await page.$('dialog') === null);
    await keys.press('m');
    await keys.press('?');
    assert.equal(await page.$('dialog'), null);
    assert.ok(await button(page, 'Mute'));
    await page.click('.call-head [aria-label="Keyboard shortcuts"]');
    await page.click('#shortcuts-on');
    await page.click('dialog [aria-label="Close the list"]');
    await keys.press('m');
    await waitFor('the mute', () => button(page, 'Unmute'));
  });

  await context.test('who comes and goes is told once', async () => {
    const told = await hearAloud(page);
    const ben = await PageVisitor.enter(chromium, server.url,
      { name: 'Ben', room: 'keys', size: SIZE, small: true });
    await waitFor('the words', async () =>
      (await told()).includes('Ben joined'));
    await ben.press('Leave the call');
    await waitFor('the words', async () => (await told()).includes('Ben left'));
    assert.deepEqual(await told(), ['Ben joined', 'Ben left']);
    assert.equal(await page.$eval('.live', (node) =>
      node.getAttribute('role')), 'status');
  });
});
