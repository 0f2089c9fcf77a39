import assert from 'node:assert/strict';
import test from 'node:test';
import {
  cornerBox, cornerToward, cornerWords, nearestCorner, nextCorner,
  type Corner,
} from '../src/corner';

const STAGES = [
  { width: 1248, height: 640 }, { width: 374, height: 600 },
  { width: 304, height: 380 }, { width: 800, height: 240 },
];
const CORNERS: Corner[] =
  ['top-left', 'top-right', 'bottom-left', 'bottom-right'];

test('a picture is inside of the stage in each corner, and small', () => {
  for (const stage of STAGES) {
    for (const corner of CORNERS) {
      const { x, y, width, height } = cornerBox(corner, stage);
      assert.ok(x >= 0 && y >= 0);
      assert.ok(x + width <= stage.width && y + height <= stage.height);
      assert.ok(width * height < stage.width * stage.height / 4);
      assert.ok(width >= 88, 'its buttons have room');
    }
  }
});

test('a picture glides to the corner that it is nearest to', () => {
  for (const stage of STAGES) {
    for (const corner of CORNERS) {
      const box = cornerBox(corner, stage);
      const moved = { ...box, x: box.x + 8, y: box.y - 8 };
      assert.equal(nearestCorner(moved, stage), corner);
    }
  }
});

test('the middle of a picture tells which corner is the nearest', () => {
  const stage = { width: 800, height: 600 };
  const size = { width: 200, height: 100 };
  assert.equal(nearestCorner({ x: 301, y: 251, ...size }, stage),
    'bottom-right');
  assert.equal(nearestCorner({ x: 299, y: 249, ...size }, stage), 'top-left');
});

test('arrows lead from corner to corner, and stop at the edge', () => {
  assert.equal(cornerToward('bottom-right', 'up'), 'top-right');
  assert.equal(cornerToward('top-right', 'left'), 'top-left');
  assert.equal(cornerToward('top-left', 'left'), 'top-left');
  assert.equal(cornerToward('top-left', 'down'), 'bottom-left');
});

test('the next corner leads round all four', () => {
  const seen: Corner[] = ['bottom-right'];
  while (seen.length < 5) seen.push(nextCorner(seen.at(-1)!));
  assert.equal(new Set(seen).size, 4);
  assert.equal(seen[4], seen[0]);
  assert.equal(cornerWords('top-left'), 'the upper left corner');
});
