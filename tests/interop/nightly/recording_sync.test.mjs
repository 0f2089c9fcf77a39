// Sound and picture of a recorded file are in step: flashes and beeps of the
// same moments, for ten minutes or SYNC_SECONDS, as ffmpeg finds them in the file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { Flashes } from '../publishers/flashes.mjs';
import { TroupeServer } from '../support/server.mjs';
import { pause, waitFor } from '../support/wait.mjs';

const run = promisify(execFile);

const TOKEN = 'a token for testers only';
const SECONDS = Number(process.env.SYNC_SECONDS ?? 600);
const MEDIAN_MS = 20;
const WORST_MS = 45;
const DRIFT_MS = 10;

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** The times in ms that an ffmpeg filter names so. */
async function times(path, filter, name) {
  const { stderr } = await run('ffmpeg',
    ['-hide_banner', '-nostats', '-i', path, ...filter, '-f', 'null', '-'],
    { maxBuffer: 1 << 26 });
  // The last one is the end of the file.
  return [...stderr.matchAll(new RegExp(`${name}:\\s*([\\d.]+)`, 'g'))]
    .map(([, seconds]) => Number(seconds) * 1000).slice(0, -1);
}

/** How much later than its flash each beep is. */
async function offsets(path) {
  const flashes = await times(path,
    ['-map', '0:v', '-vf', 'blackdetect=d=0.2:pix_th=0.3'], 'black_end');
  const beeps = await times(path,
    ['-map', '0:a', '-af', 'silencedetect=n=-30dB:d=0.2'], 'silence_end');
  return beeps.map((beep) => flashes
    .map((flash) => beep - flash)
    .reduce((a, b) => (Math.abs(a) < Math.abs(b) ? a : b), Infinity))
    .filter((x) => Math.abs(x) < 500);
}

test('a recorded beep is heard when its flash is seen', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-sync-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const recordings = join(folder, 'recordings');
  await mkdir(recordings);
  await writeFile(join(folder, 'token'), TOKEN);
  const server = await TroupeServer.start([`--record.directory=${recordings}`,
    '--record.min-free=0', `--admin.token-file=${join(folder, 'token')}`,
    '--rtc.plain-transports=1']);
  t.after(() => server.stop());
  const ask = async (method, path) => {
    const answer = await fetch(`${server.url}/api/v1${path}`,
      { method, headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const camera = await Flashes.start(server, 'sync');
  t.after(() => camera.stop());
  const { recordingId: id } = await ask('POST', '/rooms/sync/recordings');
  await pause(SECONDS * 1000);
  await ask('POST', `/recordings/${id}/stop`);
  await waitFor('the files', async () =>
    (await ask('GET', `/recordings/${id}`)).state === 'finished');
  const files = (await readdir(recordings, { recursive: true }))
    .filter((x) => x.endsWith('.webm'));
  assert.equal(files.length, 1, files.join());
  const found = await offsets(join(recordings, files[0]));
  assert.ok(found.length > SECONDS * 0.9, `${found.length} beeps`);
  const third = Math.ceil(found.length / 3);
  const middle = median(found);
  const worst = Math.max(...found.map((x) => Math.abs(x)));
  const drift = median(found.slice(-third)) - median(found.slice(0, third));
  console.log(`  ${found.length} beeps: median ${middle.toFixed(1)} ms, ` +
    `worst ${worst.toFixed(1)} ms, drift ${drift.toFixed(1)} ms`);
  assert.ok(Math.abs(middle) <= MEDIAN_MS, `median ${middle} ms`);
  assert.ok(worst <= WORST_MS, `worst ${worst} ms`);
  assert.ok(Math.abs(drift) <= DRIFT_MS, `drift ${drift} ms`);
});
