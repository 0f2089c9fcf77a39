import assert from 'node:assert/strict';
import test from 'node:test';
import { ScreenShare } from '../src/screen_share';

class FakeTrack extends EventTarget {
  contentHint = '';
  readyState = 'live';

  constructor(readonly kind: string, readonly displaySurface?: string) {
    super();
  }

  getSettings() {
    return { displaySurface: this.displaySurface, width: 800, height: 600 };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** As when the browser's own button ends it. */
  end(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

let offered: FakeTrack[] = [];
let asked: DisplayMediaStreamOptions | undefined;

/** What the person will choose in the browser's dialog; none: cancels. */
function offer(...tracks: FakeTrack[]): FakeTrack[] {
  return offered = tracks;
}

const of = (kind: string) => offered.filter((one) => one.kind === kind);
Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices: {
  getDisplayMedia: async (options: DisplayMediaStreamOptions) => {
    asked = options;
    if (offered.length === 0) throw new Error('NotAllowed');
    return {
      getVideoTracks: () => of('video'), getAudioTracks: () => of('audio'),
    };
  },
} }, configurable: true });
Object.assign(globalThis, {
  window: globalThis, top: globalThis, location: { origin: 'https://a' },
  outerWidth: 1, outerHeight: 1, devicePixelRatio: 1,
});

function share() {
  const counts = { changes: 0 };
  return { it: new ScreenShare(() => counts.changes++), counts };
}

test('sound is asked for, this page and its voices are not', async () => {
  offer(new FakeTrack('video', 'monitor'));
  const { it } = share();
  await it.choose();
  const { audio, ...rest } = asked as Record<string, object>;
  assert.deepEqual(audio, {
    suppressLocalAudioPlayback: false, restrictOwnAudio: true,
    echoCancellation: false, noiseSuppression: false, autoGainControl: false,
  });
  assert.equal(rest['systemAudio'] as unknown, 'include');
  assert.equal(rest['surfaceSwitching'] as unknown, 'include');
  assert.equal(rest['selfBrowserSurface'] as unknown, 'exclude');
  assert.equal(it.track('screen-audio'), null);
});

test('the sound ends with the picture, however it ends', async () => {
  const [picture, sound] =
    offer(new FakeTrack('video', 'browser'), new FakeTrack('audio'));
  const { it, counts } = share();
  await it.choose();
  assert.equal(it.track('screen-audio') as unknown, sound);
  picture!.end();
  assert.equal(sound!.readyState, 'ended');
  assert.deepEqual([it.active, it.track('screen-audio')], [false, null]);
  assert.equal(counts.changes, 2);
});

test('the picture stays when its sound ends', async () => {
  const [picture, sound] =
    offer(new FakeTrack('video', 'browser'), new FakeTrack('audio'));
  const { it } = share();
  await it.choose();
  sound!.end();
  assert.equal(it.track('screen') as unknown, picture);
  assert.equal(it.track('screen-audio'), null);
  assert.equal(it.state!.surface.sound, false);
});

test('the content is guessed, and the person can say otherwise', async () => {
  const [picture] =
    offer(new FakeTrack('video', 'browser'), new FakeTrack('audio'));
  const { it } = share();
  await it.choose();
  assert.equal(picture!.contentHint, 'motion');
  it.setContent('text');
  assert.equal(picture!.contentHint, 'detail');
  assert.equal(it.state!.content, 'text');
  const [other] = offer(new FakeTrack('video', 'window'));
  await it.choose();
  assert.equal(other!.contentHint, 'detail');
  assert.equal(picture!.readyState, 'ended', 'the former surface is let go');
  assert.equal(it.active, true);
});

test('who cancels the change goes on sharing the same', async () => {
  const [picture] = offer(new FakeTrack('video', 'window'));
  const { it } = share();
  await it.choose();
  offer();
  await assert.rejects(it.choose());
  assert.equal(it.track('screen') as unknown, picture);
  assert.equal(picture!.readyState, 'live');
});

test('a pause lasts until it is ended, or something else is shared',
  async () => {
    offer(new FakeTrack('video', 'window'));
    const { it } = share();
    it.pause(true);
    assert.equal(it.paused, false, 'nothing is shared yet');
    await it.choose();
    it.pause(true);
    assert.equal(it.state!.paused, true);
    offer(new FakeTrack('video', 'window'));
    await it.choose();
    assert.equal(it.paused, false);
  });
