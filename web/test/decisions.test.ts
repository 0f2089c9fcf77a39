import assert from 'node:assert/strict';
import test from 'node:test';
import { decisionsIn, merged, type Decision } from '../src/decisions';

test("the server's decisions are shown in words, the newest first", () => {
  const stats = [
    { type: 'outbound-rtp', age: 1 },
    { type: 'decision', reason: 'wanted', age: 9, spatialLayer: 2 },
    { type: 'decision', reason: 'link', age: 4, spatialLayer: 0,
      availableOutgoingBitrate: 300_000 },
    { type: 'decision', reason: 'overload', age: 2 },
    { type: 'decision', reason: 'paused', age: 1 },
  ];
  assert.deepEqual(decisionsIn(stats, 10_000).map(({ atMs, text }) =>
    [atMs, text]), [
    [9000, 'Sends nothing: paused'],
    [8000, 'Sends no picture: the server is overloaded'],
    [6000, 'Sends layer 0: limited by the path to you ' +
      '(estimated at 300 kbit/s)'],
    [1000, 'Sends layer 2: requested by this page'],
  ]);
});

test('an unknown reason is shown as received', () => {
  const [one] = decisionsIn(
    [{ type: 'decision', reason: 'moon', spatialLayer: 1 }], 0);
  assert.equal(one?.text, 'Sends layer 1: moon');
});

test("the page's actions are listed among the server's decisions", () => {
  const at = (atMs: number, by: Decision['by']): Decision =>
    ({ atMs, by, text: '' });
  assert.deepEqual(
    merged([at(9, 'server'), at(3, 'server')], [at(5, 'page'), at(4, 'server')])
      .map(({ atMs }) => atMs),
    [9, 5, 3]);
});
