import assert from 'node:assert/strict';
import test from 'node:test';
import { codecFrom, encodingsOf } from '../src/encodings';

const scales = (width?: number) => encodingsOf('camera', 'vp8', width)
  .map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
const rates = (width?: number) => encodingsOf('camera', 'vp8', width)
  .map(({ maxBitrate }) => maxBitrate);

test('a camera is sent in three layers, each twice the last', () => {
  assert.deepEqual(scales(1280), [4, 2, 1]);
  assert.deepEqual(scales(), [4, 2, 1]);
  const [small, middle, large] = rates(1280);
  assert.ok(small! < middle! && middle! < large!);
});

test('a small camera is sent in fewer layers, with rates to match', () => {
  assert.deepEqual(scales(640), [2, 1]);
  assert.deepEqual(rates(640), rates(1280).slice(0, 2));
  assert.deepEqual(scales(320), [1]);
  assert.deepEqual(rates(320), rates(1280).slice(0, 1));
  assert.deepEqual(scales(160), [1]);
});

test('a large camera is sent in at most three layers', () => {
  assert.deepEqual(scales(3840), [4, 2, 1]);
  assert.ok(rates(3840).every((rate) => rate! > 0));
});

test('a screen has layers of its own', () => {
  const screen = encodingsOf('screen', 'vp8', 1920);
  assert.equal(screen.length, 2);
  assert.equal(encodingsOf('screen', 'vp8', 320).length, 1);
  assert.ok(screen.at(-1)!.maxBitrate! >= 2_000_000);
});

test('VP9 is sent as one stream with layers inside', () => {
  const [only, ...none] = encodingsOf('camera', 'vp9', 1280);
  assert.equal(none.length, 0);
  assert.equal(only!.scalabilityMode, 'L3T3_KEY');
  assert.equal(encodingsOf('screen', 'vp9').length, 1);
});

test('the address may request a codec; an unknown one is ignored', () => {
  assert.equal(codecFrom('?room=a&codec=VP9'), 'vp9');
  assert.equal(codecFrom('?codec=<b>'), 'vp8');
  assert.equal(codecFrom(''), 'vp8');
});
