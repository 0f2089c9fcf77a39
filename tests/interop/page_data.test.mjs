// The conference page: chat, reactions, raised hands, files.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
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
const PHONE = { width: 390, height: 844 };
const FILE_BYTES = 5 * 1024 * 1024;

let server;
let chromium;
let folder;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'troupe-files-'));
  server = await TroupeServer.start();
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
  context.after(() => visitor.page.close());
  return visitor;
}

async function write(visitor, text) {
  await visitor.page.locator('.chat-form textarea').fill(text);
  // The button beside it is "Send a file".
  await visitor.page.locator('.chat-form button.send').click();
}

async function sendFile(visitor, name, content) {
  const path = join(folder, name);
  await writeFile(path, content);
  const chooser = await visitor.page.$('.chat-form input[type="file"]');
  await chooser.uploadFile(path);
}

/** Clicks an item of the open menu. */
async function turnHand(visitor, way) {
  const button = await visitor.page.waitForSelector('.react-menu button.hand');
  assert.equal(await button.evaluate(({ textContent }) => textContent),
    `${way} your hand`);
  await button.click();
}

const hands = (visitor) => visitor.page.$$eval('.tile[data-hand] .name',
  (all) => all.map(({ textContent }) => textContent));

/** The SHA-256 of each file whose link is in the chat. */
const fileHashes = (visitor) => visitor.page.$$eval('.file a[download]',
  (links) => Promise.all(links.map(async ({ href }) => {
    const bytes = await (await fetch(href)).arrayBuffer();
    const hash = await crypto.subtle.digest('SHA-256', bytes);
    return [...new Uint8Array(hash)]
      .map((byte) => byte.toString(16).padStart(2, '0')).join('');
  })));

function noise(length) {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

test('three users communicate by data channels', async (context) => {
  const room = 'talk';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await Promise.all([ada.sees(), bob.sees()]);
  let cyn;

  await context.test('a chat message arrives as plain text', async () => {
    await ada.press('Chat');
    await write(ada, 'Hello <img src=x onerror="document.title=1"> Bob');
    await bob.reads('Ada: Hello');
    await bob.press('Chat, 1 new');
    assert.deepEqual(await bob.said(),
      ['Hello <img src=x onerror="document.title=1"> Bob']);
    assert.equal(await bob.page.$('.said img'), null);
    await write(bob, 'Good morning!');
    await waitFor('the answer', async () =>
      (await ada.said()).at(-1) === 'Good morning!');
  });

  await context.test('late joiners see a raised hand, too', async () => {
    await bob.press('React');
    await turnHand(bob, 'Raise');
    await waitFor('the hand', async () => (await hands(ada))[0] === 'Bob');
    cyn = await enter(context, 'Cyn', room);
    await waitFor('the hand', async () => (await hands(cyn))[0] === 'Bob');
    await bob.press('React');
    await bob.screenshot(`${SHOTS}/call-react.png`);
    await turnHand(bob, 'Lower');
    for (const one of [ada, bob, cyn]) {
      await waitFor('no hand', async () => (await hands(one)).length === 0);
    }
  });

  await context.test('a reaction appears over the tile and goes', async () => {
    const signs = () => ada.page.evaluate(() => [...document
      .querySelectorAll('.tile:not([data-self]) .reaction')]
      .map(({ textContent }) => textContent));
    await bob.press('React');
    await bob.press('React 👍');
    await waitFor('the sign', async () => (await signs())[0] === '👍');
    await waitFor('the sign to go', async () => (await signs()).length === 0);
  });

  await context.test('a file of 5 MB arrives unchanged', async () => {
    const content = noise(FILE_BYTES);
    const hash = createHash('sha256').update(content).digest('hex');
    await sendFile(ada, 'noise.bin', content);
    await cyn.page.keyboard.press('c');
    for (const one of [bob, cyn]) {
      await waitFor('the file', async () =>
        (await fileHashes(one)).includes(hash), 60_000);
    }
    await bob.screenshot(`${SHOTS}/call-chat.png`);
    await bob.page.setViewport(PHONE);
    await bob.screenshot(`${SHOTS}/call-chat-phone.png`);
  });

  await context.test('a chat message does not wait behind a file', async () => {
    await sendFile(ada, 'more.bin', noise(FILE_BYTES));
    await write(ada, 'quick');
    await waitFor('the word', async () =>
      (await bob.said()).at(-1) === 'quick', 5000);
  });

  await context.test('a larger file is refused before it is sent', async () => {
    await sendFile(ada, 'large.bin', noise(FILE_BYTES + 1));
    await waitFor('the refusal', () => ada.page.$$eval('.file[data-failed]',
      (all) => all.some(({ textContent }) => textContent.includes('5 MB'))));
  });

  await context.test('received content does not open by itself', async () => {
    for (const { page } of [ada, bob, cyn]) {
      assert.ok(page.url().startsWith(server.url));
      assert.match(await page.title(), /Troupe/);
    }
  });
});

test('calls work without data channels', async (context) => {
  const plain = await TroupeServer.start(['--rtc.sctp=off']);
  context.after(() => plain.stop());
  const ada = await enter(context, 'Ada', 'plain', plain);
  const bob = await enter(context, 'Bob', 'plain', plain);
  await Promise.all([ada.sees(), bob.sees()]);
  await ada.press('This server has no chat');
  await ada.reads('This server has no chat');
});
