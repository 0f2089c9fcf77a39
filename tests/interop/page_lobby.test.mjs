// The page's lobby: names of rooms, and what it says when joining fails.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };
/** A name that means this host, but is not one that browsers trust. */
const ELSEWHERE = 'meet.test';

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start(['--room.max-members=2',
    `--http.allowed-origins=http://${ELSEWHERE}:*`]);
  chromium = await launchChromium({
    flags: [`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`],
  });
});

after(async () => {
  await chromium?.close();
  // It may have been draining, and have ended with its last member.
  server?.drain();
  await server?.ended();
});

const openRoom = (room, at = server) =>
  PageVisitor.open(chromium, at.url, { room, size: SIZE, small: true });

async function openPage(url, prepare) {
  const page = await chromium.newWindow();
  await page.setViewport(SIZE);
  if (prepare) await page.evaluateOnNewDocument(prepare);
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

/** A member of a room by the server's own Socket.IO client, without media. */
async function enterBare(room) {
  const { page } = await openPage(`${server.url}/?room=elsewhere`);
  await page.addScriptTag({ url: `${server.url}/socket.io/socket.io.js` });
  await page.evaluate(async (roomId) => {
    window.bare = window.io({ auth: { name: 'Ann' } });
    await window.bare.emitWithAck('join-mediasoup-room', { roomId });
  }, room);
  return {
    ask: (name) => page.evaluate((event) =>
      window.bare.emitWithAck(event, {}), name),
    close: () => page.close(),
  };
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

test('a pending question of the browser is named', async () => {
  const { page } = await openPage(`${server.url}/?room=asking`, () => {
    const asked = navigator.mediaDevices.getUserMedia
      .bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) =>
      new Promise((resolve, reject) => {
        window.answer = () => asked(wanted).then(resolve, reject);
      });
    navigator.permissions.query = async () => ({ state: 'prompt' });
  });
  const hint = () => page.$eval('.preview-hint', (box) =>
    (box.hidden ? '' : box.innerText));
  await waitFor('the hint', async () =>
    /Waiting for permission to use your camera/.test(await hint()));
  assert.doesNotMatch(await hint(), /is off/);
  await page.screenshot({ path: `${SHOTS}/lobby-permission.png` });
  await page.evaluate(() => window.answer());
  await waitFor('the picture', async () => await hint() === '');
  await page.close();
});

test('plain http from another host says one thing', async () => {
  const { port } = new URL(server.url);
  const { page } = await openPage(`http://${ELSEWHERE}:${port}/?room=plain`);
  await page.locator('::-p-text(This address is not secure)').wait();
  assert.equal(await page.$('form'), null);
  assert.match(await page.$eval('#app', ({ innerText }) => innerText),
    /^This address is not secure\s+Browsers [^]*tls-certificate\)\.$/);
  await page.screenshot({ path: `${SHOTS}/not-secure.png` });
  await page.close();
});

test('a locked and a full room say what to do', async () => {
  const host = await enterBare('closed');
  await host.ask('lock-room');
  const bob = await openRoom('closed');
  assert.match(await tryToJoin(bob), /This room is locked\s+Ask someone inside/);
  await bob.screenshot(`${SHOTS}/lobby-locked.png`);
  await bob.page.close();
  await host.close();

  const members = [await enterBare('small'), await enterBare('small')];
  const late = await openRoom('small');
  assert.match(await tryToJoin(late), /This room is full/);
  await late.page.close();
  for (const member of members) await member.close();
});

test('a draining server says that it is about to restart', async () => {
  const host = await enterBare('going-on');
  server.drain();
  const late = await openRoom('another');
  assert.match(await tryToJoin(late), /about to restart\s+Try again/);
  await late.screenshot(`${SHOTS}/lobby-draining.png`);
  await late.page.close();
  server.assertAlive();
  await host.ask('get-producers');
});
