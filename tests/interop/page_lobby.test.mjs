// The page's lobby: names of rooms.
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

const openRoom = (room) =>
  PageVisitor.open(chromium, server.url, { room, size: SIZE });

async function openPage(url) {
  const page = await chromium.newWindow();
  await page.setViewport(SIZE);
  await page.goto(url);
  return new PageVisitor(page);
}

const saidBy = ({ page }) => page.evaluate(() =>
  [...document.querySelectorAll('.form-error')]
    .filter((box) => !box.hidden).map((box) => box.innerText).join('\n'));

const errorOf = (visitor) => waitFor('an error in words', () =>
  saidBy(visitor));

async function tryToJoin(visitor, name = 'Bob') {
  await visitor.page.locator('#name').fill(name);
  await visitor.page.locator('form button[type="submit"]').click();
  return errorOf(visitor);
}

test('a new room has a name that nobody guesses', async () => {
  const names = new Set();
  for (let i = 0; i < 2; i++) {
    const { page } = await openPage(server.url);
    const name = await page.locator('#room').map(({ value }) => value).wait();
    assert.match(name, /^([a-z]{3,7}-){5}[a-z]{3,7}$/);
    names.add(name);
    await page.screenshot({ path: `${SHOTS}/lobby-new.png` });
    await page.close();
  }
  assert.equal(names.size, 2);
});

test('a name that cannot be used leads to no other room', async () => {
  const visitor = await openRoom('🎭');
  const { page } = visitor;
  assert.match(await errorOf(visitor), /“🎭” cannot be a room’s name/);
  assert.equal(await page.$eval('#room', ({ value }) => value), '🎭');
  assert.match(await tryToJoin(visitor), /cannot be a room’s name/);
  assert.equal(await page.$('.toolbar'), null);
  assert.equal(await page.$eval('.room-row .button', ({ disabled }) => disabled),
    true);
  await visitor.screenshot(`${SHOTS}/lobby-room.png`);
  await page.locator('#room').fill('Second Stage');
  assert.equal(await saidBy(visitor), '');
  await visitor.join();
  assert.equal(page.url(), `${server.url}/?room=second-stage`);
  await page.close();
});
