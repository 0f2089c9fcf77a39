import assert from 'node:assert/strict';
import test from 'node:test';
import {
  Arrivals, FIRST_PICTURE_PATIENCE_MS, PICTURE_PATIENCE_MS,
  VOICE_PATIENCE_MS, type StreamSight,
} from '../src/arrivals';

const sight = (changes: Partial<StreamSight>): StreamSight => ({
  id: 'c1', personId: 'anna', source: 'camera', mark: 1, due: true,
  senderSilent: false, ...changes,
});

const voice = (changes: Partial<StreamSight> = {}) =>
  sight({ id: 'v1', source: 'mic', ...changes });

test('a picture without a new frame for 1.5 s stands still', () => {
  const arrivals = new Arrivals();
  arrivals.update([sight({ mark: 1 })], 0);
  arrivals.update([sight({ mark: 2 })], 250);
  const stoodAt = 250 + PICTURE_PATIENCE_MS;
  arrivals.update([sight({ mark: 2 })], stoodAt);
  assert.equal(arrivals.troubleOf('anna', stoodAt - 1, false), undefined);
  assert.equal(arrivals.troubleOf('anna', stoodAt, false), 'picture-stands');
  arrivals.update([sight({ mark: 3 })], stoodAt + 250);
  assert.equal(arrivals.troubleOf('anna', stoodAt + 250, false), undefined);
});

test('a picture that is not due is not missed', () => {
  const arrivals = new Arrivals();
  arrivals.update([sight({ mark: 1 })], 0);
  arrivals.update([sight({ mark: 1, due: false })], 10_000);
  assert.equal(arrivals.troubleOf('anna', 10_000, false), undefined);
  assert.equal(arrivals.latestAtMs(), undefined);
});

test('a picture that begins, or begins again, may wait for a key frame', () => {
  const arrivals = new Arrivals();
  arrivals.update([sight({ mark: undefined })], 0);
  const before = FIRST_PICTURE_PATIENCE_MS - 1;
  assert.equal(arrivals.troubleOf('anna', before, false), undefined);
  assert.equal(arrivals.troubleOf('anna', FIRST_PICTURE_PATIENCE_MS, false),
    'picture-absent');
  arrivals.update([sight({ mark: 7 })], 6000);
  arrivals.update([sight({ mark: 7, due: false })], 7000);
  arrivals.update([sight({ mark: 7 })], 20_000);
  assert.equal(arrivals.troubleOf('anna', 20_000 + before, false), undefined);
  assert.equal(arrivals.troubleOf('anna',
    20_000 + FIRST_PICTURE_PATIENCE_MS, false), 'picture-absent');
});

test('a voice is missed when the server misses it, too', () => {
  const arrivals = new Arrivals();
  arrivals.update([voice()], 0);
  const at = VOICE_PATIENCE_MS;
  assert.equal(arrivals.troubleOf('anna', at, false), undefined,
    'others may be louder');
  arrivals.update([voice({ senderSilent: true })], at);
  assert.equal(arrivals.troubleOf('anna', at - 1, false), undefined);
  assert.equal(arrivals.troubleOf('anna', at, false), 'voice-silent');
});

test('a voice is missed when nothing of anyone arrives', () => {
  const arrivals = new Arrivals();
  arrivals.update([voice()], 0);
  assert.equal(arrivals.troubleOf('anna', VOICE_PATIENCE_MS, true),
    'voice-silent');
});

test('a person without voice and picture has lost the connection', () => {
  const arrivals = new Arrivals();
  arrivals.update([sight({}), voice()], 0);
  arrivals.update([sight({}), voice({ senderSilent: true })], 3000);
  assert.equal(arrivals.troubleOf('anna', 3000, false), 'interrupted');
  assert.equal(arrivals.troubleOf('anna', 3000, true), 'picture-stands');
});

test('the latest of all voices and pictures counts', () => {
  const arrivals = new Arrivals();
  const screen = (mark: number) =>
    sight({ id: 's1', personId: 'bob', source: 'screen', mark });
  arrivals.update([screen(1)], 0);
  assert.equal(arrivals.latestAtMs(), undefined, 'a screen may rest');
  arrivals.update([sight({}), voice(), screen(1)], 1000);
  arrivals.update([sight({}), voice({ mark: 2 }), screen(1)], 2000);
  assert.equal(arrivals.latestAtMs(), 2000);
  arrivals.update([sight({}), voice({ mark: 2 }), screen(2)], 2500);
  assert.equal(arrivals.latestAtMs(), 2500);
  assert.equal(arrivals.voicesDue(), 1);
  assert.equal(arrivals.quietMs('s1', 2600), 100);
});
