import assert from 'node:assert/strict';
import test from 'node:test';
import { elapsedWords, outageWords, troubleWords } from '../src/trouble_words';
import {
  CAMERA_PATIENCE_MS, REPORT_PATIENCE_MS, UploadWatch, type UploadSigns,
} from '../src/upload';

const SECOND = 1000;

/** Sends for some seconds, of which the server reports the first. */
function send(
  seconds: number,
  reported: number,
  changes: Partial<UploadSigns> = {},
  outage = false,
) {
  const watch = new UploadWatch();
  let trouble;
  for (let second = 0; second <= seconds; second++) {
    trouble = watch.update({
      voice: true, picture: true, pathLost: false,
      packets: second * 100, reports: Math.min(second, reported),
      frames: second * 30, ...changes,
    }, outage, second * SECOND);
  }
  return trouble;
}

test('what the server reports on arrives', () => {
  assert.equal(send(30, 30), undefined);
});

test('packets without reports do not arrive', () => {
  const patience = REPORT_PATIENCE_MS / SECOND;
  assert.equal(send(10 + patience - 1, 10), undefined);
  assert.equal(send(10 + patience, 10), 'unseen-and-unheard');
  assert.equal(send(30, 10, { voice: false }), 'unseen');
  assert.equal(send(30, 10, { picture: false }), 'unheard');
});

test('where nothing is sent, nothing is missed', () => {
  assert.equal(send(30, 10, { voice: false, picture: false }, true), undefined);
  assert.equal(send(30, 10, { packets: 5 }), undefined);
});

test('a lost path and an outage tell at once', () => {
  assert.equal(send(1, 30, { pathLost: true }), 'unseen-and-unheard');
  assert.equal(send(0, 30, {}, true), 'unseen-and-unheard');
});

test('a camera without new frames stands', () => {
  const patience = CAMERA_PATIENCE_MS / SECOND;
  assert.equal(send(patience - 1, 30, { frames: 7 }), undefined);
  assert.equal(send(patience, 30, { frames: 7 }), 'camera-stands');
  assert.equal(send(patience, 30, { frames: 7, picture: false }), undefined);
  assert.equal(send(30, 30, { frames: undefined }), undefined);
});

test('interruptions are told in words', () => {
  assert.equal(troubleWords('picture-stands', 'Anna'),
    'Anna’s picture stands still');
  assert.equal(troubleWords('unseen', 'Anna'), 'The others may not see you');
  assert.match(outageWords('offline').title, /offline/);
  assert.match(outageWords('server').title, /does not answer/);
});

test('a duration is told in seconds, then in minutes', () => {
  assert.equal(elapsedWords(3999), '3 s');
  assert.equal(elapsedWords(59_999), '59 s');
  assert.equal(elapsedWords(65_000), '1:05 min');
});
