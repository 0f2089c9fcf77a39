import assert from 'node:assert/strict';
import test from 'node:test';
import { ActiveSpeaker, OVERRULE_MS, TAKE_MS } from '../src/active_speaker';

const voice = (id: string, level: number) =>
  ({ id, level, speaking: level > 0 });

test('the first to speak has the floor at once', () => {
  const floor = new ActiveSpeaker();
  assert.equal(floor.update([voice('a', 0), voice('b', 0)], 0), undefined);
  assert.equal(floor.update([voice('a', 0), voice('b', 0.1)], 100), 'b');
});

test('the floor stays in a silence, and goes to the next speaker', () => {
  const floor = new ActiveSpeaker();
  floor.update([voice('a', 0.2), voice('b', 0)], 0);
  assert.equal(floor.update([voice('a', 0), voice('b', 0)], 60_000), 'a');
  const into = [voice('a', 0), voice('b', 0.1)];
  assert.equal(floor.update(into, 61_000), 'a');
  assert.equal(floor.update(into, 61_000 + TAKE_MS), 'b');
});

test('interrupting takes longer, and a cough does not take the floor', () => {
  const floor = new ActiveSpeaker();
  const over = [voice('a', 0.1), voice('b', 0.3)];
  floor.update([voice('a', 0.1), voice('b', 0)], 0);
  assert.equal(floor.update(over, 100), 'a');
  assert.equal(floor.update(over, 99 + OVERRULE_MS), 'a');
  assert.equal(floor.update([voice('a', 0.4), voice('b', 0.3)], 1650), 'a');
  assert.equal(floor.update(over, 1700), 'a');
  assert.equal(floor.update(over, 1700 + OVERRULE_MS), 'b');
});

test('a member that has left does not keep the floor', () => {
  const floor = new ActiveSpeaker();
  floor.update([voice('a', 0.2)], 0);
  assert.equal(floor.update([voice('b', 0)], 100), undefined);
});
