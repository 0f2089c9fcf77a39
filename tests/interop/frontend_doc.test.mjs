// The pages of docs/frontend.md, as they stand there, in real browsers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { build } from 'esbuild';
import { io } from 'socket.io-client';
import { Cable } from './support/cable.mjs';
import { readBlocks } from './support/doc_blocks.mjs';
import { ROOT } from './support/server.mjs';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const DOCUMENT = 'docs/frontend.md';
const MOST_LINES = 60;
const DIALECTS = { events: 'http', ws: 'ws' };

const stage = useStage('chromium');
let blocks;
let folder;
const sites = {};

/** Bundles blocks as the document says, with the libraries of these tests. */
async function bundle(...names) {
  const entry = join(folder, 'app.js');
  await writeFile(entry, names.map((name) => blocks[name]).join(''));
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [entry], bundle: true, write: false, logLevel: 'warning',
    nodePaths: [`${ROOT}tests/interop/node_modules`],
  });
  return text;
}

/** Serves the document's page and that bundle. */
async function serve(script) {
  const server = createServer(({ url }, response) => {
    const isScript = url.endsWith('/bundle.js');
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : blocks['index.html']);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-doc-'));
  blocks = await readBlocks(DOCUMENT);
  for (const dialect of Object.keys(DIALECTS)) {
    sites[dialect] = await serve(await bundle(`${dialect}/app.js`));
  }
  sites.more = await serve(await bundle('events/app.js', 'events/more.js'));
});

after(async () => {
  Object.values(sites).forEach((site) => site.close());
  await rm(folder, { recursive: true });
});

/**
 * Opens the document's page for one of the known users. Its preview plays the
 * user's own stream, muted.
 */
function open(dialect, name, room, url = stage.server.url) {
  return stage.visit({
    name, room, mirror: true, frontend: dialect, pages: sites[dialect].origin,
    server: url.replace('http', DIALECTS[dialect] ?? 'http'),
  });
}

/** Joins a room from here, to act on its members. */
async function joinAsHost(room) {
  const socket = io(stage.server.url, { auth: { name: 'host' } });
  await once(socket, 'connect');
  const ask = async (event, data) => {
    const answer = await socket.emitWithAck(event, { roomId: room, ...data });
    assert.equal(answer.error, undefined, event);
    return answer;
  };
  await ask('join-mediasoup-room', {});
  return { ask, close: () => socket.disconnect() };
}

test('the document names the versions that are tried', async () => {
  const text = await readFile(`${ROOT}${DOCUMENT}`, 'utf8');
  const { devDependencies: tried } = JSON.parse(
    await readFile(`${ROOT}tests/interop/package.json`, 'utf8'));
  for (const name of ['esbuild', 'mediasoup-client', 'socket.io-client']) {
    assert.ok(text.includes(`${name}@${tried[name]}`), `${name}@${tried[name]}`);
  }
  for (const [name, version] of Object.entries(tried)) {
    if (!/client/.test(name) || /whip/.test(name)) continue;
    const number = version.replace(/^npm:.*@/, '');
    assert.ok(text.includes(number), `${name} ${number}`);
  }
});

for (const dialect of Object.keys(DIALECTS)) {
  test(`the page of ${dialect} is short`, () => {
    const lines = blocks[`${dialect}/app.js`].trimEnd().split('\n').length;
    assert.ok(lines <= MOST_LINES, `${lines} lines, not ${MOST_LINES}`);
  });

  test(`users of ${dialect} meet, mute, come late and leave`, async () => {
    const room = stage.newRoom();
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map((name) => open(dialect, name, room)));
    await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    await bob.click('#mute');
    await ada.hears();
    await ada.sees('bob');
    await bob.click('#mute');
    const cyn = await open(dialect, 'cyn', room);
    await Promise.all([
      ada.meets('bob', 'cyn'), bob.meets('ada', 'cyn'), cyn.meets('ada', 'bob'),
    ]);
    await bob.click('#leave');
    await Promise.all([ada.hasTilesOf('cyn'), cyn.hasTilesOf('ada')]);
    await bob.hasTilesOf();
    await ada.close();
    await cyn.hasTilesOf();
  });

  test(`a user of ${dialect} comes back after an interruption`, async () => {
    const room = stage.newRoom();
    const cable = await Cable.to(stage.server.url);
    try {
      const ada = await open(dialect, 'ada', room, cable.url);
      const bob = await open(dialect, 'bob', room);
      await Promise.all([ada.meets('bob'), bob.meets('ada')]);
      cable.cut();
      await ada.hasTilesOf();
      cable.mend();
      await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    } finally {
      cable.close();
    }
  });
}

test('users of both dialects meet', async () => {
  const room = stage.newRoom();
  const ada = await open('events', 'ada', room);
  const bob = await open('ws', 'bob', room);
  await Promise.all([ada.meets('bob'), bob.meets('ada')]);
});

test('the page says that a host has muted its user', async () => {
  const room = stage.newRoom();
  const host = await joinAsHost(room);
  try {
    const ada = await open('more', 'ada', room);
    const audio = await waitFor('the microphone', async () =>
      (await host.ask('get-producers')).producers
        .find(({ kind }) => kind === 'audio'));
    const bob = await open('events', 'bob', room);
    await bob.meets('ada');
    await host.ask('mute', { peerId: audio.peerId, kind: 'audio' });
    await bob.hears();
    await waitFor('the note', () => ada.shows('#note', 'A host has muted you'));
    await waitFor('the names', () => ada.shows('title', 'host'));
    await ada.click('#mute');
    await bob.hears('ada');
  } finally {
    host.close();
  }
});
