import assert from 'node:assert/strict';
import test from 'node:test';
import { DecisionLog, layersWords } from '../src/decisions';
import {
  axisEnd, bitrateWords, FlowHistory, HISTORY_MS, type FlowCounters,
} from '../src/flow';

const counters = (second: number, changes: Partial<FlowCounters> = {}) => ({
  atMs: second * 1000, bytes: second * 125_000, packets: second * 100,
  packetsLost: 0, frames: second * 30, freezes: 0, width: 640, height: 360,
  ...changes,
});

test('two readings give one sample', () => {
  const history = new FlowHistory();
  history.update(counters(1), 1, 2_000_000);
  assert.equal(history.samples().length, 0);
  history.update(counters(2, { packetsLost: 25, freezes: 1 }), 1, 2_000_000);
  const [sample] = history.samples();
  assert.equal(sample!.bitrate, 1_000_000);
  assert.equal(sample!.framesPerSecond, 30);
  assert.equal(sample!.loss, 0.2);
  assert.equal(sample!.froze, true);
  assert.equal(sample!.estimate, 2_000_000);
});

test('samples are kept for one minute', () => {
  const history = new FlowHistory();
  for (let second = 0; second < 200; second++) {
    history.update(counters(second), undefined, undefined);
  }
  const samples = history.samples();
  assert.equal(samples.length, HISTORY_MS / 1000);
  assert.equal(samples.at(-1)!.atMs, 199_000);
});

test('a new stream starts again, and a repeated reading counts once', () => {
  const history = new FlowHistory();
  history.update(counters(5), undefined, undefined);
  history.update(counters(6, { bytes: 100 }), undefined, undefined);
  history.update(counters(6, { bytes: 100 }), undefined, undefined);
  assert.equal(history.samples().length, 0);
});

test('an axis ends at a round number above all values', () => {
  for (const value of [1, 3, 99, 170_000, 2_300_000]) {
    assert.ok(axisEnd(value) >= value);
    assert.ok(axisEnd(value) <= value * 2.5);
  }
  assert.equal(axisEnd(1_700_000), 2_000_000);
  assert.equal(axisEnd(0), 1);
});

test('bitrates are shown in a suitable unit', () => {
  assert.equal(bitrateWords(149_600), '150 kbit/s');
  assert.equal(bitrateWords(1_250_000), '1.3 Mbit/s');
  assert.equal(bitrateWords(999_700), '1.0 Mbit/s');
});

test('a log keeps the last decisions of each consumer, newest first', () => {
  const log = new DecisionLog();
  for (let count = 0; count < 80; count++) {
    log.note('c1', { atMs: count, by: 'page', text: `${count}` });
  }
  assert.equal(log.of('c1').length, 50);
  assert.equal(log.of('c1')[0]!.text, '79');
  assert.deepEqual(log.of('c2'), []);
});

test('layers are shown in words', () => {
  assert.equal(layersWords(2, 1), 'Sends layer 2, frame rate step 1');
  assert.equal(layersWords(0, undefined), 'Sends layer 0');
  assert.match(layersWords(undefined, undefined), /no picture/);
});
