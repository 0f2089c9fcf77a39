// The conference page says what the server and its operator do.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const TOKEN = 'a token for testers only';

let folder;
let server;
let chromium;

const start = () => TroupeServer.start(
  [`--admin.token-file=${join(folder, 'token')}`]);

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'troupe-notices-'));
  await writeFile(join(folder, 'token'), TOKEN);
  server = await start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function enter(context, name, room, { url } = server) {
  const visitor = await PageVisitor.enter(chromium, url,
    { name, room, size: DESK, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  return visitor;
}

/** A request of the server's operator. */
async function operate(method, path, body) {
  const answer = await fetch(`${server.url}/api/v1/rooms/${path}`, {
    method, body, headers: { Authorization: `Bearer ${TOKEN}` },
  });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.status === 204 ? undefined : answer.json();
}

const shows = (visitor, selector, text) => waitFor(`"${text}"`, () =>
  visitor.page.$$eval(selector, (all, words) => all.some((node) =>
    !node.hidden && node.textContent.includes(words)), text));

const isLocked = (visitor) => visitor.page.$eval('.pill.locked',
  ({ hidden }) => !hidden);

test('what the operator does is said', async (context) => {
  const room = 'operated';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await Promise.all([ada.sees(), bob.sees()]);

  await context.test('the room is locked and unlocked', async () => {
    assert.equal(await isLocked(bob), false);
    await operate('POST', `${room}/lock`);
    await bob.reads('locked the room');
    await waitFor('the sign', () => isLocked(bob));
    await bob.screenshot(`${SHOTS}/call-locked.png`);
    await operate('DELETE', `${room}/lock`);
    await waitFor('no sign', async () => !await isLocked(bob));
  });

  await context.test('a muted user is told, and may unmute', async () => {
    const { peers } = await operate('GET', `${room}/peers`);
    const { id } = peers.find(({ name }) => name === 'Bob');
    await operate('POST', `${room}/peers/${id}/mute?kind=audio`);
    await bob.reads('muted you');
    await waitFor('the mute mark', () => ada.otherTile('data-muted'));
    await bob.press('Unmute');
    await waitFor('the voice', async () => !await ada.otherTile('data-muted'));
  });

  await context.test('a message of the server stays until it is read',
    async () => {
      const text = 'The hall <b>closes</b> in five minutes';
      const say = (body) =>
        operate('POST', `${room}/messages?label=news`, body);
      // The first opens the channel, and does not wait long for followers.
      await say('Welcome');
      const { peers } = await operate('GET', `${room}/peers`);
      for (const { id } of peers) {
        await waitFor('a follower of the channel', async () => JSON.stringify(
          await operate('GET', `${room}/peers/${id}/stats`)).includes('news'));
      }
      await say(text);
      for (const one of [ada, bob]) await shows(one, '.notice-text', text);
      await bob.screenshot(`${SHOTS}/call-message.png`);
      await bob.page.$$eval('.notice .icon-button', (all) =>
        all.forEach((button) => button.click()));
      assert.equal(await bob.page.$('.notice'), null);
      await bob.press('Chat');
      assert.equal((await bob.said()).at(-1), text);
      await bob.press('Close the panel');
    });
});

test('a server that drains says when the call ends', async (context) => {
  const old = await start();
  const ada = await enter(context, 'Ada', 'drained', old);
  old.drain();
  await shows(ada, '.notice-text', 'This server stops in 60 minutes');
  await ada.screenshot(`${SHOTS}/call-draining.png`);
  const late = await PageVisitor.open(chromium, old.url,
    { room: 'drained', size: DESK });
  await late.page.locator('#name').fill('Bob');
  await late.join();
  await shows(late, '.notice-text', 'This server stops in');
  await late.page.close();
  await ada.page.close();
  await old.ended();
});
