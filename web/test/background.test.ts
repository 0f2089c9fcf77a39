import assert from 'node:assert/strict';
import test from 'node:test';
import { CameraBackground } from '../src/background';
import type { PipelineListener } from '../src/background/pipeline';
import { LocalMedia } from '../src/local_media';
import { Settings } from '../src/settings';
import type { Explanation } from '../src/words';

class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';

  constructor(readonly kind = 'video') {
    super();
  }

  getSettings() {
    return { deviceId: 'camera' };
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

class FakePipeline {
  static all: FakePipeline[] = [];
  static refusal: Error | undefined;
  track = new FakeTrack();
  isOpen = true;

  constructor(public look: string, readonly listener: PipelineListener) {}

  static async open(_: unknown, look: string, listener: PipelineListener) {
    if (FakePipeline.refusal) throw FakePipeline.refusal;
    const made = new FakePipeline(look, listener);
    FakePipeline.all.push(made);
    return made;
  }

  async show(look: string): Promise<void> {
    this.look = look;
  }

  close(): void {
    this.isOpen = false;
  }
}

/** A camera that is on, with a background as it is kept. */
async function scene(wanted: string) {
  FakePipeline.all = [];
  FakePipeline.refusal = undefined;
  const cameras: FakeTrack[] = [];
  const getUserMedia = async ({ video }: { video?: object }) => {
    const track = new FakeTrack(video ? 'video' : 'audio');
    if (video) cameras.push(track);
    return { getTracks: () => [track] };
  };
  Object.defineProperty(globalThis, 'navigator',
    { value: { mediaDevices: { getUserMedia } }, configurable: true });
  const kept = new Settings({ getItem: () => null, setItem: () => undefined });
  kept.set('background', wanted);
  const told: Explanation[] = [];
  let loads = 0;
  const background = new CameraBackground(kept, (x) => told.push(x),
    async () => {
      loads++;
      return { Pipeline: FakePipeline } as never;
    });
  const media = new LocalMedia();
  background.attach(media);
  return {
    background, media, kept, told, cameras,
    loads: () => loads,
    /** Waits for all that is under way. */
    settle: () => new Promise((resolve) => { setImmediate(resolve); }),
  };
}

const isPlain = ({ media, cameras }: Awaited<ReturnType<typeof scene>>) =>
  media.track('camera') === cameras.at(-1) as unknown;

test('without a background nothing is loaded', async () => {
  const here = await scene('none');
  await here.media.switchOn('camera');
  assert.ok(isPlain(here));
  assert.equal(here.loads(), 0);
});

test('the kept background is applied when the camera is switched on',
  async () => {
    const { media } = await scene('evening');
    await media.switchOn('camera');
    const [pipeline] = FakePipeline.all;
    assert.equal(pipeline!.look, 'evening');
    assert.equal(media.track('camera'), pipeline!.track as unknown);
    assert.equal(media.deviceId('camera'), 'camera');
  });

test('a camera that is switched off ends all', async () => {
  const { media, cameras } = await scene('blur');
  await media.switchOn('camera');
  await media.switchOff('camera');
  assert.ok(!FakePipeline.all[0]!.isOpen);
  assert.equal(cameras[0]!.readyState, 'ended');
  assert.equal(media.track('camera'), null);
});

test('a call that ends while the background loads leaves nothing open',
  async () => {
    const { media, cameras } = await scene('blur');
    const opening = media.switchOn('camera');
    while (cameras.length === 0) await Promise.resolve();
    await Promise.resolve();
    media.stop();
    await opening;
    assert.ok(FakePipeline.all.every(({ isOpen }) => !isOpen));
    assert.equal(cameras[0]!.readyState, 'ended');
    assert.equal(media.track('camera'), null);
  });

test('another picture goes on with the same track', async () => {
  const { media, kept } = await scene('evening');
  await media.switchOn('camera');
  const before = media.track('camera');
  kept.set('background', 'library');
  assert.equal(FakePipeline.all.length, 1);
  assert.equal(FakePipeline.all[0]!.look, 'library');
  assert.equal(media.track('camera'), before);
});

test('none gives the plain camera without opening it anew', async () => {
  const here = await scene('evening');
  await here.media.switchOn('camera');
  here.kept.set('background', 'none');
  await here.media.toggle('mic');
  await here.settle();
  assert.ok(isPlain(here));
  assert.equal(here.cameras.length, 1);
  assert.equal(here.cameras[0]!.readyState, 'live');
  assert.ok(!FakePipeline.all[0]!.isOpen);
});

test('a slow machine shows the plain camera and says why', async () => {
  const here = await scene('evening');
  await here.media.switchOn('camera');
  const { listener } = FakePipeline.all[0]!;
  listener.measured({ medianMs: 68.4, fps: 12 });
  assert.equal(here.background.pace?.medianMs, 68.4);
  listener.ended('frame-time', '');
  await here.settle();
  assert.ok(isPlain(here));
  assert.match(here.told[0]!.title, /too slow/);
  assert.match(here.told[0]!.detail, /68 ms.*see your room/);
  assert.equal(here.background.trouble, here.told[0]);
  assert.equal(here.kept.get('background'), 'evening', 'it stays wanted');
  await here.media.switchOff('camera');
  await here.media.switchOn('camera');
  assert.ok(isPlain(here), 'it is not tried again in this call');
});

test('the next call and another choice try again', async () => {
  const here = await scene('evening');
  await here.media.switchOn('camera');
  FakePipeline.all[0]!.listener.ended('rate', '');
  await here.settle();
  here.background.retry();
  await here.settle();
  assert.ok(!isPlain(here));
  FakePipeline.all.at(-1)!.listener.ended('rate', '');
  const next = new LocalMedia();
  here.background.attach(next);
  await next.switchOn('camera');
  assert.equal(next.track('camera'), FakePipeline.all.at(-1)!.track as unknown);
});

test('what cannot begin leaves the plain camera and says so', async () => {
  const here = await scene('blur');
  FakePipeline.refusal = new Error('no WebAssembly');
  await here.media.switchOn('camera');
  assert.ok(isPlain(here) && here.media.isOn('camera'));
  assert.match(here.told[0]!.detail, /no WebAssembly/);
  assert.ok(!here.background.isLoading);
});
