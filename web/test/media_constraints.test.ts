import assert from 'node:assert/strict';
import test from 'node:test';
import {
  constraintsFor, follows, pictureSize,
} from '../src/media_constraints';
import { DEFAULT_SETTINGS, type SettingValues } from '../src/settings';

const choices = (more: Partial<SettingValues> = {}) =>
  ({ ...DEFAULT_SETTINGS, ...more });
const track = (settings: MediaTrackSettings) =>
  ({ getSettings: () => settings });

test('a resolution is a height in 16 to 9', () => {
  assert.deepEqual(pictureSize('auto'), { width: 1280, height: 720 });
  assert.deepEqual(pictureSize('1080'), { width: 1920, height: 1080 });
  assert.deepEqual(pictureSize('180'), { width: 320, height: 180 });
});

test('devices are asked for as the settings have it', () => {
  const { video } = constraintsFor('camera', 'one',
    choices({ resolution: '360' })) as { video: MediaTrackConstraints };
  assert.deepEqual(video.deviceId, { exact: 'one' });
  assert.deepEqual(video.height, { ideal: 360 });
  const { audio } = constraintsFor('mic', undefined,
    choices({ noiseSuppression: false })) as { audio: MediaTrackConstraints };
  assert.equal(audio.noiseSuppression, false);
  assert.equal(audio.echoCancellation, true);
  assert.ok(!('deviceId' in audio));
});

test('a track that did not change is known', () => {
  const quiet = choices({ noiseSuppression: true });
  assert.ok(follows('mic', track({ noiseSuppression: true }), quiet));
  assert.ok(!follows('mic', track({ noiseSuppression: false }), quiet));
  assert.ok(follows('mic', track({}), quiet), 'the browser cannot');
  const large = choices({ resolution: '1080' });
  assert.ok(!follows('camera', track({ height: 720 }), large));
  assert.ok(follows('camera', track({ height: 1080 }), large));
});
