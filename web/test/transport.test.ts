import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import type { types } from 'mediasoup-client';
import { openTransport, restartIce } from '../src/transport';

const SERVERS = [{
  urls: ['turns:turn.example.org:443?transport=tcp'],
  username: '1700086400:ann', credential: 'c2VjcmV0',
}];

/** A transport that notes what it is told, in order. */
class FakeTransport extends EventEmitter {
  id = 't';
  closed = false;
  observer = new EventEmitter();
  told: string[] = [];
  servers: unknown;
  canRenew = true;

  async updateIceServers({ iceServers }: { iceServers: unknown }) {
    this.told.push('servers');
    if (!this.canRenew) throw new Error('not supported');
    this.servers = iceServers;
  }

  async restartIce() {
    this.told.push('restart');
  }
}

const asTransport = (fake: FakeTransport) => fake as unknown as types.Transport;

const answering = (answer: object) => ({ request: async () => answer as never });

test('a new transport gets the TURN servers of the answer', async () => {
  let given: types.TransportOptions | undefined;
  const device = {
    createRecvTransport(options: types.TransportOptions) {
      given = options;
      return new FakeTransport();
    },
  } as unknown as types.Device;
  await openTransport(answering({ params: { id: 't', iceServers: SERVERS } }),
    device, 'daily', 'recv');
  assert.deepEqual(given?.iceServers, SERVERS);
});

test('fresh credentials are taken before the search for a path', async () => {
  const transport = new FakeTransport();
  await restartIce(answering({ iceParameters: {}, iceServers: SERVERS }),
    asTransport(transport));
  assert.deepEqual(transport.told, ['servers', 'restart']);
  assert.deepEqual(transport.servers, SERVERS);
});

test('without TURN servers the path alone is searched for', async () => {
  const transport = new FakeTransport();
  await restartIce(answering({ iceParameters: {} }), asTransport(transport));
  assert.deepEqual(transport.told, ['restart']);
});

test('a browser that keeps its credentials searches all the same', async () => {
  const transport = new FakeTransport();
  transport.canRenew = false;
  await restartIce(answering({ iceParameters: {}, iceServers: SERVERS }),
    asTransport(transport));
  assert.deepEqual(transport.told, ['servers', 'restart']);
});
