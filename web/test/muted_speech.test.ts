import assert from 'node:assert/strict';
import test from 'node:test';
import { HINT_PAUSE_MS, MutedSpeech } from '../src/muted_speech';

const STEP_MS = 50;

/** Feeds levels from a time on; returns when hints came. */
function hear(
  speech: MutedSpeech,
  fromMs: number,
  forMs: number,
  level: (ms: number) => number,
): number[] {
  const hints: number[] = [];
  for (let ms = 0; ms < forMs; ms += STEP_MS) {
    if (speech.update(level(ms), fromMs + ms)) hints.push(fromMs + ms);
  }
  return hints;
}

const silence = () => 0.001;
/** Syllables of 150 ms with pauses of 100 ms. */
const talking = (ms: number) => (ms % 250 < 150 ? 0.12 : 0.01);

test('a spoken sentence gives one hint within two seconds', () => {
  const speech = new MutedSpeech();
  assert.deepEqual(hear(speech, 0, 2000, silence), []);
  const hints = hear(speech, 2000, 10_000, talking);
  assert.equal(hints.length, 1);
  assert.ok(hints[0]! < 4000, `${hints}`);
});

test('the hint comes again after a pause, not before', () => {
  const speech = new MutedSpeech();
  const hints = hear(speech, 0, 2 * HINT_PAUSE_MS, talking);
  assert.equal(hints.length, 2);
  assert.ok(hints[1]! - hints[0]! >= HINT_PAUSE_MS);
});

test('a steady noise is no speech, however loud', () => {
  const fan = (ms: number) => 0.2 + 0.02 * Math.sin(ms);
  assert.deepEqual(hear(new MutedSpeech(), 0, 30_000, fan), []);
});

test('speech is heard above a steady noise', () => {
  const speech = new MutedSpeech();
  hear(speech, 0, 3000, () => 0.04);
  const over = (ms: number) => Math.max(0.04, talking(ms) * 2);
  assert.equal(hear(speech, 3000, 3000, over).length, 1);
});

test('a cough, a door and a keyboard are no speech', () => {
  const cough = (ms: number) => (ms % 4000 < 250 ? 0.5 : 0.001);
  assert.deepEqual(hear(new MutedSpeech(), 0, 20_000, cough), []);
  const keyboard = (ms: number) => (ms % 150 < 50 ? 0.3 : 0.001);
  assert.deepEqual(hear(new MutedSpeech(), 0, 20_000, keyboard), []);
});

test('whispering is no speech that others were meant to hear', () => {
  const whisper = (ms: number) => talking(ms) / 10;
  assert.deepEqual(hear(new MutedSpeech(), 0, 20_000, whisper), []);
});

test('the end of a sentence during which one mutes gives no hint', () => {
  const speech = new MutedSpeech();
  const last = (ms: number) => (ms >= 100 && ms < 900 ? 0.12 : 0.001);
  assert.deepEqual(hear(speech, 0, 5000, last), []);
  speech.restart();
  assert.deepEqual(hear(speech, 9000, 5000, last), []);
});

test('a page that was held up does not take its absence for speech', () => {
  const speech = new MutedSpeech();
  hear(speech, 0, 2000, silence);
  assert.equal(speech.update(0.2, 2400), false);
  assert.equal(speech.update(0.2, 2800), false);
});
