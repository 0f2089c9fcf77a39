import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import type { types } from 'mediasoup-client';
import { OutChannel } from '../src/data/out_channel';

class FakeProducer extends EventEmitter {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  closed = false;
  sent: unknown[] = [];

  send(data: unknown): void {
    this.sent.push(data);
  }
}

test('texts wait until the others listen, and keep their order', async (context) => {
  const timers: Array<() => void> = [];
  // Timers of one instant may end in any order: here the last one is first.
  context.mock.method(globalThis, 'setTimeout', (run: () => void) => {
    timers.unshift(run);
    return timers.length;
  });
  const producer = new FakeProducer();
  const transport = {
    produceData: async () => producer,
  } as unknown as types.Transport;
  const channel = await OutChannel.open(transport, 'words', 1500);
  const sent = Promise.all([channel.send('one'), channel.send('two')]);
  await Promise.resolve();
  assert.deepEqual(producer.sent, []);
  timers.forEach((run) => run());
  await sent;
  assert.deepEqual(producer.sent, ['one', 'two']);
  await channel.send('three');
  assert.deepEqual(producer.sent, ['one', 'two', 'three']);
});
