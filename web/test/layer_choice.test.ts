import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseLayers, neededWidth } from '../src/layer_choice';
import { AWAY_MS, PictureView, SETTLE_MS } from '../src/viewing';

const THREE = { spatial: 3, temporal: 3 };
const spatial = (needed: number, current?: number) => chooseLayers(
  needed, 1280, THREE,
  current === undefined ? undefined : { spatial: current, temporal: 2 },
).spatial;

test('the smallest layer that fills the picture is chosen', () => {
  assert.equal(spatial(200), 0);
  assert.equal(spatial(390), 0);
  assert.equal(spatial(500), 1);
  assert.equal(spatial(900), 2);
  assert.equal(spatial(4000), 2);
});

test('near a threshold the layer does not change, from either side', () => {
  for (const needed of [405, 430, 455]) {
    assert.equal(spatial(needed, 0), 0);
    assert.equal(spatial(needed, 1), 1);
  }
  assert.equal(spatial(470, 0), 1);
  assert.equal(spatial(330, 1), 0);
  assert.equal(spatial(200, 2), 0);
});

test('a single layer leaves no choice, and a lost layer is given up', () => {
  assert.deepEqual(chooseLayers(2000, 640, { spatial: 1, temporal: 1 }),
    { spatial: 0, temporal: 0 });
  assert.equal(chooseLayers(600, 640, { spatial: 2, temporal: 3 },
    { spatial: 2, temporal: 2 }).spatial, 1);
});

test('a tiny picture needs no full frame rate', () => {
  assert.equal(chooseLayers(150, 1280, THREE).temporal, 1);
  assert.equal(chooseLayers(250, 1280, THREE).temporal, 2);
  assert.equal(chooseLayers(250, 1280, THREE,
    { spatial: 0, temporal: 1 }).temporal, 1);
});

test('a face covers its box, a screen fits into it', () => {
  const box = { width: 400, height: 400 };
  assert.equal(Math.round(neededWidth(box, 'cover', 1)), 711);
  assert.equal(neededWidth(box, 'contain', 1), 400);
  assert.equal(neededWidth(box, 'contain', 3), 800);
});

test('a size must be stable before another layer is requested', () => {
  const view = new PictureView();
  const at = (needed: number, now: number) =>
    view.update(needed, 1280, THREE, now);
  assert.equal(at(300, 0).layers.spatial, 0);
  assert.equal(at(1200, 100).layers.spatial, 0);
  assert.equal(at(1200, 100 + SETTLE_MS).layers.spatial, 2);
  // A glance at another size in between counts for nothing.
  assert.equal(at(300, 1000).layers.spatial, 2);
  assert.equal(at(1200, 1100).layers.spatial, 2);
  assert.equal(at(300, 1000 + SETTLE_MS).layers.spatial, 2);
});

test('a picture that was never visible is not started', () => {
  const view = new PictureView();
  assert.equal(view.update(0, 1280, THREE, 0).paused, true);
  const seen = view.update(1200, 1280, THREE, 50);
  assert.deepEqual(seen, { paused: false, layers: { spatial: 2, temporal: 2 } });
});

test('an invisible picture stops after a while, and returns at once', () => {
  const view = new PictureView();
  const at = (needed: number, now: number) =>
    view.update(needed, 1280, THREE, now);
  at(1200, 0);
  assert.equal(at(0, 100).paused, false);
  assert.equal(at(0, 99 + AWAY_MS).paused, false);
  assert.equal(at(0, 100 + AWAY_MS).paused, true);
  const back = at(300, 9000);
  assert.equal(back.paused, false);
  assert.equal(back.layers.spatial, 0, 'for the size that it has now');
});
