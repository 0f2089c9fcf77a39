// What real clients send is recorded: Chromium and FFmpeg's WHIP muxer in one
// room. ffprobe and ffmpeg read the files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { promisify } from 'node:util';
import { PROGRAMS } from '../publishers/programs.mjs';
import { launchChromium } from '../support/browsers.mjs';
import { servePages } from '../support/pages.mjs';
import { Participant } from '../support/participant.mjs';
import { Publisher } from '../support/publisher.mjs';
import { TroupeServer } from '../support/server.mjs';
import { pause, waitFor } from '../support/wait.mjs';

const run = promisify(execFile);

const TOKEN = 'a token for testers only';
const RECORDED_MS = 8000;
/** A file may begin, and end, so much later or earlier than it was asked to. */
const SLACK_MS = 1500;
/** What a crash may cost. */
const LOST_MS = 2500;

let folder;
let flags;
let pages;
let chromium;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'troupe-recording-'));
  await writeFile(join(folder, 'token'), TOKEN);
  await mkdir(join(folder, 'recordings'));
  flags = [`--record.directory=${join(folder, 'recordings')}`,
    '--record.min-free=0', `--admin.token-file=${join(folder, 'token')}`];
  pages = await servePages();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  pages?.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(server, method, path) {
  const answer = await fetch(`${server.url}/api/v1${path}`,
    { method, headers: { Authorization: `Bearer ${TOKEN}` } });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Ada's browser and a program are in the room, and send. */
async function fill(context, server, room) {
  const ada = await Participant.join(chromium, { origin: pages.origin,
    server: server.url, room, dialect: 'ws', user: 'ada' });
  context.after(() => ada.close().catch(() => undefined));
  const publisher = new Publisher(PROGRAMS.FFmpeg,
    `${server.url}/whip/${room}/cam`);
  context.after(() => publisher.kill());
  await ada.receives(2);
}

const state = async (server, id) => (await ask(server, 'GET',
  `/recordings/${id}`)).state;

/** Downloads the parts, and returns what ffprobe says of each. */
async function probeParts(server, id) {
  const { parts } = await ask(server, 'GET', `/recordings/${id}`);
  return Promise.all(parts.map(async (part) => {
    const answer = await fetch(
      `${server.url}/api/v1/recordings/${id}/files/${part.file}`,
      { headers: { Authorization: `Bearer ${TOKEN}` } });
    assert.equal(answer.status, 200, part.file);
    const path = join(folder, part.file);
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const { stdout } = await run('ffprobe', ['-v', 'error', '-of', 'json',
      '-show_entries', 'format=duration:stream=codec_name', path]);
    const { format, streams } = JSON.parse(stdout);
    // By the file's own clock: in units of a frame's length, two frames of a
    // browser may be at one time, of which ffmpeg complains.
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', path,
      '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-']);
    return { part, ms: format.duration * 1000, complaints: stderr,
      codecs: streams.map(({ codec_name: codec }) => codec).sort().join() };
  }));
}

function assertParts(found, leastMs, mostMs) {
  assert.deepEqual(found.map(({ part }) => part.peerId).sort(), ['ada', 'cam']);
  for (const { part, ms, codecs, complaints } of found) {
    console.log(`  ${part.file}: ${codecs}, ${ms} ms`);
    assert.ok(['opus,vp8', 'h264,opus'].includes(codecs), codecs);
    assert.equal(complaints, '', part.file);
    const end = part.startOffsetMs + ms;
    assert.ok(end > leastMs && end < mostMs, `${part.file} ends at ${end} ms`);
    assert.ok(part.startOffsetMs < SLACK_MS, `begins at ${part.startOffsetMs}`);
  }
}

test('what a browser and FFmpeg send is recorded', async (t) => {
  const server = await TroupeServer.start(flags);
  t.after(() => server.stop());
  await fill(t, server, 'whole');
  const began = performance.now();
  const { recordingId: id } = await ask(server, 'POST', '/rooms/whole/recordings');
  await pause(RECORDED_MS);
  await ask(server, 'POST', `/recordings/${id}/stop`);
  const lasted = performance.now() - began;
  await waitFor('the files', async () => await state(server, id) === 'finished');
  assertParts(await probeParts(server, id), lasted - SLACK_MS,
    lasted + SLACK_MS);
});

test('what a killed server has recorded is finished by the next', async (t) => {
  let server = await TroupeServer.start(flags);
  t.after(() => server.stop());
  await fill(t, server, 'torn');
  const began = performance.now();
  const { recordingId: id } = await ask(server, 'POST', '/rooms/torn/recordings');
  await pause(RECORDED_MS);
  const lasted = performance.now() - began;
  await server.kill();
  server = await TroupeServer.start(flags);
  await waitFor('the repair', async () => await state(server, id) !== 'recording');
  assert.equal(await state(server, id), 'recovered');
  assertParts(await probeParts(server, id), lasted - LOST_MS - SLACK_MS,
    lasted + SLACK_MS);
});
