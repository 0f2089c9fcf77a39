import assert from 'node:assert/strict';
import test from 'node:test';
import { layoutGrid, spotlightBoxes } from '../src/layout';
import { neighbour, type Direction, type Place } from '../src/neighbour';

const grid = (count: number): Place[] => layoutGrid(count, 1200, 700)
  .map((box, index) => ({ id: String(index), box }));

/** The ids that are passed on the way in these directions. */
function walk(places: Place[], from: string, ways: Direction[]): string[] {
  let at = from;
  return ways.map((way) => (at = neighbour(places, at, way) ?? at));
}

test('arrows go from tile to tile in a grid', () => {
  assert.deepEqual(walk(grid(9), '0',
    ['right', 'right', 'down', 'left', 'up', 'left']),
  ['1', '2', '5', '4', '1', '0']);
});

test('there is nothing beyond the edge', () => {
  const places = grid(4);
  assert.equal(neighbour(places, '0', 'left'), undefined);
  assert.equal(neighbour(places, '0', 'up'), undefined);
  assert.equal(neighbour(places, '3', 'down'), undefined);
  assert.equal(neighbour(places, '3', 'right'), undefined);
  assert.equal(neighbour(places, 'away', 'right'), undefined);
});

test('a short last row is reached from above', () => {
  assert.deepEqual(walk(grid(8), '0', ['down', 'down', 'right']),
    ['3', '6', '7']);
});

test('each tile can be reached from each other one', () => {
  const { stage, strip } = spotlightBoxes(4, 1200, 700);
  const rows = [0, 1, 2, 3].map((row) => ({
    id: String(row),
    box: { ...strip, y: row * 175, height: 170 },
  }));
  for (const places of [grid(7), [{ id: 'main', box: stage }, ...rows]]) {
    const reached = new Set([places[0]!.id]);
    for (const id of reached) {
      for (const way of ['left', 'right', 'up', 'down'] as const) {
        const next = neighbour(places, id, way);
        if (next !== undefined) reached.add(next);
      }
    }
    assert.equal(reached.size, places.length);
  }
});
