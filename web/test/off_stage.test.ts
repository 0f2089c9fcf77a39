import assert from 'node:assert/strict';
import test from 'node:test';
import {
  KEEP_MS, OffStage, speakingWords, TELL_AFTER_MS,
} from '../src/off_stage';

test('one who speaks unseen is named, and for a while after', () => {
  const off = new OffStage();
  off.heard('a', true, false, 0);
  assert.deepEqual(off.named(), []);
  off.heard('a', true, false, TELL_AFTER_MS);
  assert.deepEqual(off.named(), ['a']);
  off.heard('a', false, false, TELL_AFTER_MS + KEEP_MS - 1);
  assert.deepEqual(off.named(), ['a']);
  off.heard('a', false, false, TELL_AFTER_MS + KEEP_MS);
  assert.deepEqual(off.named(), []);
});

test('one who is seen is not named', () => {
  const off = new OffStage();
  for (const at of [0, TELL_AFTER_MS]) off.heard('a', true, false, at);
  off.heard('a', true, true, TELL_AFTER_MS + 100);
  assert.deepEqual(off.named(), []);
});

test('the first to speak is the first to be named', () => {
  const off = new OffStage();
  for (const at of [0, TELL_AFTER_MS]) {
    off.heard('b', true, false, at);
    off.heard('a', true, false, at + 100);
  }
  assert.deepEqual(off.named(), ['b', 'a']);
  off.forget('b');
  assert.deepEqual(off.named(), ['a']);
});

test('names are put into words', () => {
  assert.equal(speakingWords([]), '');
  assert.equal(speakingWords(['Ana']), 'Ana is speaking');
  assert.equal(speakingWords(['Ana', 'Ben']), 'Ana and Ben are speaking');
  assert.equal(speakingWords(['Ana', 'Ben', 'Cyn']),
    'Ana and 2 others are speaking');
});
