import assert from 'node:assert/strict';
import test from 'node:test';
import { DevicePreview } from '../src/device_preview';
import { LocalMedia } from '../src/local_media';
import { DEFAULT_SETTINGS, type SettingValues } from '../src/settings';
import { plugCamera } from './support/fake_camera';

test('the camera that is on is used, and not opened twice', async () => {
  const camera = plugCamera();
  const media = new LocalMedia();
  await media.switchOn('camera');
  const shown: unknown[] = [];
  const preview = new DevicePreview('camera', media, (track) =>
    shown.push(track));
  await preview.refresh();
  assert.equal(camera.opened.length, 1);
  assert.equal(shown.at(-1), media.track('camera'));
  preview.close();
  assert.equal(media.track('camera')?.readyState, 'live', 'it stays on');
});

test('a camera that is off is opened for the preview alone', async () => {
  const camera = plugCamera();
  const media = new LocalMedia();
  const shown: unknown[] = [];
  const preview = new DevicePreview('camera', media, (track) =>
    shown.push(track));
  await preview.refresh();
  assert.equal(shown.at(-1), camera.opened[0]);
  assert.ok(!media.isOn('camera'));
  preview.close();
  assert.equal(camera.opened[0]!.readyState, 'ended', 'it is released');
});

test('another device or size takes the place of the first', async () => {
  const camera = plugCamera();
  let choices: SettingValues = { ...DEFAULT_SETTINGS };
  const media = new LocalMedia(() => choices);
  const preview = new DevicePreview('camera', media, () => undefined);
  await preview.refresh();
  await media.choose('camera', 'second');
  await preview.refresh();
  choices = { ...choices, resolution: '360' };
  await preview.refresh();
  await preview.refresh();
  assert.deepEqual(camera.opened.map(({ deviceId, height, readyState }) =>
    [deviceId, height, readyState]), [
    ['default', 720, 'ended'], ['second', 720, 'ended'],
    ['second', 360, 'live']]);
  preview.close();
});

test('a dialog that closes while a camera opens releases it', async () => {
  const camera = plugCamera();
  const shown: unknown[] = [];
  const preview = new DevicePreview('camera', new LocalMedia(), (track) =>
    shown.push(track));
  const opening = preview.refresh();
  preview.close();
  await opening;
  assert.deepEqual(camera.opened.map(({ readyState }) => readyState),
    ['ended']);
  assert.deepEqual(shown, []);
});

test('what kept the camera from opening is told', async () => {
  plugCamera().missing = true;
  const errors: unknown[] = [];
  const preview = new DevicePreview('camera', new LocalMedia(),
    (track, error) => errors.push(track, error));
  await preview.refresh();
  assert.equal(errors[0], null);
  assert.match(String(errors[1]), /NotFound/);
  preview.close();
});
