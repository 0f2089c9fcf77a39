/**
 * Follows mediasoup-demo's current protoo protocol, with the minimum for a
 * call: replies are wrapped in objects, ids are named by kind, and a transport
 * has its direction in its application data.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { Peer, WebSocketTransport } from 'protoo-client';
import { addTile, openCamera, removeTile, settings, socketServer } from
  './page';

const { room, user } = settings;
const peer = new Peer(new WebSocketTransport(
  `${socketServer}/?roomId=${room}&peerId=${user}&usePipeTransports=false`));
const device = new Device();
let recvTransport: types.Transport;

async function createTransport(
  direction: 'producer' | 'consumer',
): Promise<types.Transport> {
  const { transportId, iceParameters, iceCandidates, dtlsParameters } =
    await peer.request('createWebRtcTransport', {
      forceTcp: false, appData: { direction },
    });
  const options = {
    id: transportId, iceParameters, iceCandidates, dtlsParameters,
  };
  const transport = direction === 'producer'
    ? device.createSendTransport(options)
    : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    peer.request('connectWebRtcTransport', { transportId, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', async ({ kind, rtpParameters }, callback, errback) => {
    try {
      const { producerId } = await peer.request('produce', {
        transportId, kind, rtpParameters, appData: { source: kind },
      });
      callback({ id: producerId });
    } catch (error) {
      errback(error as Error);
    }
  });
  return transport;
}

peer.on('open', async () => {
  const { routerRtpCapabilities } =
    await peer.request('getRouterRtpCapabilities');
  await device.load({ routerRtpCapabilities });
  const sendTransport = await createTransport('producer');
  recvTransport = await createTransport('consumer');
  await peer.request('join', {
    displayName: user,
    device: { name: 'Chrome' },
    rtpCapabilities: device.rtpCapabilities,
  });
  for (const track of (await openCamera()).getTracks()) {
    await sendTransport.produce({ track });
  }
});

peer.on('request', async ({ method, data }, accept, reject) => {
  if (method !== 'newConsumer') return reject(403, 'unknown request');
  const { peerId, consumerId, producerId, kind, rtpParameters } = data;
  const consumer = await recvTransport.consume({
    id: consumerId, producerId, kind, rtpParameters,
  });
  addTile(consumerId, consumer.track, peerId);
  accept();
});

peer.on('notification', ({ method, data }) => {
  if (method === 'consumerClosed') removeTile(data.consumerId);
});
