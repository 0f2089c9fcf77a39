import assert from 'node:assert/strict';
import test from 'node:test';
import { shareSendRate, type Bitrates } from '../src/send_share';
import type { Source } from '../src/signaling';

const CAMERA = [150_000, 500_000, 1_700_000];
const SCREEN = [500_000, 2_500_000];
const all: Array<[Source, Bitrates]> =
  [['mic', []], ['camera', CAMERA], ['screen', SCREEN]];
const streams = (...names: Source[]) =>
  new Map(all.filter(([name]) => names.includes(name)));
const total = (shares: Map<Source, Bitrates>) =>
  [...shares.values()].flat().reduce((sum, one) => sum + one, 0);

test('without a limit each stream keeps what it has', () => {
  const full = streams('mic', 'camera', 'screen');
  assert.deepEqual(shareSendRate(0, full), full);
});

test('all streams together stay within any limit', () => {
  for (let limit = 50; limit <= 6000; limit += 25) {
    for (const names of [['mic'], ['mic', 'camera'], ['mic', 'screen'],
      ['camera'], ['mic', 'camera', 'screen']] as Source[][]) {
      const shares = shareSendRate(limit, streams(...names));
      const voice = names.includes('mic') ? 24_000 : 0;
      assert.ok(total(shares) + voice <= limit * 1000 ||
        names.length === 1, `${names.join()} at ${limit}`);
      for (const [source, bitrates] of shares) {
        const full = source === 'mic' ? [32_000] : streams(source).get(source)!;
        bitrates.forEach((one, layer) => assert.ok(one <= full[layer]!));
      }
    }
  }
});

test('a voice keeps its part, smaller where the limit is small', () => {
  assert.deepEqual(shareSendRate(100, streams('mic')).get('mic'), [20_000]);
  assert.deepEqual(shareSendRate(500, streams('mic', 'screen')).get('mic'),
    [32_000]);
});

test('a camera gives up its largest layers first', () => {
  const camera = (limit: number) =>
    shareSendRate(limit, streams('mic', 'camera')).get('camera')!;
  assert.deepEqual(camera(10_000), CAMERA);
  const [small, middle, large] = camera(1000);
  assert.deepEqual([small, middle, large], [150_000, 500_000, 0]);
  const narrow = camera(250);
  assert.deepEqual(narrow.slice(1), [0, 0]);
  assert.equal(narrow[0], 150_000);
  assert.ok(camera(100)[0]! >= 30_000, 'a small picture goes on');
  assert.deepEqual(camera(60), [0, 0, 0], 'below that there is only a voice');
});

test('a layer is sent with less than it could have, if that is of use', () => {
  const [, middle] =
    shareSendRate(600, streams('mic', 'camera')).get('camera')!;
  assert.ok(middle! >= 250_000 && middle! < 500_000, String(middle));
});

test('a screen goes before a face, and leaves something for it', () => {
  const shares = shareSendRate(1500, streams('mic', 'camera', 'screen'));
  const of = (source: Source) =>
    shares.get(source)!.reduce((sum, one) => sum + one, 0);
  assert.ok(of('screen') > 0 && of('camera') >= 150_000);
  const tight = shareSendRate(90, streams('mic', 'camera', 'screen'));
  assert.ok(tight.get('screen')![0]! >= 30_000);
  assert.deepEqual(tight.get('camera'), [0, 0, 0]);
});

test('what a camera does not need is for the screen', () => {
  const shares = shareSendRate(4000, streams('mic', 'camera', 'screen'));
  assert.ok(shares.get('screen')![1]! > 0);
  const alone = shareSendRate(4000, streams('mic', 'screen'));
  assert.deepEqual(alone.get('screen'), SCREEN);
});
