// A receiver switches layers on request, without a missing frame.
import assert from 'node:assert/strict';
import test from 'node:test';
import { useStage } from './support/stage.mjs';
import { pause, waitFor } from './support/wait.mjs';

const stage = useStage('chromium');

const CAMERA = { width: 1280, height: 720, frameRate: 30 };
const SWITCH_WITHIN_MS = 1000;
const LONGEST_FREEZE_S = 0.5;
const STAY_MS = 3000;
const LEAST_RATE = 8; // frames a second, on a loaded machine

const simulcast = [
  { rid: 'r0', scaleResolutionDownBy: 4, maxBitrate: 200_000,
    scalabilityMode: 'L1T3' },
  { rid: 'r1', scaleResolutionDownBy: 2, maxBitrate: 600_000,
    scalabilityMode: 'L1T3' },
  { rid: 'r2', scaleResolutionDownBy: 1, maxBitrate: 1_500_000,
    scalabilityMode: 'L1T3' },
];

const spatial = [
  ['VP8 simulcast', { codec: 'VP8', encodings: simulcast }],
  ['VP9 L3T3_KEY', { codec: 'VP9', encodings: [
    { scalabilityMode: 'L3T3_KEY', maxBitrate: 2_000_000 }] }],
  ['VP9 L3T3', { codec: 'VP9', encodings: [
    { scalabilityMode: 'L3T3', maxBitrate: 2_000_000 }] }],
  ['AV1 L3T3_KEY', { codec: 'AV1', encodings: [
    { scalabilityMode: 'L3T3_KEY', maxBitrate: 1_000_000 }] }],
  ['AV1 L3T3', { codec: 'AV1', encodings: [
    { scalabilityMode: 'L3T3', maxBitrate: 1_000_000 }] }],
];

for (const [name, sent] of spatial) {
  test(`${name}: a receiver switches to layers 0, 2, 1, 2`, async () => {
    const { ada, bob } = await call(sent);
    await bob.prefer(0);
    await width(bob, 320, 15_000);
    // The sender's highest layer starts when its estimate allows it.
    await waitFor('the highest layer', async () => {
      await bob.prefer(2);
      await pause(1000);
      return (await video(bob)).width === 1280;
    }, 40_000);
    // Until the estimate of the receiver's link allows it, too.
    await pause(STAY_MS);
    await bob.prefer(0);
    await width(bob, 320, 5000);
    await pause(STAY_MS);
    for (const [layer, wide] of [[2, 1280], [1, 640], [2, 1280]]) {
      const before = await video(bob);
      await bob.prefer(layer);
      const took = await width(bob, wide, 5000);
      console.log(`  ${name} to ${layer}: ${took} ms`);
      assert.ok(took <= SWITCH_WITHIN_MS, `${took} ms to layer ${layer}`);
      await pause(STAY_MS);
      const after = await video(bob);
      noFreeze(name, before, after);
      assert.ok(after.frames - before.frames > STAY_MS / 1000 * LEAST_RATE,
        `${after.frames - before.frames} frames decoded at layer ${layer}`);
    }
    assert.equal((await video(bob)).packetsLost, 0);
    void ada;
  });
}

for (const codec of ['VP8', 'VP9', 'AV1']) {
  test(`${codec} L1T3: a receiver switches temporal layers in time`,
    async () => {
      const { bob } = await call({ codec, encodings: [
        { scalabilityMode: 'L1T3', maxBitrate: 1_000_000 }] });
      const rates = [];
      await pause(STAY_MS);
      const before = await video(bob);
      for (const temporal of [0, 2, 1, 2]) {
        await bob.prefer(0, temporal);
        await pause(1000);
        const from = await video(bob);
        await pause(STAY_MS);
        const to = await video(bob);
        rates.push((to.frames - from.frames) / (STAY_MS / 1000));
      }
      console.log(`  ${codec}: ${rates.map((x) => x.toFixed(1))} frames/s`);
      const [base, all, half, again] = rates;
      assert.ok(base < 0.4 * all && base > 0.15 * all, 'the base layer alone');
      assert.ok(half < 0.7 * all && half > 0.35 * all, 'the middle layer');
      assert.ok(again > 0.8 * all, 'all of them again');
      noFreeze(codec, before, await video(bob));
    });
}

async function call(sent) {
  const room = stage.newRoom();
  const dialect = 'events';
  const ada = await stage.join({
    room, dialect, user: 'ada', produce: ['video'], ...CAMERA, ...sent });
  const bob = await stage.join({ room, dialect, user: 'bob', produce: [] });
  await bob.receives(1);
  return { ada, bob };
}

async function video(person) {
  const { inbound } = await person.stats();
  return inbound.find(({ kind }) => kind === 'video');
}

/** Waits for a frame of that width; returns how long that took, in ms. */
async function width(person, wanted, withinMs) {
  const from = performance.now();
  await waitFor(`a picture ${wanted} wide`, async () =>
    (await video(person)).width === wanted, withinMs);
  return Math.round(performance.now() - from);
}

function noFreeze(name, before, after) {
  const seconds = after.freezeSeconds - before.freezeSeconds;
  console.log(`  ${name}: ${after.freezes - before.freezes} freezes, ` +
    `${seconds.toFixed(2)} s, ${after.keyFrames} key frames`);
  assert.ok(seconds <= LONGEST_FREEZE_S, `frozen for ${seconds} s`);
}
