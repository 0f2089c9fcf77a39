import assert from 'node:assert/strict';
import test from 'node:test';
import { coverBox, scaleDown } from '../src/background/cover';
import { MaskSmoother, smoothstep } from '../src/background/mask';

/** A mask of 8 by 4 pixels whose right half belongs to a person. */
const half = (likely: number) => Float32Array.from({ length: 32 },
  (_, i) => (i % 8 >= 4 ? likely : 0));

test('a smooth step is flat at both ends', () => {
  assert.equal(smoothstep(0.3, 0.7, 0.1), 0);
  assert.equal(smoothstep(0.3, 0.7, 0.9), 1);
  assert.ok(Math.abs(smoothstep(0.3, 0.7, 0.5) - 0.5) < 1e-9);
  assert.ok(smoothstep(0.3, 0.7, 0.35) < 0.05);
});

test('the first mask is shown at once, with a soft edge', () => {
  const mask = new MaskSmoother(8, 4).smooth(half(1));
  const row = [...mask.subarray(8, 16)];
  assert.deepEqual([row[0], row[1], row[2], row[5], row[6], row[7]],
    [0, 0, 0, 255, 255, 255]);
  assert.deepEqual([row[3], row[4]], [85, 170]);
});

test('corners have the values of their neighbours', () => {
  const mask = new MaskSmoother(8, 4).smooth(new Float32Array(32).fill(1));
  assert.ok(mask.every((x) => x === 255));
});

test('doubtful pixels are background', () => {
  const mask = new MaskSmoother(8, 4).smooth(half(0.29));
  assert.ok(mask.every((x) => x === 0));
});

test('small changes are followed slowly, large ones at once', () => {
  const still = new MaskSmoother(8, 4);
  still.smooth(half(0.8));
  const flicker = still.smooth(half(0.6));
  assert.ok(flicker[15]! > 240, 'an edge does not flicker');
  const moving = new MaskSmoother(8, 4);
  moving.smooth(half(1));
  const gone = moving.smooth(half(0));
  assert.equal(gone[15], 0, 'an arm that moves leaves no trace');
});

test('a constant picture is reached', () => {
  const smoother = new MaskSmoother(8, 4);
  smoother.smooth(half(0));
  let mask = smoother.smooth(half(0.8));
  for (let i = 0; i < 20; i++) mask = smoother.smooth(half(0.8));
  assert.equal(mask[15], 255);
});

test('a picture covers the place, centred, in its own proportions', () => {
  assert.deepEqual(coverBox({ width: 1600, height: 800 },
    { width: 400, height: 400 }), { x: -200, y: 0, width: 800, height: 400 });
  assert.deepEqual(coverBox({ width: 100, height: 100 },
    { width: 200, height: 100 }), { x: 0, y: -50, width: 200, height: 200 });
});

test('large pictures are made smaller, and small ones are kept', () => {
  const most = { width: 1920, height: 1080 };
  assert.deepEqual(scaleDown({ width: 3840, height: 1080 }, most),
    { width: 1920, height: 540 });
  assert.deepEqual(scaleDown({ width: 64, height: 32 }, most),
    { width: 64, height: 32 });
  assert.deepEqual(scaleDown({ width: 100_000, height: 1 }, most),
    { width: 1920, height: 1 });
});
