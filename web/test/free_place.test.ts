import assert from 'node:assert/strict';
import test from 'node:test';
import { freePlace } from '../src/free_place';

const AREA = { x: 10, y: 10, width: 400, height: 300 };
const NOTE = { width: 100, height: 40 };

test('a free area has the note in the middle of its lower edge', () => {
  assert.deepEqual(freePlace(NOTE, AREA, []), { x: 160, y: 270 });
});

test('the note goes above a row of buttons', () => {
  const row = { x: 0, y: 250, width: 500, height: 80 };
  assert.deepEqual(freePlace(NOTE, AREA, [row]), { x: 160, y: 206 });
});

test('the note goes beside a button in the middle', () => {
  const button = { x: 150, y: 10, width: 120, height: 300 };
  assert.deepEqual(freePlace(NOTE, AREA, [button]), { x: 10, y: 270 });
  const left = { x: 10, y: 10, width: 40, height: 300 };
  assert.deepEqual(freePlace(NOTE, AREA, [button, left]), { x: 310, y: 270 });
});

test('without a free place the note covers as little as it can', () => {
  const all = { x: 0, y: 0, width: 500, height: 400 };
  const low = { x: 0, y: 150, width: 500, height: 200 };
  const { y } = freePlace(NOTE, AREA, [all, low]);
  assert.ok(y + NOTE.height <= 150);
});

test('a note that is larger than the area begins where it begins', () => {
  const place = freePlace({ width: 900, height: 900 }, AREA, []);
  assert.deepEqual(place, { x: 10, y: 10 });
});
