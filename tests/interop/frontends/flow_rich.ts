/**
 * Follows the "MediaSoup Client Flow Overview" (Socket.IO) and uses all that
 * Troupe adds to it: a room and a name, ids of transports, producers requested
 * by id, notifications when one comes or goes, and the further verbs under
 * their likely names. With reading "query" the room is in the handshake's
 * query, with "auth" in its auth, else in each request.
 */

import type { types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import { Call, camelCase, refusals, SOME_DTLS } from './call';
import { settings } from './page';

const { server, room: roomId, user, transports, reading } = settings;
const call = new Call((verb, data) => ask(camelCase(verb), data));
let socket: Socket;

async function ask(event: string, data: object = {}): Promise<any> {
  const where = reading ? {} : { roomId };
  const response = await new Promise<any>((done) => {
    socket.emit(event, { ...where, ...data }, done);
  });
  if (response?.error) throw new Error(response.error);
  return response;
}

function connect(): Promise<void> {
  socket = io(server, {
    ...(transports && { transports }),
    ...(reading === 'query' && { query: { roomId, name: user } }),
    ...(reading === 'auth' && { auth: { roomId, name: user } }),
    forceNew: true,
  });
  socket.on('newProducer', () => consumeAll());
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
  await call.loadDevice(await ask('getRouterRtpCapabilities'));
  const sending = await ask('createWebRtcTransport', { direction: 'send' });
  const receiving = await ask('create-consumer-transport');
  call.use(call.device.createSendTransport(sending.transportOptions),
    call.device.createRecvTransport(receiving.transportOptions));
  wire(call.sending, 'connectTransport');
  wire(call.receiving, 'connect-consumer-transport');
  await call.sendCamera();
  await consumeAll();
}

function wire(transport: types.Transport, connectEvent: string) {
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask(connectEvent, { transportId, dtlsParameters }).then(callback, errback);
  });
  transport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters, appData } = parameters;
    ask('produce', { transportId, kind, rtpParameters, appData })
      .then(callback, errback);
  });
}

let turn: Promise<unknown> = Promise.resolve();

/**
 * Asks for the next producer until there is none; one round at a time. Does
 * nothing while alone, when the server offers a client its own producers.
 */
function consumeAll() {
  turn = turn.then(async () => {
    await call.open;
    while (await consumeNext()) { /* another */ }
  });
  return turn;
}

async function consumeNext(): Promise<boolean> {
  let params;
  try {
    params = await ask('consume-media', {
      rtpCapabilities: call.device.rtpCapabilities,
    });
  } catch {
    return false;
  }
  if (params.peerId === socket.id) return true;
  const consumer = await call.show(params, params.peerId);
  await ask('unpauseConsumer', { consumerId: consumer.id });
  return true;
}

function hangUp() {
  socket.disconnect();
  call.end();
}

window.app = call.buttons({
  provoke: () => refusals([
    ask('connectTransport', {
      transportId: 'nowhere', dtlsParameters: SOME_DTLS,
    }),
    ask('produce', { transportId: call.sending.id, kind: 'smell' }),
    ask('consume-media', {
      producerId: 'nothing',
      rtpCapabilities: call.device.rtpCapabilities,
    }),
    ask('unpauseConsumer', { consumerId: 'nobody' }),
  ]),
  reconnect: async () => {
    hangUp();
    await enter();
  },
  leave: hangUp,
});

void enter();
