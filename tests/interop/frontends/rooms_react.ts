/**
 * Follows the React code of the "MediaSoup" notes (Socket.IO, acknowledged)
 * with their createRoom and joinRoom: a client that finds no room creates it.
 * Steps that the notes omit (loading the device, "produce") follow
 * mediasoup-client's own manual.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { addTile, openCamera, removeTilesOf, settings } from './page';

const { server, room: roomId, user: userId, transports } = settings;
const socket = io(server, transports && { transports });
const device = new Device();
let producerTransport: types.Transport;
let consumerTransport: types.Transport;

function sendRequest(type: string, ...data: unknown[]): Promise<any> {
  return new Promise((resolve, reject) => {
    socket.emit(type, ...data, (response: any) => {
      if (response.error) reject(new Error(response.error));
      else resolve(response);
    });
  });
}

async function handleNewProducer({ id, kind, peerId }: any) {
  const consumer = await createConsumer(id, kind);
  addTile(consumer.id, consumer.track, peerId);
}

async function createConsumer(producerId: string, kind: 'audio' | 'video') {
  const { id, rtpParameters } = await sendRequest('consume', {
    transportId: consumerTransport.id,
    producerId,
    rtpCapabilities: device.rtpCapabilities,
  });
  return consumerTransport.consume({ id, producerId, kind, rtpParameters });
}

async function initializeProducerTransport() {
  const { id, iceParameters, iceCandidates, dtlsParameters } =
    await sendRequest('createProducerTransport', {});
  producerTransport = device.createSendTransport({
    id, iceParameters, iceCandidates, dtlsParameters,
  });
  producerTransport.on('connect', ({ dtlsParameters }, callback, errback) => {
    sendRequest('connectProducerTransport', { transportId: id, dtlsParameters })
      .then(callback, errback);
  });
  producerTransport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters } = parameters;
    sendRequest('produce', { transportId: id, kind, rtpParameters })
      .then(callback, errback);
  });
}

async function initializeConsumerTransport() {
  const { id, iceParameters, iceCandidates, dtlsParameters } =
    await sendRequest('createConsumerTransport', {});
  consumerTransport = device.createRecvTransport({
    id, iceParameters, iceCandidates, dtlsParameters,
  });
  consumerTransport.on('connect', ({ dtlsParameters }, callback, errback) => {
    sendRequest('connectConsumerTransport', { transportId: id, dtlsParameters })
      .then(callback, errback);
  });
}

async function startProducing() {
  const stream = await openCamera();
  await producerTransport.produce({ track: stream.getAudioTracks()[0] });
  await producerTransport.produce({ track: stream.getVideoTracks()[0] });
}

socket.on('newProducer', handleNewProducer);
socket.on('peerLeft', removeTilesOf);

socket.on('connect', async () => {
  await sendRequest('createRoom', roomId).catch(() => 'it is there already');
  const { rtpCapabilities } = await sendRequest('joinRoom', roomId, userId);
  await device.load({ routerRtpCapabilities: rtpCapabilities });
  await initializeProducerTransport();
  await initializeConsumerTransport();
  await startProducing();
});
