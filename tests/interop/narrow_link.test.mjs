// A receiver's link becomes ten times narrower and wide again: the video gets
// smaller, recovers, and hardly freezes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { NarrowLink } from './support/narrow_link.mjs';
import { useStage } from './support/stage.mjs';
import { pause, waitFor } from './support/wait.mjs';

const WIDE = 3_000_000;
const NARROW = 300_000;
const QUEUE_MS = 250;

const CAMERA = { width: 960, height: 540, frameRate: 20 };
const TOP = CAMERA.width;
const ENCODINGS = [
  { rid: 'r0', scaleResolutionDownBy: 4, maxBitrate: 120_000 },
  { rid: 'r1', scaleResolutionDownBy: 2, maxBitrate: 450_000 },
  { rid: 'r2', scaleResolutionDownBy: 1, maxBitrate: 1_300_000 },
];

const DOWN_WITHIN_MS = 3000;
const STAY_MS = 12_000;
const BACK_WITHIN_MS = 15_000;
const LONGEST_FREEZE_S = 1;

const TOKEN = 'a token for testers only';
const folder = mkdtempSync(join(tmpdir(), 'troupe-admin-'));
writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });

const stage = useStage(
  'chromium', `--admin.token-file=${join(folder, 'token')}`);
const links = [];
after(() => {
  links.forEach((link) => link.close());
  rmSync(folder, { recursive: true });
});

test('video follows a link of 3 Mbit/s, 300 kbit/s and 3 Mbit/s', async () => {
  const room = stage.newRoom();
  const dialect = 'events';
  const link = await NarrowLink.to(stage.server.rtcPort,
    { bitsPerSecond: WIDE, queueMs: QUEUE_MS });
  links.push(link);
  await stage.join({ room, dialect, user: 'ada', ...CAMERA,
    codec: 'VP8', encodings: ENCODINGS });
  const bob = await stage.join({ room, dialect, user: 'bob', produce: [],
    viaPort: link.port });
  await bob.receives(2);
  await width(bob, (x) => x === TOP, 40_000);
  await pause(5000);
  const from = Date.now();

  const before = await video(bob);
  assert.equal(before.width, TOP);
  link.bitsPerSecond = NARROW;
  const down = await width(bob, (x) => x <= TOP / 4, DOWN_WITHIN_MS);
  // The lower layer must also last.
  const narrowed = performance.now();
  while (performance.now() - narrowed < STAY_MS) {
    assert.ok((await video(bob)).width < TOP, 'more than the link carries');
    await pause(500);
  }
  const low = await video(bob);
  const freezeDown = low.freezeSeconds - before.freezeSeconds;
  link.bitsPerSecond = WIDE;
  const back = await width(bob, (x) => x === TOP, BACK_WITHIN_MS);
  await pause(3000);
  const end = await video(bob);
  const frozen = end.freezeSeconds - before.freezeSeconds;
  console.log(`  down after ${down} ms, back after ${back} ms, frozen for ` +
    `${frozen.toFixed(2)} s in all (${freezeDown.toFixed(2)} s while narrow, ` +
    `${end.freezes - before.freezes} times), ${link.dropped} of ` +
    `${link.dropped + link.passed} datagrams dropped, longest wait ` +
    `${link.longestWaitMs.toFixed(0)} ms`);
  const decisions = await decisionsAbout(room, 'bob');
  for (const { timestamp, reason, ...rest } of decisions) {
    console.log(`  ${((timestamp - from) / 1000).toFixed(1)} s: ${reason} ` +
      `${JSON.stringify(rest)}`);
  }
  assert.ok(decisions.some(({ timestamp, reason, spatialLayer }) =>
    timestamp > from && reason === 'link' && spatialLayer === 0),
  'the server cannot say why');
  assert.equal(end.width, TOP);
  assert.ok(frozen < LONGEST_FREEZE_S, `frozen for ${frozen} s`);
  await audioGoesOn(bob);
});

/** The server's decisions about the only video that a receiver gets. */
async function decisionsAbout(room, user) {
  const { peers } = await ask(`/rooms/${room}/peers`);
  const receiver = peers.find(({ producers }) => producers.length === 0);
  const at = `/rooms/${room}/peers/${encodeURIComponent(receiver.id)}`;
  const { stats } = await ask(`${at}/stats`);
  const stream = stats.find(({ type, kind }) =>
    type === 'outbound-rtp' && kind === 'video');
  const { decisions } = await ask(`${at}/consumers/${stream.id}/explain`);
  assert.ok(decisions.length > 0, `no decision about ${user}`);
  return decisions;
}

async function ask(path) {
  const answer = await fetch(`${stage.server.url}/api/v1${path}`,
    { headers: { authorization: `Bearer ${TOKEN}` } });
  assert.equal(answer.status, 200, path);
  return answer.json();
}

async function video(person) {
  const { inbound } = await person.stats();
  return inbound.find(({ kind }) => kind === 'video');
}

/** Waits for a frame of a fitting width; returns how long that took, in ms. */
async function width(person, fits, withinMs) {
  const from = performance.now();
  await waitFor('a picture of that width', async () =>
    fits((await video(person)).width), withinMs);
  return Math.round(performance.now() - from);
}

/** A narrow link must not cost audio. */
async function audioGoesOn(person) {
  const { inbound } = await person.stats();
  const { packets, packetsLost } = inbound.find(({ kind }) =>
    kind === 'audio');
  console.log(`  audio: ${packetsLost} of ${packets + packetsLost} lost`);
  assert.ok(packetsLost < 0.05 * packets, `${packetsLost} packets lost`);
}
