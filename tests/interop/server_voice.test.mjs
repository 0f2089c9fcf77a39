// Data channel messages of the server itself, in real browsers: by the admin
// API in every dialect, and as the bot of mediasoup-demo.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const TOKEN = 'a token for testers only';
const folder = mkdtempSync(join(tmpdir(), 'troupe-'));
writeFileSync(join(folder, 'token'), TOKEN);
after(() => rmSync(folder, { recursive: true }));

const stage = useStage('chromium', `--admin.token-file=${folder}/token`);

async function visit(name, room, reading) {
  const visitor = await stage.visit({
    name, room, frontend: 'data', reading,
  });
  await visitor.press('entered');
  return visitor;
}

/** Makes the server send a message; returns the API's response. */
async function say(room, body, query = '') {
  const answer = await fetch(
    `${stage.server.url}/api/v1/rooms/${room}/messages?${query}`,
    { method: 'POST', body, headers: { Authorization: `Bearer ${TOKEN}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

function listens(visitor, label) {
  return waitFor(`${visitor.name} to listen to ${label}`, () =>
    visitor.press('hears', label));
}

async function hears(visitor, count) {
  await waitFor(`${visitor.name} to hear ${count}`, async () =>
    (await visitor.press('heard')).length >= count);
  return visitor.press('heard');
}

for (const dialect of ['ws', 'events', 'flow', 'rooms', 'legacy', 'current']) {
  test(`a message of the server is received: ${dialect}`, async () => {
    const room = stage.newRoom();
    const ada = await visit('ada', room, dialect);
    // The page is ready for data channels once it has opened one.
    await ada.press('talk', 'chat');
    await say(room, 'the first', 'label=news');
    await listens(ada, 'news');
    await say(room, new Uint8Array([1, 2, 3]), 'label=news&kind=binary');
    await say(room, '', 'label=news');
    await say(room, 'x'.repeat(256 * 1024), 'label=news');
    const all = await hears(ada, 4);
    assert.deepEqual(all.map(({ text }) => text?.slice(0, 9)),
      ['the first', undefined, '', 'xxxxxxxxx']);
    assert.equal(all[1].octets, 3);
    assert.equal(all[3].octets, 256 * 1024);
    for (const { label, from } of all) {
      assert.equal(label, 'news');
      assert.ok(!from);
    }
  });
}

for (const dialect of ['legacy', 'current']) {
  test(`the bot repeats what it receives: ${dialect}`, async () => {
    const room = stage.newRoom();
    const ada = await visit('ada', room, dialect);
    const bob = await visit('bob', room, 'ws');
    await ada.press('talk', 'bot', { appData: { channel: 'bot' } });
    await Promise.all([ada, bob].map((one) => listens(one, 'bot')));
    await ada.press('say', 'bot', 'grüezi');
    for (const one of [ada, bob]) {
      const [{ text, from }] = await hears(one, 1);
      assert.equal(text, 'ada said: "grüezi"');
      assert.ok(!from);
    }
  });
}
