// axe-core finds nothing on any view of the page, in dark and light.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const ICON_CONTRAST = 3;

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

/** Ends what moves, so that no colour is measured on its way. */
const settle = (page) => page.evaluate(() => {
  for (const one of document.getAnimations()) {
    if (one.effect.getComputedTiming().iterations !== Infinity) one.finish();
  }
});

/** What axe finds, each with its place. */
async function findings(page) {
  if (!await page.evaluate(() => 'axe' in window)) {
    await page.evaluate(axe.source);
  }
  await settle(page);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    // A call has no captions.
    rules: { 'video-caption': { enabled: false } },
  }));
  return violations.map(({ id, impact, nodes }) =>
    `${impact} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Icons of buttons with too little contrast to what is behind them. */
const faintIcons = (page) => page.evaluate((least) => {
  const canvas = new OffscreenCanvas(1, 1)
    .getContext('2d', { willReadFrequently: true });
  /** Red, green and blue of layers of colour, one above the other. */
  const blend = (layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of layers) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => value / 255).map((value) =>
      (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const icon of document.querySelectorAll('button .icon')) {
    if (icon.getClientRects().length === 0) continue;
    const layers = [];
    for (let node = icon.parentElement; node; node = node.parentElement) {
      layers.unshift(getComputedStyle(node).backgroundColor);
    }
    const [light, dark] = [blend(layers),
      blend([...layers, getComputedStyle(icon).color])]
      .map(luminance).sort((one, other) => other - one);
    const ratio = (light + 0.05) / (dark + 0.05);
    const button = icon.closest('button');
    // What is over a picture is tried on the picture's own dark ground.
    if (ratio < least && !button.disabled) {
      found.push(`${button.getAttribute('aria-label') ??
        button.textContent}: ${ratio.toFixed(2)}`);
    }
  }
  return found;
}, ICON_CONTRAST);

/** Looks at the page as it is, in both themes. Returns all that is wrong. */
async function examine(page, what) {
  const found = [];
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => {
      document.documentElement.dataset.theme = name;
    }, theme);
    found.push(...[...await findings(page), ...await faintIcons(page)]
      .map((one) => `${what}, ${theme}: ${one}`));
  }
  return found;
}

/** Looks at it in the windows of a desk and of a phone. */
async function examineBoth(page, what) {
  await page.setViewport(PHONE);
  const found = await examine(page, `${what} on a phone`);
  await page.setViewport(DESK);
  return [...found, ...await examine(page, what)];
}

test('axe finds nothing on the page', async (context) => {
  const ada = await PageVisitor.open(chromium, server.url,
    { room: 'axe', size: DESK, small: true });
  const { page } = ada;

  await context.test('in the lobby', async () => {
    await waitFor('the preview', () => page.evaluate(() =>
      document.querySelector('.preview video').videoWidth > 0));
    const found = await examineBoth(page, 'lobby');
    await ada.press('Mute');
    await ada.press('Turn camera off');
    await waitFor('both off', async () =>
      (await page.$$('.preview [data-off]')).length === 2);
    found.push(...await examine(page, 'both off'));
    await ada.press('Unmute');
    await ada.press('Turn camera on');
    assert.deepEqual(found, []);
  });

  await context.test('in a call alone and with another', async () => {
    await page.locator('#name').fill('Ada');
    await ada.join();
    const found = await examine(page, 'alone');
    const bob = await PageVisitor.enter(chromium, server.url,
      { name: 'Bob', room: 'axe', size: DESK, small: true });
    await ada.sees();
    await bob.page.keyboard.press('h');
    await page.keyboard.press('m');
    await waitFor('the hand', () => ada.otherTile('data-hand'));
    await waitFor('the mute', () => page.$('.toolbar [data-off]'));
    found.push(...await examineBoth(page, 'call'));
    assert.deepEqual(found, []);
  });

  await context.test('with the chat open', async () => {
    await page.keyboard.press('c');
    await page.keyboard.type('The plan: https://plan.example/1 (draft)');
    await page.keyboard.press('Enter');
    await waitFor('the link', () => page.$('.said a'));
    const found = await examineBoth(page, 'chat');
    await ada.press('Close the panel');
    assert.deepEqual(found, []);
  });

  await context.test('with "Why?" and the charts open', async () => {
    await page.keyboard.press('s');
    await page.evaluate(() => document
      .querySelector('.tile:not([data-self]) .tile-tool.why').click());
    await waitFor('the figures', () => page.$('.why-panel .facts dd'));
    const found = await examineBoth(page, 'why');
    await ada.press('Close the panel');
    await page.keyboard.press('s');
    assert.deepEqual(found, []);
  });

  await context.test('with a menu or the list of keys open', async () => {
    const found = [];
    for (const label of ['Choose microphone', 'Choose camera', 'React']) {
      await ada.press(label);
      await page.locator('[role="menu"]').wait();
      found.push(...await examine(page, label));
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('?');
    found.push(...await examineBoth(page, 'keys'));
    await page.keyboard.press('Escape');
    await page.setViewport(PHONE);
    await ada.press('More');
    found.push(...await examine(page, 'more'));
    await page.screenshot({ path: `${SHOTS}/call-more-phone.png` });
    await page.keyboard.press('Escape');
    await page.setViewport(DESK);
    assert.deepEqual(found, []);
  });

  await context.test('with the settings open', async () => {
    await page.keyboard.press(',');
    await page.locator('dialog.settings').wait();
    const found = [];
    for (const id of await page.$$eval('[role="tab"]', (all) =>
      all.map((tab) => tab.id))) {
      await page.locator(`#${id}`).click();
      found.push(...await examineBoth(page, id));
    }
    await page.keyboard.press('Escape');
    assert.deepEqual(found, []);
  });

  await context.test('after the call', async () => {
    await ada.press('Leave the call');
    await page.locator('::-p-text(You left the room)').wait();
    assert.deepEqual(await examineBoth(page, 'left'), []);
  });
});
