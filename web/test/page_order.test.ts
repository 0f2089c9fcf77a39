import assert from 'node:assert/strict';
import test from 'node:test';
import { CALM_MS, PageOrder, SPEECH_MS, STAY_MS } from '../src/page_order';

const EVERYONE = ['self', 'a', 'b', 'c', 'd', 'e', 'f'];
const FIRST = new Set(['self', 'a', 'b', 'c']);
const FREE = new Set<string>();

function order(): PageOrder {
  const made = new PageOrder();
  made.setPeople(EVERYONE);
  return made;
}

/** Lets someone speak for so long, and says who then is where. */
function speak(made: PageOrder, id: string, fromMs: number, forMs: number) {
  for (let at = fromMs; at <= fromMs + forMs; at += 100) {
    made.heard(id, true, at);
  }
}

test('newcomers are the last, and the others keep their order', () => {
  const made = order();
  made.setPeople(['self', 'new', 'f', 'e', 'd', 'b', 'a']);
  assert.deepEqual(made.ids, ['self', 'a', 'b', 'd', 'e', 'f', 'new']);
});

test('who speaks takes the place of one silent, and no one else moves', () => {
  const made = order();
  made.heard('c', true, 0);
  speak(made, 'e', 20_000, SPEECH_MS);
  assert.ok(made.promote(FIRST, FREE, 20_000 + SPEECH_MS));
  assert.deepEqual(made.ids, ['self', 'a', 'e', 'c', 'd', 'b', 'f']);
});

test('a short word moves no picture', () => {
  const made = order();
  speak(made, 'e', 0, SPEECH_MS - 100);
  assert.equal(made.promote(FIRST, FREE, SPEECH_MS - 100), false);
  made.heard('e', false, SPEECH_MS);
  assert.equal(made.promote(FIRST, FREE, SPEECH_MS + 100), false);
});

test('those who spoke a moment ago keep their places', () => {
  const made = order();
  const now = 50_000;
  for (const id of ['a', 'b', 'c']) made.heard(id, true, now);
  speak(made, 'e', now, SPEECH_MS);
  assert.equal(made.promote(FIRST, FREE, now + SPEECH_MS), false);
  assert.ok(made.promote(FIRST, FREE, now + STAY_MS));
});

test('there is time between two moves', () => {
  const made = order();
  speak(made, 'e', 0, SPEECH_MS);
  speak(made, 'f', 0, SPEECH_MS);
  assert.ok(made.promote(FIRST, FREE, SPEECH_MS));
  const then = new Set(['self', 'a', 'b', 'e']);
  assert.equal(made.promote(then, FREE, SPEECH_MS + CALM_MS - 1), false);
  assert.ok(made.promote(then, FREE, SPEECH_MS + CALM_MS));
});

test('oneself and the picture with the keyboard are not moved', () => {
  const made = order();
  speak(made, 'e', 0, SPEECH_MS);
  const fixed = new Set(['a', 'b', 'c']);
  assert.equal(made.promote(FIRST, fixed, SPEECH_MS), false);
  fixed.delete('a');
  assert.ok(made.promote(FIRST, fixed, SPEECH_MS));
  assert.equal(made.ids[0], 'self');
  assert.equal(made.ids[1], 'e');
});

test('the next to be large changes places with the one before', () => {
  const made = order();
  made.setMain('b');
  assert.deepEqual(made.ids, EVERYONE);
  made.setMain('e');
  assert.deepEqual(made.ids, ['self', 'a', 'e', 'c', 'd', 'b', 'f']);
  const row = made.ids.filter((id) => id !== 'e');
  assert.deepEqual(row, ['self', 'a', 'c', 'd', 'b', 'f']);
  made.setMain('self');
  made.setMain('a');
  assert.deepEqual(made.ids.filter((id) => id !== 'e'), row);
});
