/**
 * Follows mediasoup-demo's protoo protocol with all that its app uses, until
 * 2024 (reading "legacy") or the current one (reading "current").
 */

import type { types } from 'mediasoup-client';
import { Peer, WebSocketTransport } from 'protoo-client';
import { Call, refusals, SOME_DTLS } from './call';
import { markPaused, settings, socketServer } from './page';

/** The protocol's names of the verbs that both generations have. */
const NAMES: Record<string, string> = {
  'pause-producer': 'pauseProducer',
  'resume-producer': 'resumeProducer',
  'close-producer': 'closeProducer',
  'pause-consumer': 'pauseConsumer',
  'resume-consumer': 'resumeConsumer',
  'set-preferred-layers': 'setConsumerPreferredLayers',
  'request-key-frame': 'requestConsumerKeyFrame',
  'restart-ice': 'restartIce',
};

const { room, user, reading } = settings;
const legacy = reading === 'legacy';
const query = new URLSearchParams({
  roomId: room, peerId: user, consumerReplicas: '0',
  ...(!legacy && { usePipeTransports: 'false' }),
});
const call = new Call(ask);
const names = new Map<string, string>();
let wire: WebSocketTransport;
let peer: Peer;
let entered: () => void = () => {};

/** Sends a button's verb under its name in this generation. */
async function ask(verb: string, data: object = {}): Promise<any> {
  if (verb === 'get-stats') return getStats(data);
  const method = NAMES[verb]!;
  if (verb === 'restart-ice') {
    const answer = await peer.request(method, data);
    return legacy ? { iceParameters: answer } : answer;
  }
  return legacy ? peer.request(method, data) : peer.notify(method, data);
}

function getStats(data: object): Promise<any> {
  const what = 'transportId' in data ? 'Transport'
    : 'producerId' in data ? 'Producer' : 'Consumer';
  return peer.request(`get${what}Stats`, data);
}

function connect() {
  wire = new WebSocketTransport(`${socketServer}/?${query}`);
  peer = new Peer(wire);
  peer.on('open', enter);
  peer.on('disconnected', () => call.end());
  peer.on('request', async ({ method, data }, accept, reject) => {
    if (method !== 'newConsumer') return reject(403, 'unknown request');
    try {
      await consume(data);
      accept();
    } catch (error) {
      reject(error as Error);
    }
  });
  peer.on('notification', ({ method, data }) => notified(method, data));
}

function notified(method: string, data: any) {
  if (method === 'newPeer') meet(data);
  if (method === 'peerClosed') names.delete(data.peerId);
  if (method === 'peerDisplayNameChanged') {
    names.set(data.peerId, data.displayName);
  }
  if (method === 'consumerClosed') call.drop(data.consumerId);
  if (method === 'consumerPaused') markPaused(data.consumerId, true);
  if (method === 'consumerResumed') markPaused(data.consumerId, false);
}

function meet({ id, peerId, displayName }: any) {
  names.set(legacy ? id : peerId, displayName);
}

async function enter() {
  const capabilities = await peer.request('getRouterRtpCapabilities');
  await call.loadDevice(
    legacy ? capabilities : capabilities.routerRtpCapabilities);
  const sending = await openTransport('producer');
  call.use(sending, await openTransport('consumer'));
  const { peers } = await peer.request('join', {
    displayName: user,
    device: { flag: 'chrome', name: 'Chrome', version: '156' },
    rtpCapabilities: call.device.rtpCapabilities,
  });
  peers.forEach(meet);
  await call.sendCamera();
  entered();
}

async function openTransport(
  direction: 'producer' | 'consumer',
): Promise<types.Transport> {
  const producing = direction === 'producer';
  const { id, transportId = id, ...rest } = await peer.request(
    'createWebRtcTransport', legacy
      ? { forceTcp: false, producing, consuming: !producing }
      : { forceTcp: false, appData: { direction } });
  const options = { id: transportId, iceServers: [], ...rest };
  const transport = producing
    ? call.device.createSendTransport(options)
    : call.device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    peer.request('connectWebRtcTransport', { transportId, dtlsParameters })
      .then(callback, errback);
  });
  transport.on('produce', (parameters, callback, errback) => {
    const { kind, rtpParameters, appData } = parameters;
    peer.request('produce', { transportId, kind, rtpParameters, appData })
      .then((answer) => callback({
        id: legacy ? answer.id : answer.producerId,
      }), errback);
  });
  return transport;
}

async function consume(data: any) {
  const { peerId, producerId, kind, rtpParameters, type, appData } = data;
  if (!type || !appData) throw new Error('no type, no application data');
  const id = legacy ? data.id : data.consumerId;
  await call.show({
    id, producerId, kind, rtpParameters,
    // One stream for tracks that belong together, as in the demo's app.
    streamId: `${peerId}-${appData.source === 'screen' ? 'share' : 'mic-cam'}`,
    appData: { ...appData, peerId },
  }, peerId);
  markPaused(id, data.producerPaused);
}

window.app = call.buttons({
  people: () => [...names].map(([id, name]) => ({ id, name })),
  rename: (displayName: string) => (legacy
    ? peer.request('changeDisplayName', { displayName })
    : peer.notify('changeDisplayName', { displayName })),
  provoke: () => refusals([
    peer.request('noSuchMethod'),
    peer.request('join', {
      displayName: user, rtpCapabilities: call.device.rtpCapabilities,
    }),
    peer.request('connectWebRtcTransport', {
      transportId: 'nowhere', dtlsParameters: SOME_DTLS,
    }),
    peer.request('produce', { transportId: call.sending.id, kind: 'smell' }),
    peer.request('restartIce', { transportId: 'nowhere' }),
  ]),
  /** Drops the connection; protoo-client reconnects by itself. */
  reconnect: () => new Promise<void>((done) => {
    entered = done;
    (wire as unknown as { _ws: WebSocket })._ws.close();
  }),
  leave: () => {
    peer.close();
    call.end();
  },
});

connect();
