import assert from 'node:assert/strict';
import test from 'node:test';
import { LocalMedia } from '../src/local_media';
import { MediaSettings, mediaChoices } from '../src/media_settings';
import { Settings } from '../src/settings';
import { plugCamera } from './support/fake_camera';

async function start() {
  const devices = plugCamera();
  const settings = new Settings({
    getItem: () => null, setItem: () => undefined,
  });
  const media = new LocalMedia(() => mediaChoices(settings));
  const said: string[] = [];
  const failed: unknown[] = [];
  const follower = new MediaSettings(settings, () => media,
    (text) => said.push(text), (_source, error) => failed.push(error));
  await media.start();
  /** Resolves when all that was asked of the devices is done. */
  const done = () => new Promise((resolve) => setImmediate(resolve));
  return { devices, settings, media, said, failed, follower, done };
}

test('a running camera takes the new resolution', async () => {
  const { devices, settings, media, done } = await start();
  settings.set('resolution', '360');
  await done();
  assert.equal(media.track('camera')?.getSettings().height, 360);
  assert.equal(devices.opened.filter(({ kind }) => kind === 'video').length, 1);
});

test('where a track cannot change, another one takes its place', async () => {
  const { devices, settings, media, done } = await start();
  for (const track of devices.opened) track.rigid = true;
  const before = media.track('mic');
  await media.switchOff('mic');
  settings.set('noiseSuppression', false);
  await done();
  const now = media.track('mic')!;
  assert.notEqual(now, before);
  assert.equal(before!.readyState, 'ended');
  assert.equal(now.getSettings().noiseSuppression, false);
  assert.equal(now.enabled, false, 'a muted microphone stays muted');
});

test('audio only switches the camera off, and on again', async () => {
  const { settings, media, said, done } = await start();
  settings.set('audioOnly', true);
  await done();
  assert.ok(!media.isOn('camera') && media.isOn('mic'));
  assert.deepEqual(said, ['Audio only: your camera is off']);
  await assert.rejects(media.switchOn('camera'), { name: 'AudioOnlyError' });
  settings.set('audioOnly', false);
  await done();
  assert.ok(media.isOn('camera'));
});

test('a camera that was off before audio only stays off', async () => {
  const { settings, media, done } = await start();
  await media.switchOff('camera');
  settings.set('audioOnly', true);
  settings.set('audioOnly', false);
  await done();
  assert.ok(!media.isOn('camera'));
});

test('a call that begins in audio only opens no camera', async () => {
  const { devices, settings, done } = await start();
  settings.set('audioOnly', true);
  await done();
  devices.opened.length = 0;
  const media = new LocalMedia(() => mediaChoices(settings));
  const errors = await media.start();
  assert.ok(devices.opened.every(({ kind }) => kind === 'audio'));
  assert.equal((errors.camera as Error).name, 'AudioOnlyError');
});

test('what kept a device from following is told', async () => {
  const { devices, settings, failed, done } = await start();
  settings.set('audioOnly', true);
  await done();
  devices.missing = true;
  settings.set('audioOnly', false);
  await done();
  assert.match(String(failed[0]), /NotFound/);
});

test('a microphone that cannot be opened anew is off', async () => {
  const { devices, settings, media, failed, done } = await start();
  for (const track of devices.opened) track.rigid = true;
  devices.missing = true;
  settings.set('noiseSuppression', false);
  await done();
  assert.equal(failed.length, 1);
  assert.ok(!media.isOn('mic') && media.track('mic') === null);
});
