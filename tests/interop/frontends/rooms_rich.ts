/**
 * Follows the "MediaSoup" notes (Socket.IO), mixing all their samples: the room
 * is created or joined with an acknowledgement, whose transport sends;
 * createWebRtcTransport makes the one that receives; consumers start paused.
 * Uses what Troupe adds: the producers that were there before, a notification
 * when one goes, and the further verbs under their likely names.
 */

import type { types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import { Call, camelCase, refusals, SOME_DTLS } from './call';
import { settings } from './page';

/** The notes have unexpected names for these two. */
const NAMES: Record<string, string> = {
  'pause-consumer': 'pause',
  'resume-consumer': 'resume',
};

const { server, room: roomId, user: userId, transports } = settings;
const call = new Call((verb, data) =>
  ask(NAMES[verb] ?? camelCase(verb), data ?? {}));
let socket: Socket;

async function ask(event: string, ...data: unknown[]): Promise<any> {
  const response = await new Promise<any>((done) => {
    socket.emit(event, ...data, done);
  });
  if (response?.error) throw new Error(response.error);
  return response;
}

function connect(): Promise<void> {
  socket = io(server, {
    ...(transports && { transports }), forceNew: true,
  });
  socket.on('newProducer', consume);
  socket.on('peerLeft', (peerId) => call.dropPeer(peerId));
  socket.on('consumerClosed', ({ consumerId }) => call.drop(consumerId));
  socket.on('producerClosed', ({ producerId }) =>
    call.dropProducer(producerId));
  socket.on('producerPaused', ({ producerId }) =>
    call.markProducer(producerId, true));
  socket.on('producerResumed', ({ producerId }) =>
    call.markProducer(producerId, false));
  return new Promise((done) => { socket.once('connect', done); });
}

async function enter() {
  await connect();
  await ask('createRoom', roomId).catch(() => 'someone has');
  const { rtpCapabilities, transportOptions, producers } =
    await ask('joinRoom', roomId, userId);
  await call.loadDevice(rtpCapabilities);
  const receiving = await ask('createWebRtcTransport', { direction: 'recv' });
  call.use(call.device.createSendTransport(transportOptions),
    call.device.createRecvTransport(receiving.transportOptions));
  wire(call.sending);
  wire(call.receiving);
  await call.sendCamera();
  await Promise.all(producers.map(consume));
}

function wire(transport: types.Transport) {
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connectTransport', { transportId, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters, appData } = parameters;
    ask('produce', { transportId, kind, rtpParameters, appData })
      .then(callback, errback);
  });
}

/** Existing producers are both listed and announced. */
async function consume({ producerId, peerId }: any) {
  await call.open;
  if (!call.meet(producerId)) return;
  const consumer = await call.show(await ask('consume', {
    transportId: call.receiving.id,
    producerId,
    rtpCapabilities: call.device.rtpCapabilities,
    paused: true,
  }), peerId);
  await ask('resume', { consumerId: consumer.id });
}

function hangUp() {
  socket.disconnect();
  call.end();
}

window.app = call.buttons({
  provoke: () => {
    const { rtpCapabilities } = call.device;
    const { producerId } = call.someVideo();
    const transportId = call.receiving.id;
    const dtlsParameters = SOME_DTLS;
    return refusals([
      ask('createRoom', roomId),
      ask('joinRoom', 'elsewhere', userId),
      ask('connectProducerTransport', { transportId: 'no', dtlsParameters }),
      ask('connectConsumerTransport', { transportId: 'no', dtlsParameters }),
      ask('connectTransport', { transportId: 'no', dtlsParameters }),
      ask('consume', {
        transportId, producerId, rtpCapabilities: { codecs: [] },
      }),
      ask('consume', { transportId: 'no', producerId, rtpCapabilities }),
    ]);
  },
  reconnect: async () => {
    hangUp();
    await enter();
  },
  leave: hangUp,
});

void enter();
