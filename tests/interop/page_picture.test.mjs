// The picture of a call in README.md: whether the page still looks like that.
//   TROUPE_PICTURE=write node --test page_picture.test.mjs   takes it anew
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor, wear } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { sit, SITTERS } from './support/sitters.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const IMAGES = `${ROOT}docs/images`;
const PARTS = `${IMAGES}/call.json`;
const THEMES = ['dark', 'light'];
const SIZE = { width: 1280, height: 720 };
/** Those that are not looked at need few pixels. */
const ELSEWHERE = { width: 480, height: 360 };
const MOST_OCTETS = 300_000;
const ROOM = 'velvet-canoe-maple-tender-photo-lantern';
const SPEAKER = 2;
/** Some browsers at once are slow on a small machine. */
const PATIENCE_MS = 90_000;
const writes = process.env.TROUPE_PICTURE === 'write' || !existsSync(PARTS);

const LINES = [
  [1, 'Good morning! Are we all here?'],
  [0, 'All of us. Mei, you begin.'],
  [3, 'The plan is at https://plan.example/autumn'],
];

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  await mkdir(IMAGES, { recursive: true });
  server = await TroupeServer.start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function enter(index) {
  const page = await chromium.newWindow();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport(index === 0 ? SIZE : ELSEWHERE);
  await page.evaluateOnNewDocument(sit,
    { who: SITTERS[index], index, speaks: index === SPEAKER });
  await page.evaluateOnNewDocument((hidden) => {
    // A hidden page receives no pictures: only one is looked at.
    if (hidden) {
      Object.defineProperty(document, 'visibilityState',
        { get: () => 'hidden' });
      Object.defineProperty(document, 'hidden', { get: () => true });
    }
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...given) {
        super(...given);
        window.connections.push(this);
      }
    };
  }, index > 0);
  await page.goto(`${server.url}/?room=${ROOM}`);
  const visitor = new PageVisitor(page);
  await page.locator('#name').fill(SITTERS[index].name);
  await visitor.join();
  return visitor;
}

async function say({ page }, text) {
  if (!await page.$('.chat-list')) await page.keyboard.press('c');
  await page.locator('.chat-list').wait();
  await page.locator('.chat-form textarea').fill(text);
  await page.keyboard.press('Enter');
}

/** What a person finds on the page, by names: it changes when the page does. */
const partsOf = ({ page }) => page.evaluate(() => {
  const isShown = (node) => node.getClientRects().length > 0 &&
    getComputedStyle(node).visibility !== 'hidden';
  const texts = (selector, read) => [...document.querySelectorAll(selector)]
    .filter(isShown).map(read);
  return {
    controls: texts('button, input, textarea', (node) =>
      (node.getAttribute('aria-label') ?? node.innerText ?? node.placeholder)
        .trim())
      // Those of the tiles depend on what the pointer is over.
      .filter((name) => name !== ''),
    people: texts('.tile .name', (node) => node.textContent),
    headings: texts('h1, h2', (node) => node.textContent),
    styles: ['--house', '--surface', '--lamp', '--text'].map((name) =>
      getComputedStyle(document.documentElement).getPropertyValue(name)),
  };
});

test('the picture in README.md shows the page as it is', async () => {
  const people = [];
  for (let i = 0; i < SITTERS.length; i++) people.push(await enter(i));
  const [amara] = people;
  await waitFor('all pictures', () => amara.page.evaluate((count) =>
    [...document.querySelectorAll('.tile:not([data-self]) video')]
      .filter(({ videoWidth }) => videoWidth > 0).length === count,
  SITTERS.length - 1), PATIENCE_MS);
  await amara.page.keyboard.press('c');
  await amara.page.locator('.chat-list').wait();
  for (const [index, text] of LINES) {
    await say(people[index], text);
    await waitFor('the line', async () =>
      (await amara.said()).some((line) => line.includes(text)), PATIENCE_MS);
  }
  await waitFor('the speaker', () => amara.page.$('.tile[data-speaking]'), PATIENCE_MS);
  if (writes) {
    await waitFor('sharp pictures', async () => (await amara.pictures())
      .filter(({ width }) => width >= 640).length === SITTERS.length - 1, PATIENCE_MS)
      .catch((error) => console.warn(error.message));
  }
  await waitFor('the lines to be gone', async () =>
    !await amara.page.$('.toast'), PATIENCE_MS);
  await amara.page.mouse.move(640, 2);
  await amara.page.evaluate(() => document.activeElement?.blur());
  for (const theme of THEMES) {
    await wear(amara.page, theme);
    await amara.screenshot(`${writes ? IMAGES : SHOTS}/call-${theme}.webp`,
      { type: 'webp', quality: 82 });
  }
  const parts = await partsOf(amara);
  if (writes) await writeFile(PARTS, `${JSON.stringify(parts, null, 2)}\n`);
  assert.deepEqual(parts, JSON.parse(await readFile(PARTS, 'utf8')),
    'the page has changed: take its picture anew with TROUPE_PICTURE=write');
  for (const theme of THEMES) {
    const { size } = await stat(`${IMAGES}/call-${theme}.webp`);
    assert.ok(size > 10_000 && size < MOST_OCTETS, `${theme}: ${size} octets`);
  }
  await Promise.all(people.map(({ page }) => page.close()));
});
