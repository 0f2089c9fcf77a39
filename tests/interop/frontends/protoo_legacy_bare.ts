/**
 * Follows mediasoup-demo's protoo protocol until 2024, with the minimum for a
 * call: a reply is the requested object itself, and ids are called "id".
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { Peer, WebSocketTransport } from 'protoo-client';
import { addTile, openCamera, removeTile, settings, socketServer } from
  './page';

const { room, user } = settings;
const peer = new Peer(new WebSocketTransport(
  `${socketServer}/?roomId=${room}&peerId=${user}`));
const device = new Device();
let recvTransport: types.Transport;

async function createTransport(producing: boolean): Promise<types.Transport> {
  const { id, iceParameters, iceCandidates, dtlsParameters } =
    await peer.request('createWebRtcTransport', {
      forceTcp: false, producing, consuming: !producing,
    });
  const options = { id, iceParameters, iceCandidates, dtlsParameters };
  const transport = producing
    ? device.createSendTransport(options)
    : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    peer.request('connectWebRtcTransport', { transportId: id, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', async ({ kind, rtpParameters }, callback, errback) => {
    try {
      const { id: producerId } = await peer.request('produce', {
        transportId: id, kind, rtpParameters,
      });
      callback({ id: producerId });
    } catch (error) {
      errback(error as Error);
    }
  });
  return transport;
}

peer.on('open', async () => {
  const routerRtpCapabilities = await peer.request('getRouterRtpCapabilities');
  await device.load({ routerRtpCapabilities });
  const sendTransport = await createTransport(true);
  recvTransport = await createTransport(false);
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
  const { peerId, producerId, id, kind, rtpParameters } = data;
  const consumer = await recvTransport.consume({
    id, producerId, kind, rtpParameters,
  });
  addTile(id, consumer.track, peerId);
  accept();
});

peer.on('notification', ({ method, data }) => {
  if (method === 'consumerClosed') removeTile(data.consumerId);
});
