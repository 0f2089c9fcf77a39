import assert from 'node:assert/strict';
import test from 'node:test';
import {
  layoutGrid, screenBoxes, spotlightBoxes, WIDE_ASPECT,
} from '../src/layout';
import type { Rect } from '../src/layout';

const WINDOWS: Array<[number, number]> = [
  [1440, 800], [1920, 980], [1024, 700], [390, 700], [844, 320], [700, 700],
  [3440, 1300], [320, 480],
];

function inside(rect: Rect, width: number, height: number): boolean {
  const slack = 0.01;
  return rect.x >= -slack && rect.y >= -slack &&
    rect.x + rect.width <= width + slack &&
    rect.y + rect.height <= height + slack;
}

function overlap(a: Rect, b: Rect): boolean {
  const slack = 0.01;
  return a.x + a.width > b.x + slack && b.x + b.width > a.x + slack &&
    a.y + a.height > b.y + slack && b.y + b.height > a.y + slack;
}

function assertTidy(tiles: Rect[], width: number, height: number) {
  for (const [i, tile] of tiles.entries()) {
    assert.ok(tile.width > 0 && tile.height > 0, 'a tile has a size');
    assert.ok(inside(tile, width, height), `${JSON.stringify(tile)} is inside`);
    for (const other of tiles.slice(i + 1)) assert.ok(!overlap(tile, other));
  }
}

test('any count fits any window without overlap', () => {
  for (const [width, height] of WINDOWS) {
    for (let count = 1; count <= 60; count++) {
      const tiles = layoutGrid(count, width, height);
      assert.equal(tiles.length, count);
      assertTidy(tiles, width, height);
    }
  }
});

test('tiles are 16:9 in a wide window', () => {
  for (const count of [1, 2, 5, 9, 30]) {
    for (const tile of layoutGrid(count, 1440, 800)) {
      assert.ok(Math.abs(tile.width / tile.height - WIDE_ASPECT) < 1e-6);
    }
  }
});

test('no other number of columns would give larger tiles', () => {
  const options = { gap: 12, maxAspect: WIDE_ASPECT, minAspect: WIDE_ASPECT };
  for (const [width, height] of WINDOWS) {
    for (let count = 1; count <= 25; count++) {
      const chosen = layoutGrid(count, width, height, options)[0]!;
      for (let columns = 1; columns <= count; columns++) {
        const rows = Math.ceil(count / columns);
        const byWidth = (width - 12 * (columns - 1)) / columns;
        const byHeight = ((height - 12 * (rows - 1)) / rows) * WIDE_ASPECT;
        assert.ok(Math.min(byWidth, byHeight) <= chosen.width + 0.5);
      }
    }
  }
});

test('two people on a phone fill the screen one above the other', () => {
  const [first, second] = layoutGrid(2, 374, 680);
  assert.equal(first!.x, second!.x);
  assert.ok(first!.width > 370);
  assert.ok(first!.height > 300);
});

test('a short last row is centred', () => {
  const tiles = layoutGrid(5, 1440, 800);
  const last = tiles.slice(3);
  const left = last[0]!.x;
  const right = 1440 - (last[1]!.x + last[1]!.width);
  assert.ok(Math.abs(left - right) < 0.01);
});

test('the large tile takes most of the window and overlaps no other', () => {
  for (const [width, height] of WINDOWS) {
    for (const count of [1, 2, 6, 7, 20]) {
      const { stage, strip } = spotlightBoxes(count, width, height);
      assertTidy([stage, strip], width, height);
      assert.ok(stage.width * stage.height >= 0.4 * width * height);
    }
    const alone = spotlightBoxes(0, width, height);
    assert.deepEqual(alone.stage, { x: 0, y: 0, width, height });
  }
});

/** How wide a screen of 16:10 is shown in a box. */
const screenIn = ({ width, height }: Rect) => Math.min(width, height * 1.6);

test('a screen is never smaller than in the spotlight of a person', () => {
  for (const [width, height] of WINDOWS) {
    for (const count of [0, 1, 2, 6, 7, 20]) {
      const { stage, strip } = screenBoxes(count, width, height);
      const boxes = strip.width * strip.height > 0 ? [stage, strip] : [stage];
      assertTidy(boxes, width, height);
      assert.ok(screenIn(stage) >=
        screenIn(spotlightBoxes(count, width, height).stage));
    }
  }
});

test('beside an open panel the others go below the screen', () => {
  const { stage, strip } = screenBoxes(3, 556, 450);
  assert.ok(screenIn(stage) >= 500);
  assert.ok(strip.y > stage.height && strip.height >= 76);
});

test('in a large window the others stay beside the screen', () => {
  const { strip } = screenBoxes(3, 1400, 760);
  assert.ok(strip.x > 0);
  assert.equal(strip.height, 760);
});

test('the others go when the screen could not be read beside them', () => {
  const { stage, strip } = screenBoxes(3, 304, 180);
  assert.deepEqual(stage, { x: 0, y: 0, width: 304, height: 180 });
  assert.equal(strip.height, 0);
});

test('an empty list has an empty layout', () => {
  assert.deepEqual(layoutGrid(0, 800, 600), []);
});
