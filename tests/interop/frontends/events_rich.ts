/**
 * Follows the "Server Socket Events Reference" (Socket.IO with
 * acknowledgements) and uses all that Troupe adds to it: a name, application
 * data, notifications of closed and paused producers, and the further verbs
 * under their likely names. Acknowledges the resuming of a consumer.
 */

import type { types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import { Call, refusals, SOME_DTLS } from './call';
import { settings } from './page';

const { server, room: roomId, user, transports } = settings;
const call = new Call(ask);
let socket: Socket;
let participants: object[] = [];

async function ask(event: string, data: object = {}): Promise<any> {
  const response = await new Promise<any>((done) => {
    socket.emit(event, { roomId, ...data }, done);
  });
  if (response?.error) throw new Error(response.error);
  return response;
}

function connect(): Promise<void> {
  socket = io(server, {
    ...(transports && { transports }), auth: { name: user }, forceNew: true,
  });
  socket.on('new-producer', ({ producerId }) => consume(producerId));
  socket.on('participant-list-update', (list) => { participants = list; });
  socket.on('participant-left', ({ peerId }) => call.dropPeer(peerId));
  socket.on('consumer-closed', ({ consumerId }) => call.drop(consumerId));
  socket.on('producer-closed', ({ producerId }) =>
    call.dropProducer(producerId));
  socket.on('producer-paused', ({ producerId }) =>
    call.markProducer(producerId, true));
  socket.on('producer-resumed', ({ producerId }) =>
    call.markProducer(producerId, false));
  return new Promise((done) => { socket.once('connect', done); });
}

async function enter() {
  await connect();
  await call.loadDevice((await ask('get-rtp-capabilities')).rtpCapabilities);
  const { existingProducers } = await ask('join-mediasoup-room', {
    name: user, rtpCapabilities: call.device.rtpCapabilities,
  });
  const [sending, receiving] = await Promise.all([
    openTransport('send'), openTransport('recv'),
  ]);
  call.use(sending, receiving);
  existingProducers.forEach(consume);
  await call.sendCamera();
}

async function openTransport(
  direction: 'send' | 'recv',
): Promise<types.Transport> {
  const { params } = await ask('create-webrtc-transport', { direction });
  const transport = direction === 'send'
    ? call.device.createSendTransport(params)
    : call.device.createRecvTransport(params);
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-transport', { transportId, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters, appData } = parameters;
    ask('produce', { transportId, kind, rtpParameters, appData })
      .then(callback, errback);
  });
  return transport;
}

async function consume(producerId: string) {
  await call.open;
  const params = await ask('consume', {
    producerId,
    transportId: call.receiving.id,
    rtpCapabilities: call.device.rtpCapabilities,
  });
  const consumer = await call.show(params, params.peerId);
  await ask('resume-consumer', { consumerId: consumer.id });
}

function hangUp() {
  socket.disconnect();
  call.end();
}

window.app = call.buttons({
  people: () => participants,
  provoke: () => {
    const { rtpCapabilities } = call.device;
    const { producerId } = call.someVideo();
    return refusals([
      ask('create-webrtc-transport', {
        roomId: 'elsewhere', direction: 'send',
      }),
      ask('connect-transport', {
        transportId: 'nowhere', dtlsParameters: SOME_DTLS,
      }),
      ask('consume', { producerId: 'nothing', rtpCapabilities }),
      ask('resume-consumer', { consumerId: 'nobody' }),
      ask('consume', { producerId, rtpCapabilities: { codecs: [] } }),
    ]);
  },
  reconnect: async () => {
    hangUp();
    await enter();
  },
  leave: hangUp,
});

void enter();
