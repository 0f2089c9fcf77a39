// ffmpeg decodes what an operator forwards of a member in Chromium, as
// docs/forward.md says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const TOKEN = 'a token for testers only';
const FRAMES = 30;

const folder = mkdtempSync(join(tmpdir(), 'troupe-forward-'));
writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });

const stage = useStage('chromium',
  `--admin.token-file=${join(folder, 'token')}`,
  '--rtc.forward-allow=127.0.0.1');

const ask = (room, method, path = '', body = undefined) =>
  fetch(`${stage.server.url}/api/v1/rooms/${room}/forwards${path}`, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}` },
    body: body && JSON.stringify(body),
  });

async function isFree(port) {
  const probe = createSocket('udp4');
  try {
    probe.bind(port, '127.0.0.1');
    await once(probe, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    try { probe.close(); } catch { /* was never open */ }
  }
}

/** The first of four ports that were free a moment ago. */
async function freePorts() {
  return waitFor('four free ports', async () => {
    const first = 20_000 + 2 * Math.floor(Math.random() * 5_000);
    const free = await Promise.all([0, 1, 2, 3].map((k) => isFree(first + k)));
    return free.every(Boolean) && first;
  });
}

/** Runs ffmpeg until it has decoded so many frames of each stream. */
function decode(sdp) {
  const file = join(folder, 'forward.sdp');
  writeFileSync(file, sdp);
  const child = spawn('ffmpeg', ['-hide_banner', '-nostdin',
    '-protocol_whitelist', 'file,udp,rtp', '-i', file,
    '-map', '0:v', '-frames:v', String(FRAMES),
    '-map', '0:a', '-frames:a', String(FRAMES),
    '-progress', 'pipe:1', '-f', 'null', '-'],
  { stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, output: '', code: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => { run.output += chunk; });
  }
  child.on('exit', (code) => { run.code = code; });
  return run;
}

test('ffmpeg decodes a member of Chromium, who notices nothing', async () => {
  const room = stage.newRoom();
  const ada = await stage.join(
    { room, dialect: 'ws', user: 'ada', produce: ['audio', 'video'] });
  const port = await freePorts();
  const begun = await ask(room, 'POST', '',
    { peer: 'ada', address: '127.0.0.1', port });
  assert.equal(begun.status, 201, await begun.clone().text());
  const { id } = await begun.json();
  const { tracks } = await waitFor('both tracks', async () => {
    const now = await (await ask(room, 'GET', `/${id}`)).json();
    return now.tracks.every(({ codec }) => codec) && now;
  });
  assert.deepEqual(tracks.map((x) => [x.kind, x.port, x.rtcpPort]),
    [['audio', port, port + 1], ['video', port + 2, port + 3]]);
  const description = await ask(room, 'GET', `/${id}/sdp`);
  assert.equal(description.headers.get('content-type'), 'application/sdp');
  const run = decode(await description.text());
  let asked = 0;
  try {
    await waitFor('ffmpeg to decode', async () => {
      // ffmpeg may not listen yet when the first one is asked for.
      if (asked++ % 10 === 0) {
        const { status } = await ask(room, 'POST', `/${id}/key-frame`);
        assert.equal(status, 204);
      }
      return run.code !== undefined;
    }, 20_000);
  } catch (error) {
    throw new Error(`${error.message}\n${run.output}`);
  } finally {
    run.child.kill('SIGKILL');
  }
  assert.equal(run.code, 0, run.output);
  const frames = [...run.output.matchAll(/^frame=(\d+)$/gm)].at(-1);
  assert.ok(Number(frames?.[1]) >= FRAMES, run.output);
  assert.match(run.output, /Audio: opus/);
  const names = (await ada.events()).map(({ name }) => name);
  assert.ok(!names.includes('participant-joined'), names.join());
  assert.equal((await ask(room, 'DELETE', `/${id}`)).status, 204);
  assert.equal((await ask(room, 'GET', `/${id}`)).status, 404);
});
