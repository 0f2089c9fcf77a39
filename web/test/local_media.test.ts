import assert from 'node:assert/strict';
import test from 'node:test';
import { LocalMedia } from '../src/local_media';

/** A device that is opened by its id, and one that is there by default. */
class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';

  constructor(readonly kind: string, readonly deviceId: string) {
    super();
  }

  getSettings() {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

/** @param missing ids of devices that were unplugged; '*' for all */
function plug(missing: Set<string>): void {
  const open = (kind: string, wanted?: { deviceId?: { exact: string } }) => {
    const id = wanted?.deviceId?.exact ?? `default-${kind}`;
    if (missing.has(id) || missing.has('*')) throw new Error('NotFound');
    return new FakeTrack(kind, id);
  };
  const getUserMedia = async (asked: Record<string, object | undefined>) => {
    const tracks = Object.entries(asked).filter(([, wanted]) => wanted)
      .map(([kind, wanted]) => open(kind, wanted));
    const of = (kind: string) => tracks.filter((one) => one.kind === kind);
    return {
      getTracks: () => tracks,
      getAudioTracks: () => of('audio'), getVideoTracks: () => of('video'),
    };
  };
  Object.defineProperty(globalThis, 'navigator',
    { value: { mediaDevices: { getUserMedia } }, configurable: true });
}

test('what was on is opened again on the same devices', async () => {
  plug(new Set());
  const media = new LocalMedia();
  await media.start();
  await media.choose('camera', 'second-camera');
  await media.switchOff('mic');
  media.stop();
  assert.equal(media.track('camera'), null);
  assert.equal(media.deviceId('mic'), 'default-audio', 'though not chosen');
  assert.deepEqual(await media.resume(), {});
  assert.equal(media.deviceId('camera'), 'second-camera');
  assert.ok(media.isOn('camera'));
  assert.ok(!media.isOn('mic'));
  assert.equal(media.track('mic'), null);
});

test('another device replaces one that is gone', async () => {
  const missing = new Set<string>();
  plug(missing);
  const media = new LocalMedia();
  await media.start();
  await media.choose('camera', 'second-camera');
  media.stop();
  missing.add('second-camera');
  assert.deepEqual(await media.resume(), {});
  assert.equal(media.deviceId('camera'), 'default-video');
});

test('what cannot be opened again stays off, with its error', async () => {
  const missing = new Set<string>();
  plug(missing);
  const media = new LocalMedia();
  await media.start();
  media.stop();
  missing.add('*');
  const errors = await media.resume();
  assert.deepEqual(Object.keys(errors), ['mic', 'camera']);
  assert.ok(!media.isOn('mic') && !media.isOn('camera'));
});
