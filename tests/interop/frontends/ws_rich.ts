/**
 * Follows "How to Connect a Mediasoup Frontend Client to the SFU Backend"
 * (plain WebSocket) and uses all that Troupe adds to it: ids of requests,
 * directions, ids of transports, lists, pushes, and the further verbs under
 * their likely names.
 */

import type { types } from 'mediasoup-client';
import { Call, refusals } from './call';
import { markPaused, settings, socketServer } from './page';

interface Waiting { done(data: any): void; failed(error: Error): void }

const { room, user } = settings;
const call = new Call(ask);
const waiting = new Map<number, Waiting>();
let ws: WebSocket;
let nextId = 1;

function ask(type: string, data: object = {}): Promise<any> {
  const id = nextId++;
  ws.send(JSON.stringify({ type, id, data }));
  return new Promise((done, failed) => waiting.set(id, { done, failed }));
}

function receive({ type, id, data }: any) {
  const answered = waiting.get(id);
  waiting.delete(id);
  if (!answered) push(type, data);
  else if (type === 'error') answered.failed(new Error(data.message));
  else answered.done(data);
}

function push(type: string, data: any) {
  if (type === 'new-producer') void consume(data);
  if (type === 'participant-left') call.dropPeer(data.peerId);
  if (type === 'consumer-closed') call.drop(data.consumerId);
  if (type === 'consumer-paused') markPaused(data.consumerId, true);
  if (type === 'consumer-resumed') markPaused(data.consumerId, false);
}

async function enter() {
  const query = new URLSearchParams({ auth: user, channelId: room });
  ws = new WebSocket(`${socketServer}/socket?${query}`);
  ws.onmessage = (event) => receive(JSON.parse(event.data));
  await new Promise((opened) => { ws.onopen = opened; });
  await call.loadDevice(await ask('get-rtp-capabilities'));
  const receiving = await openTransport('recv');
  call.use(await openTransport('send'), receiving);
  await call.sendCamera();
  for (const producer of await ask('get-producers')) await consume(producer);
}

async function openTransport(
  direction: 'send' | 'recv',
): Promise<types.Transport> {
  const params = await ask('create-transport', { direction });
  const transport = direction === 'send'
    ? call.device.createSendTransport(params)
    : call.device.createRecvTransport(params);
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    ask('connect-transport', { transportId, direction, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters, appData } = parameters;
    ask('produce', { transportId, kind, rtpParameters, appData })
      .then(callback, errback);
  });
  return transport;
}

async function consume({ producerId, peerId }: any) {
  await call.open;
  if (!call.meet(producerId)) return;
  const consumer = await call.show(await ask('consume', {
    producerId,
    transportId: call.receiving.id,
    rtpCapabilities: call.device.rtpCapabilities,
    paused: true,
  }), peerId);
  await ask('resume-consumer', { consumerId: consumer.id });
}

function hangUp() {
  ws.onmessage = null;
  ws.close();
  call.end();
}

window.app = call.buttons({
  provoke: () => refusals([
    ask('no-such-request'),
    ask('connect-transport', { transportId: 'nowhere' }),
    ask('produce', { transportId: call.sending.id, kind: 'smell' }),
    ask('consume', { producerId: 'nothing' }),
    ask('resume-consumer', { consumerId: 'nobody' }),
  ]),
  reconnect: async () => {
    hangUp();
    await enter();
  },
  leave: hangUp,
});

void enter();
