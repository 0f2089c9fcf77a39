import assert from 'node:assert/strict';
import test from 'node:test';
import {
  bitrateOf, planReceive, type ReceiveLimits, type SeenPicture,
} from '../src/receive_plan';

const limits = (limitKbit: number, more: Partial<ReceiveLimits> = {}) =>
  ({ limitKbit, audioOnly: false, voices: 1, ...more });

const face = (id: string, needed: number, spatial = 2): SeenPicture => ({
  id, source: 'camera', needed, sourceWidth: 1280,
  count: { spatial: 3, temporal: 3 }, wanted: { spatial, temporal: 2 },
});

const slides: SeenPicture = {
  id: 'slides', source: 'screen', needed: 900, sourceWidth: 1920,
  count: { spatial: 2, temporal: 3 }, wanted: { spatial: 1, temporal: 2 },
};

const cost = (pictures: SeenPicture[], limit: number) => {
  const plan = planReceive(limits(limit), pictures);
  return pictures.reduce((sum, one) => {
    const layers = plan.get(one.id);
    return sum + (layers ? bitrateOf(one, layers) : 0);
  }, 0);
};

test('a layer is taken for what this page sends of it', () => {
  const bits = (spatial: number, temporal = 2) =>
    Math.round(bitrateOf(face('a', 900), { spatial, temporal }) / 1000);
  assert.equal(bits(0), 150);
  assert.ok(Math.abs(bits(1) - 500) < 10);
  assert.ok(Math.abs(bits(2) - 1700) < 10);
  assert.ok(bits(0, 0) < bits(0, 1) && bits(0, 1) < bits(0, 2));
});

test('without a limit all get what they are wanted for', () => {
  const plan = planReceive(limits(0), [face('a', 900), face('b', 300, 0)]);
  assert.deepEqual(plan.get('a'), { spatial: 2, temporal: 2 });
  assert.deepEqual(plan.get('b'), { spatial: 0, temporal: 2 });
});

test('the pictures together stay within any limit', () => {
  const faces = [face('a', 900), face('b', 500, 1), face('c', 200, 0)];
  for (let limit = 80; limit <= 6000; limit += 40) {
    assert.ok(cost(faces, limit) <= limit * 1000, `${limit} kbit/s`);
  }
});

test('all are small before one is large', () => {
  const faces = ['a', 'b', 'c', 'd'].map((id) => face(id, 600));
  const plan = planReceive(limits(700), faces);
  assert.equal(plan.size, 4);
  for (const { spatial } of plan.values()) assert.equal(spatial, 0);
});

test('the smallest pictures are left out first', () => {
  const faces = [face('small', 200, 0), face('large', 900)];
  const plan = planReceive(limits(150), faces);
  assert.deepEqual([...plan.keys()], ['large']);
});

test('nothing is asked for beyond what is wanted', () => {
  const plan = planReceive(limits(50_000), [face('a', 300, 1), slides]);
  assert.deepEqual(plan.get('a'), { spatial: 1, temporal: 2 });
  assert.deepEqual(plan.get('slides'), { spatial: 1, temporal: 2 });
});

test('a shared screen stays, and goes before faces', () => {
  const tight = planReceive(limits(100), [face('a', 900), slides]);
  assert.deepEqual([...tight.keys()], ['slides']);
  assert.deepEqual(tight.get('slides'), { spatial: 0, temporal: 0 });
});

test('audio only leaves shared screens alone', () => {
  const plan = planReceive(limits(0, { audioOnly: true }),
    [face('a', 900), slides]);
  assert.deepEqual([...plan.keys()], ['slides']);
});

test('voices have their part, but no more speak at a time than a few', () => {
  const small = [face('a', 300, 0)];
  assert.equal(planReceive(limits(240, { voices: 1 }), small).size, 1);
  assert.equal(planReceive(limits(240, { voices: 3 }), small).size, 0);
  const many = limits(2000, { voices: 300 });
  assert.equal(planReceive(many, small).size, 1);
});

test('a picture without layers is received whole or not at all', () => {
  const plain = { ...face('a', 900, 0), count: { spatial: 1, temporal: 1 },
    wanted: { spatial: 0, temporal: 0 } };
  assert.equal(planReceive(limits(500), [plain]).size, 0);
  assert.equal(planReceive(limits(2500), [plain]).size, 1);
});
