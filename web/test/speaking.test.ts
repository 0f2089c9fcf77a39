import assert from 'node:assert/strict';
import test from 'node:test';
import {
  HOLD_MS, meterLevel, rootMeanSquare, SpeakingDetector,
} from '../src/speaking';

test('a click is not speech', () => {
  const detector = new SpeakingDetector();
  assert.equal(detector.update(0.5, 0), false);
  assert.equal(detector.update(0, 50), false);
  assert.equal(detector.update(0.5, 100), false);
});

test('a lasting sound is speech', () => {
  const detector = new SpeakingDetector();
  detector.update(0.2, 0);
  assert.equal(detector.update(0.2, 150), true);
});

test('a short pause does not end speech, a long one does', () => {
  const detector = new SpeakingDetector();
  detector.update(0.2, 0);
  detector.update(0.2, 200);
  assert.equal(detector.update(0, 200 + HOLD_MS - 1), true);
  assert.equal(detector.update(0, 200 + HOLD_MS), false);
});

test('speech continues at a level too low to start it', () => {
  const detector = new SpeakingDetector();
  assert.equal(detector.update(0.02, 0), false);
  assert.equal(detector.update(0.02, 500), false);
  detector.update(0.2, 1000);
  detector.update(0.2, 1200);
  assert.equal(detector.update(0.02, 5000), true);
});

test('a meter covers the range of a voice', () => {
  assert.equal(meterLevel(0), 0);
  assert.equal(meterLevel(1), 1);
  assert.ok(Math.abs(meterLevel(0.0562) - 0.5) < 0.01);
});

test('the level of a block is its root mean square', () => {
  assert.equal(rootMeanSquare(new Float32Array([0.5, -0.5, 0.5, -0.5])), 0.5);
  assert.equal(rootMeanSquare(new Float32Array()), 0);
});
