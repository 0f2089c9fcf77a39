import assert from 'node:assert/strict';
import test from 'node:test';
import { AllSights } from '../src/sights';

const page = { neededWidth: () => 640 };
const small = { neededWidth: (id: string) => (id === 'speaker' ? 400 : 0) };

test('a tab in the background needs what its small window shows', () => {
  const sights = new AllSights(page, small, () => true);
  assert.equal(sights.neededWidth('speaker', 'camera'), 400);
  assert.equal(sights.neededWidth('other', 'camera'), 0);
});

test('a picture that is seen twice is needed in the larger size', () => {
  const sights = new AllSights(page, small, () => false);
  assert.equal(sights.neededWidth('speaker', 'camera'), 640);
  assert.equal(sights.neededWidth('other', 'camera'), 640);
  const large = { neededWidth: () => 900 };
  assert.equal(new AllSights(page, large, () => false)
    .neededWidth('speaker', 'camera'), 900);
});
