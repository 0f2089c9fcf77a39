import assert from 'node:assert/strict';
import test from 'node:test';
import { SendLimit } from '../src/send_limit';
import { Settings } from '../src/settings';

class FakeSender {
  writes = 0;
  stale = false;
  #taken = 0;

  constructor(public encodings: RTCRtpEncodingParameters[]) {}

  getParameters(): RTCRtpSendParameters {
    this.#taken = this.writes;
    return {
      encodings: this.encodings.map((one) => ({ ...one })),
    } as RTCRtpSendParameters;
  }

  async setParameters({ encodings }: RTCRtpSendParameters): Promise<void> {
    // Browsers refuse parameters that were read before another write.
    const read = this.#taken;
    await Promise.resolve();
    this.stale ||= read !== this.writes;
    this.writes++;
    this.encodings = encodings;
  }

  rates(): Array<number | undefined> {
    return this.encodings.map(({ active, maxBitrate }) =>
      (active ?? true) ? maxBitrate : 0);
  }
}

const FULL = [150_000, 500_000, 1_700_000];
const camera = () =>
  new FakeSender(FULL.map((maxBitrate) => ({ maxBitrate })));

/** Lets all that has been begun come to its end. */
const settled = () => new Promise((done) => setImmediate(done));

function fresh() {
  const kept = new Map<string, string>();
  const settings = new Settings({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  });
  return { settings, limit: new SendLimit(settings) };
}

test('a stream that begins stays within the limit that is kept', async () => {
  const { settings, limit } = fresh();
  settings.set('sendLimit', 250);
  const sender = camera();
  await limit.add('camera', sender, FULL);
  assert.deepEqual(sender.rates(), [150_000, 0, 0]);
});

test('a limit takes effect at once, and can be lifted', async () => {
  const { settings, limit } = fresh();
  const [picture, voice] = [camera(), new FakeSender([{}])];
  await limit.add('camera', picture, FULL);
  await limit.add('mic', voice, []);
  assert.equal(picture.writes + voice.writes, 0, 'no limit, no change');
  settings.set('sendLimit', 100);
  await settled();
  assert.deepEqual(voice.rates(), [20_000]);
  assert.ok(picture.rates()[0]! < 60_000);
  assert.deepEqual(picture.rates().slice(1), [0, 0]);
  settings.set('sendLimit', 0);
  await settled();
  assert.deepEqual(picture.rates(), FULL);
  assert.deepEqual(voice.rates(), [undefined]);
});

test('what nobody wants stays off, whatever the limit', async () => {
  const { settings, limit } = fresh();
  const sender = camera();
  await limit.add('camera', sender, FULL);
  await limit.want('camera', 0);
  settings.set('sendLimit', 5000);
  await limit.want('camera', 1);
  assert.deepEqual(sender.rates(), [150_000, 500_000, 0]);
});

test('a stream that ends leaves its part to the others', async () => {
  const { settings, limit } = fresh();
  settings.set('sendLimit', 700);
  const [picture, screen] = [camera(), new FakeSender([
    { maxBitrate: 500_000 }, { maxBitrate: 2_500_000 }])];
  await limit.add('camera', picture, FULL);
  const before = picture.rates();
  await limit.add('screen', screen, [500_000, 2_500_000]);
  assert.notDeepEqual(picture.rates(), before);
  await limit.remove('screen');
  assert.deepEqual(picture.rates(), before);
});

test('quick changes are made one after the other', async () => {
  const { settings, limit } = fresh();
  const sender = camera();
  void limit.add('camera', sender, FULL);
  settings.set('sendLimit', 500);
  void limit.want('camera', 1);
  settings.set('sendLimit', 250);
  await settled();
  assert.ok(!sender.stale);
  assert.deepEqual(sender.rates(), [150_000, 0, 0]);
});

test('a closed one changes nothing any more', async () => {
  const { settings, limit } = fresh();
  const sender = camera();
  await limit.add('camera', sender, FULL);
  limit.close();
  settings.set('sendLimit', 100);
  await limit.want('camera', 2);
  assert.equal(sender.writes, 0);
});
