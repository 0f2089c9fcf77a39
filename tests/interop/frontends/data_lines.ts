/**
 * The data channel signaling of each dialect, as docs/signaling.md ("Data
 * channels") and mediasoup-demo's two generations have it. All have one
 * interface, so one page can try every dialect.
 */

import type { types } from 'mediasoup-client';
import { Peer, WebSocketTransport } from 'protoo-client';
import { io } from 'socket.io-client';
import { camelCase } from './call';
import { settings, socketServer } from './page';

export type Direction = 'send' | 'recv';

/** The description of a data consumer. */
export interface Offer {
  id: string;
  dataProducerId: string;
  peerId: string;
  sctpStreamParameters: types.SctpStreamParameters;
  label: string;
  protocol: string;
}

/** The page's handlers for the server's notifications. */
export interface Listener {
  consume(offer: Offer): Promise<void>;
  closed(dataConsumerId: string): void;
  paused(dataConsumerId: string, paused: boolean): void;
}

export interface Line {
  routerRtpCapabilities: types.RtpCapabilities;
  createTransport(direction: Direction): Promise<types.TransportOptions>;
  connectTransport(id: string, direction: Direction,
    dtlsParameters: types.DtlsParameters): Promise<unknown>;
  produceData(parameters: object): Promise<string>;
  /** Sends a data channel verb by its kebab-case name. */
  ask(verb: string, data: object): Promise<any>;
  /** The transports exist: from now on data producers can be consumed. */
  begin(device: types.Device, receiving: string): Promise<void>;
}

const { server, room, user, transports, reading } = settings;

async function openWs(listener: Listener): Promise<Line> {
  const query = new URLSearchParams({ auth: user, channelId: room });
  const ws = new WebSocket(`${socketServer}/socket?${query}`);
  const waiting = new Map<number, (answer: any) => void>();
  let nextId = 1;
  let receiving = '';
  const known: string[] = [];
  const ask = async (type: string, data: object = {}) => {
    const id = nextId++;
    ws.send(JSON.stringify({ type, id, data }));
    const answer = await new Promise<any>((done) => waiting.set(id, done));
    if (answer.type === 'error') throw new Error(answer.data.code);
    return answer.data;
  };
  const consume = async (dataProducerId: string) => {
    if (known.includes(dataProducerId)) return;
    known.push(dataProducerId);
    const transportId = receiving;
    await listener.consume(
      await ask('consume-data', { transportId, dataProducerId }));
  };
  ws.onmessage = (event) => {
    const message = JSON.parse(event.data);
    const { type, id, data } = message;
    if (waiting.has(id)) waiting.get(id)!(message);
    else if (type === 'new-data-producer' && receiving) {
      void consume(data.dataProducerId);
    } else heed(listener, type, data);
  };
  await new Promise((opened) => { ws.onopen = opened; });
  return {
    routerRtpCapabilities: await ask('get-rtp-capabilities'),
    createTransport: (direction) =>
      ask('create-transport', { direction, enableSctp: true }),
    connectTransport: (transportId, direction, dtlsParameters) =>
      ask('connect-transport', { transportId, direction, dtlsParameters }),
    produceData: async (data) => (await ask('produce-data', data)).id,
    ask,
    async begin(_, transportId) {
      receiving = transportId;
      for (const { dataProducerId } of await ask('get-data-producers')) {
        await consume(dataProducerId);
      }
    },
  };
}

/** The pushes common to all dialects, apart from the case of their names. */
function heed(listener: Listener, name: string, data: any) {
  if (name === 'data-consumer-closed') listener.closed(data.dataConsumerId);
  if (name === 'data-consumer-paused') {
    listener.paused(data.dataConsumerId, true);
  }
  if (name === 'data-consumer-resumed') {
    listener.paused(data.dataConsumerId, false);
  }
}

function openSocket() {
  const socket = io(server, {
    ...(transports && { transports }), forceNew: true,
  });
  const ask = async (event: string, ...args: unknown[]) => {
    const answer = await new Promise<any>((done) => {
      socket.emit(event, ...args, done);
    });
    if (answer?.error) throw new Error(answer.code);
    return answer;
  };
  return { socket, ask };
}

async function openEvents(listener: Listener): Promise<Line> {
  const { socket, ask } = openSocket();
  const known: string[] = [];
  let receiving = '';
  const consume = async ({ dataProducerId }: any) => {
    if (known.includes(dataProducerId)) return;
    known.push(dataProducerId);
    await listener.consume(await ask('consume-data',
      { transportId: receiving, dataProducerId }));
  };
  socket.on('new-data-producer', (data: any) => {
    if (receiving) void consume(data);
  });
  socket.onAny((name: string, data: any) => heed(listener, name, data));
  const { rtpCapabilities } =
    await ask('get-rtp-capabilities', { roomId: room });
  await ask('join-mediasoup-room', { roomId: room, name: user });
  return {
    routerRtpCapabilities: rtpCapabilities,
    createTransport: async (direction) => (await ask(
      'create-webrtc-transport', { direction, enableSctp: true })).params,
    connectTransport: (transportId, _, dtlsParameters) =>
      ask('connect-transport', { transportId, dtlsParameters }),
    produceData: async (data) => (await ask('produce-data', data)).id,
    ask,
    async begin(_, transportId) {
      receiving = transportId;
      const { dataProducers } = await ask('get-data-producers');
      for (const one of dataProducers) await consume(one);
    },
  };
}

/**
 * `flow` and `rooms`, where only newDataProducer announces the existing ones.
 */
async function openCamel(listener: Listener): Promise<Line> {
  const flow = reading === 'flow';
  const { socket, ask } = openSocket();
  socket.on('newDataProducer', async ({ dataProducerId }: any) => {
    await listener.consume(await ask('consumeData', { dataProducerId }));
  });
  socket.onAny((name: string, data: any) => heed(listener,
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), data));
  if (!flow) {
    await ask('createRoom', room).catch(() => undefined);
    await ask('joinRoom', room, user);
  }
  const names = flow
    ? { send: 'createWebRtcTransport', recv: 'create-consumer-transport' }
    : { send: 'createProducerTransport', recv: 'createConsumerTransport' };
  const connects = flow
    ? { send: 'connectTransport', recv: 'connect-consumer-transport' }
    : { send: 'connectProducerTransport', recv: 'connectConsumerTransport' };
  return {
    routerRtpCapabilities:
      await ask('getRouterRtpCapabilities', { roomId: room }),
    createTransport: (direction) => ask(names[direction], {
      direction, ...(flow && { roomId: room }),
      numSctpStreams: { OS: 1024, MIS: 1024 },
    }),
    connectTransport: (transportId, direction, dtlsParameters) =>
      ask(connects[direction], { transportId, dtlsParameters }),
    produceData: async (data) => (await ask('produceData', data)).id,
    ask: (verb, data) => ask(camelCase(verb), data),
    begin: async () => undefined,
  };
}

async function openProtoo(listener: Listener): Promise<Line> {
  const legacy = reading === 'legacy';
  const query = new URLSearchParams({
    roomId: room, peerId: user, ...(!legacy && { usePipeTransports: 'false' }),
  });
  const peer = new Peer(new WebSocketTransport(`${socketServer}/?${query}`));
  let sctpCapabilities: unknown;
  peer.on('request', async ({ method, data }, accept, reject) => {
    if (method !== 'newDataConsumer') return reject(403, 'unknown request');
    try {
      await listener.consume({
        ...data, id: legacy ? data.id : data.dataConsumerId,
      });
      accept();
    } catch (error) {
      reject(error as Error);
    }
  });
  peer.on('notification', ({ method, data }) => {
    if (method === 'dataConsumerClosed') listener.closed(data.dataConsumerId);
    if (method === 'dataConsumerPaused') {
      listener.paused(data.dataConsumerId, true);
    }
    if (method === 'dataConsumerResumed') {
      listener.paused(data.dataConsumerId, false);
    }
  });
  await new Promise<void>((done) => peer.on('open', () => done()));
  const caps = await peer.request('getRouterRtpCapabilities');
  return {
    routerRtpCapabilities: legacy ? caps : caps.routerRtpCapabilities,
    async createTransport(direction) {
      const producing = direction === 'send';
      const answer = await peer.request('createWebRtcTransport', legacy
        ? { forceTcp: false, producing, consuming: !producing,
          sctpCapabilities }
        : { forceTcp: false,
          appData: { direction: producing ? 'producer' : 'consumer' } });
      return { ...answer, id: legacy ? answer.id : answer.transportId };
    },
    connectTransport: (transportId, _, dtlsParameters) =>
      peer.request('connectWebRtcTransport', { transportId, dtlsParameters }),
    async produceData(data) {
      const answer = await peer.request('produceData', data);
      return legacy ? answer.id : answer.dataProducerId;
    },
    ask: (verb, data) => (verb === 'get-stats'
      ? peer.request('dataProducerId' in data ? 'getDataProducerStats'
        : 'getDataConsumerStats', data)
      : peer.request(camelCase(verb), data)),
    async begin(device) {
      await peer.request('join', {
        displayName: user, device: { name: 'Chrome' },
        rtpCapabilities: device.rtpCapabilities, sctpCapabilities,
      });
    },
  };
}

/** Opens the signaling of the dialect that the page's reading names. */
export function openLine(listener: Listener): Promise<Line> {
  if (reading === 'ws') return openWs(listener);
  if (reading === 'events') return openEvents(listener);
  if (reading === 'flow' || reading === 'rooms') return openCamel(listener);
  return openProtoo(listener);
}
