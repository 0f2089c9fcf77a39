/**
 * Clients that only exchange data channel messages, in the dialect that the
 * reading names: chat, cursors, files. Follows "Data channels" of
 * docs/signaling.md.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { openLine, type Line } from './data_lines';

/** A message as a page received it. */
interface Heard {
  from: string;
  label: string;
  protocol: string;
  text: string | null;
  octets: number;
  sum: number;
}

const producers = new Map<string, types.DataProducer>();
const consumers = new Map<string, types.DataConsumer>();
const heard: Heard[] = [];
const closed: string[] = [];
const paused: string[] = [];
const device = new Device();
let line: Line;
let sending: types.Transport;
let receiving: types.Transport;
let ready: () => void;
const open = new Promise<void>((done) => { ready = done; });

/** A checksum that distinguishes two contents. */
function sumOf(octets: Uint8Array): number {
  return octets.reduce((sum, x) => (sum * 31 + x) >>> 0, 7);
}

function contents(size: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 7 + seed) & 0xff);
}

async function hear(from: string, consumer: types.DataConsumer) {
  const { label, protocol } = consumer;
  consumer.binaryType = 'arraybuffer';
  consumer.on('message', (data: unknown) => {
    const text = typeof data === 'string' ? data : null;
    const octets = typeof data === 'string'
      ? new TextEncoder().encode(data) : new Uint8Array(data as ArrayBuffer);
    heard.push({
      from, label, protocol, text, octets: octets.length, sum: sumOf(octets),
    });
  });
}

function wire(transport: types.Transport, direction: 'send' | 'recv') {
  transport.on('connect', ({ dtlsParameters }, callback, errback) => {
    line.connectTransport(transport.id, direction, dtlsParameters)
      .then(() => callback(), errback);
  });
  transport.on('producedata', (parameters: any, callback, errback) => {
    const { sctpStreamParameters, label, protocol, appData } = parameters;
    line.produceData({
      transportId: transport.id, sctpStreamParameters, label, protocol, appData,
    }).then((id) => callback({ id }), errback);
  });
}

async function enter() {
  line = await openLine({
    async consume({ peerId, ...params }) {
      await open;
      const consumer = await receiving.consumeData(params);
      consumers.set(consumer.id, consumer);
      await hear(peerId, consumer);
    },
    closed(id) {
      const gone = consumers.get(id);
      if (!gone) return;
      gone.close();
      consumers.delete(id);
      closed.push(gone.label);
    },
    paused(id, is) {
      paused.push(`${consumers.get(id)?.label} ${is ? 'paused' : 'resumed'}`);
    },
  });
  const { routerRtpCapabilities } = line;
  await device.load({ routerRtpCapabilities });
  sending = device.createSendTransport(await line.createTransport('send'));
  wire(sending, 'send');
  receiving = device.createRecvTransport(await line.createTransport('recv'));
  wire(receiving, 'recv');
  ready();
  await line.begin(device, receiving.id);
}

const entered = enter();

const idOf = (label: string) => producers.get(label)!.id;
const consumerOf = (label: string) =>
  [...consumers.values()].find((x) => x.label === label)!;

window.app = {
  entered: () => entered,
  /** Opens a channel; resolves once it is open. */
  async talk(label: string, options: object = {}) {
    await entered;
    const producer = await sending.produceData({ label, ...options });
    producers.set(label, producer);
    if (producer.readyState !== 'open') {
      await new Promise<void>((done) => producer.on('open', () => done()));
    }
  },
  hears: (label: string) => consumerOf(label)?.readyState === 'open',
  say: (label: string, text: string) => producers.get(label)!.send(text),
  /** Sends `size` octets; returns their checksum. */
  sendOctets(label: string, size: number, seed: number) {
    const octets = contents(size, seed);
    producers.get(label)!.send(octets as never);
    return sumOf(octets);
  },
  heard: () => heard,
  forget: () => { heard.length = 0; },
  closed: () => closed,
  paused: () => paused,
  pause: (label: string) =>
    line.ask('pause-data-producer', { dataProducerId: idOf(label) }),
  resume: (label: string) =>
    line.ask('resume-data-producer', { dataProducerId: idOf(label) }),
  ignore: (label: string) => line.ask('pause-data-consumer',
    { dataConsumerId: consumerOf(label).id }),
  attend: (label: string) => line.ask('resume-data-consumer',
    { dataConsumerId: consumerOf(label).id }),
  async close(label: string) {
    const dataProducerId = idOf(label);
    producers.get(label)!.close();
    producers.delete(label);
    await line.ask('close-data-producer', { dataProducerId });
  },
  /** Closes the channel without a request to the server. */
  hangUp(label: string) {
    producers.get(label)!.close();
    producers.delete(label);
  },
  stats: async (label: string) => JSON.stringify(producers.has(label)
    ? await line.ask('get-stats', { dataProducerId: idOf(label) })
    : await line.ask('get-stats', { dataConsumerId: consumerOf(label).id })),
};
