// The recipes of docs/auth.md, as they stand there: the server accepts each token.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { readBlocks } from './support/doc_blocks.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';

const run = promisify(execFile);

/** Debian's Python, which has Debian's python3-jwt. */
const PYTHON = '/usr/bin/python3';

/** The recipes that make a token of a secret: command, file. */
const RECIPES = {
  'Node alone': [process.execPath, 'make_token.mjs'],
  'Node with jsonwebtoken': [process.execPath, 'make_token_jwt.mjs'],
  'Python with PyJWT': [PYTHON, 'make_token.py'],
  'the shell with openssl': ['sh', 'make_token.sh'],
};

let folder;
let server;
let secretFile;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-auth-'));
  for (const [name, text] of Object.entries(await readBlocks('docs/auth.md'))) {
    await writeFile(join(folder, name), text);
  }
  await symlink(`${ROOT}tests/interop/node_modules`, join(folder, 'node_modules'));
  // As the document makes it. The server ignores the line break at the end.
  secretFile = join(folder, 'jwt.secret');
  await writeFile(secretFile, `${randomBytes(32).toString('hex')}\n`);
  await run('sh', ['keys.sh'], { cwd: folder });
  server = await TroupeServer.start([
    '--auth.jwt=hs256,es256', `--auth.jwt-secret-file=${secretFile}`,
    `--auth.jwt-key-file=${join(folder, 'jwt.pem')}`,
  ]);
});

after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

async function makeToken([command, file], key = secretFile) {
  const { stdout } = await run(command, [file, key], { cwd: folder });
  return stdout.trim();
}

/** Another character at this place of a token. */
function tamper(token, part) {
  const parts = token.split('.');
  const text = parts[part];
  const at = Math.floor(text.length / 2);
  parts[part] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') +
    text.slice(at + 1);
  return parts.join('.');
}

/** Opens the WebSocket of the dialect `ws`; returns the HTTP status. */
async function openWs(token, room = 'daily') {
  const query = new URLSearchParams({ auth: token, channelId: room });
  const request = get(`${server.url}/socket?${query}`, {
    headers: {
      connection: 'upgrade', upgrade: 'websocket',
      'sec-websocket-version': 13,
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  const { statusCode, socket } = await new Promise((resolve, reject) => {
    request.on('upgrade', resolve).on('response', resolve).on('error', reject);
  });
  socket.destroy();
  return statusCode;
}

/** Joins in the dialect `events`; returns the member as others see it. */
async function joinEvents(token) {
  const socket = io(server.url, { auth: { token }, reconnection: false });
  try {
    return await new Promise((resolve, reject) => {
      socket.on('connect_error', ({ data }) => resolve(data));
      socket.on('connect', () => socket.timeout(5000)
        .emitWithAck('join-mediasoup-room', { roomId: 'daily' })
        .then(({ participants, error }) => resolve(participants?.[0] ?? error))
        .catch(reject));
    });
  } finally {
    socket.disconnect();
  }
}

for (const [name, recipe] of Object.entries(RECIPES)) {
  test(`the token of ${name} is accepted`, async () => {
    const token = await makeToken(recipe);
    assert.equal(await openWs(token), 101);
    const { name: shown } = await joinEvents(token);
    assert.equal(shown, 'Ann');
  });

  test(`the token of ${name} is refused elsewhere and tampered`, async () => {
    const token = await makeToken(recipe);
    assert.equal(await openWs(token, 'weekly'), 403);
    for (const part of [0, 1, 2]) {
      const other = tamper(token, part);
      assert.equal(await openWs(other), 401, `part ${part}: ${other}`);
      assert.equal((await joinEvents(other)).code, 'unauthorized');
    }
  });
}

for (const [name, [command, file]] of Object.entries(RECIPES).slice(1, 3)) {
  test(`${name} makes a token with a private key`, async () => {
    const text = await readFile(join(folder, file), 'utf8');
    const changed = file.replace('token', 'es256_token');
    await writeFile(join(folder, changed), text.replaceAll('HS256', 'ES256'));
    const token = await makeToken([command, changed], join(folder, 'private.pem'));
    assert.equal(await openWs(token), 101);
  });
}
