/**
 * Follows only the "Server Socket Events Reference" (Socket.IO with
 * acknowledgements): its seven requests and three pushes, in the order of its
 * "Connection Lifecycle". Relies on the server naming each producer once.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { io } from 'socket.io-client';
import { addTile, openCamera, removeTilesOf, settings } from './page';

const { server, room: roomId, transports } = settings;
const socket = io(server, transports && { transports });
const device = new Device();
let sendTransport: types.Transport;
let recvTransport: types.Transport;
let transportsReady!: () => void;
const ready = new Promise<void>((resolve) => { transportsReady = resolve; });

function request(event: string, data: object): Promise<any> {
  return new Promise((resolve, reject) => {
    socket.emit(event, { roomId, ...data }, (response: any) => {
      if (response.error) reject(new Error(response.error));
      else resolve(response);
    });
  });
}

function wire(transport: types.Transport) {
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    request('connect-transport', { transportId, dtlsParameters })
      .then(() => callback(), errback);
  });
  transport.on('produce', ({ kind, rtpParameters }, callback, errback) => {
    request('produce', { transportId, kind, rtpParameters })
      .then(({ id }) => callback({ id }), errback);
  });
}

async function consume(producerId: string) {
  await ready;
  const { rtpCapabilities } = device;
  const params = await request('consume', { producerId, rtpCapabilities });
  const consumer = await recvTransport.consume(params);
  addTile(consumer.id, consumer.track, params.peerId);
  socket.emit('resume-consumer', { roomId, consumerId: consumer.id });
}

socket.on('new-producer', ({ producerId }) => consume(producerId));
socket.on('participant-left', ({ peerId }) => removeTilesOf(peerId));
socket.on('participant-list-update', (participants) => {
  document.title = participants.map(({ name }: any) => name).join(', ');
});

socket.on('connect', async () => {
  const { rtpCapabilities } = await request('get-rtp-capabilities', {});
  await device.load({ routerRtpCapabilities: rtpCapabilities });
  const { existingProducers } = await request('join-mediasoup-room', {
    rtpCapabilities: device.rtpCapabilities,
  });
  const create = async (direction: string) =>
    (await request('create-webrtc-transport', { direction })).params;
  sendTransport = device.createSendTransport(await create('send'));
  recvTransport = device.createRecvTransport(await create('recv'));
  wire(sendTransport);
  wire(recvTransport);
  const stream = await openCamera();
  await sendTransport.produce({ track: stream.getAudioTracks()[0] });
  await sendTransport.produce({ track: stream.getVideoTracks()[0] });
  transportsReady();
  for (const producerId of existingProducers) await consume(producerId);
});
