import assert from 'node:assert/strict';
import test from 'node:test';
import { estimateIn, figuresIn, ServerStats } from '../src/server_stats';

test('an estimate of zero is ignored', () => {
  const stat = (value: unknown) =>
    [{ type: 'candidate-pair' }, { availableOutgoingBitrate: value }];
  assert.equal(estimateIn(stat(0)), undefined);
  assert.equal(estimateIn(stat('1')), undefined);
  assert.equal(estimateIn([]), undefined);
  assert.equal(estimateIn(stat(700_000)), 700_000);
});

test('a consumer shows the figures that the server reports', () => {
  assert.deepEqual(figuresIn([{ type: 'inbound-rtp', score: 3 }]), []);
  assert.deepEqual(figuresIn([{
    type: 'outbound-rtp', score: 9, packetsDiscarded: 1,
    keyFrameRequests: 2, retransmittedPacketsSent: 'many',
  }]), [['Score', '9 of 10'], ['Dropped', '1 packet'],
    ['Key frames requested', '2']]);
});

test('the server is not asked again at once, and may refuse', async () => {
  let asked = 0;
  const stats = new ServerStats({
    request: (async () => {
      asked++;
      throw new Error('Unknown method');
    }) as never,
  });
  assert.equal(stats.decisions('c1'), undefined);
  await stats.refreshConsumer('c1');
  await stats.refreshConsumer('c1');
  assert.equal(asked, 1);
  assert.deepEqual(stats.figures('c1'), []);
  assert.deepEqual(stats.decisions('c1'), []);
  assert.deepEqual(stats.figures('c2'), []);
});
