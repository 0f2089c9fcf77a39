/**
 * The media and the buttons of a rich page, in any dialect. The page says how
 * to send each verb; verbs have their names in the kebab-case dialects.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import {
  addTile, clearTiles, listTiles, markPaused, openCamera, openScreen, refusal,
  removeTile, removeTilesOf, type Buttons,
} from './page';

export type Ask = (verb: string, data?: object) => Promise<any>;

/** Converts a kebab-case verb to its name in the camel-case dialects. */
export function camelCase(verb: string): string {
  return verb.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

export class Call {
  device!: types.Device;
  sending!: types.Transport;
  receiving!: types.Transport;
  producers = new Map<string, types.Producer>();
  consumers = new Map<string, types.Consumer>();
  #ask: Ask;
  #met = new Set<string>();
  #opened!: () => void;
  /** Resolves once the transports exist. */
  open!: Promise<void>;

  constructor(ask: Ask) {
    this.#ask = ask;
    this.#expectTransports();
  }

  async loadDevice(routerRtpCapabilities: types.RtpCapabilities) {
    this.device = new Device();
    await this.device.load({ routerRtpCapabilities });
  }

  use(sending: types.Transport, receiving: types.Transport) {
    this.sending = sending;
    this.receiving = receiving;
    this.#opened();
  }

  /** Sends the microphone, and the camera in two sizes. */
  async sendCamera() {
    const stream = await openCamera({ width: 640, height: 480 });
    await this.produce('mic', stream.getAudioTracks()[0]!);
    await this.produce('camera', stream.getVideoTracks()[0]!);
  }

  async produce(source: string, track: MediaStreamTrack) {
    const encodings = source === 'camera'
      ? [{ scaleResolutionDownBy: 2 }, { scaleResolutionDownBy: 1 }]
      : undefined;
    this.producers.set(source, await this.sending.produce({
      track, encodings, stopTracks: false, appData: { source },
    }));
  }

  /** Whether this is the first notification of a producer. */
  meet(producerId: string): boolean {
    if (this.#met.has(producerId)) return false;
    this.#met.add(producerId);
    return true;
  }

  async show(
    params: types.ConsumerOptions,
    owner: string,
  ): Promise<types.Consumer> {
    const consumer = await this.receiving.consume(params);
    this.consumers.set(consumer.id, consumer);
    addTile(consumer.id, consumer.track, owner);
    return consumer;
  }

  drop(consumerId: string) {
    this.consumers.get(consumerId)?.close();
    this.consumers.delete(consumerId);
    removeTile(consumerId);
  }

  dropProducer(producerId: string) {
    this.#of(producerId).forEach(({ id }) => this.drop(id));
  }

  dropPeer(peerId: string) {
    removeTilesOf(peerId);
  }

  markProducer(producerId: string, paused: boolean) {
    this.#of(producerId).forEach(({ id }) => markPaused(id, paused));
  }

  /** Ends all media; the page ends its signaling. */
  end() {
    this.sending.close();
    this.receiving.close();
    this.producers.clear();
    this.consumers.clear();
    this.#met.clear();
    clearTiles();
    this.#expectTransports();
  }

  someVideo(): types.Consumer {
    return [...this.consumers.values()].find(({ kind }) => kind === 'video')!;
  }

  /** The buttons that every rich page has; `more` are the page's own. */
  buttons(more: Buttons): Buttons {
    const video = () => ({ consumerId: this.someVideo().id });
    return {
      tiles: listTiles,
      mute: () => this.#setPaused('mic', true),
      unmute: () => this.#setPaused('mic', false),
      stopCamera: () => this.#setPaused('camera', true),
      startCamera: () => this.#setPaused('camera', false),
      shareScreen: async () => this.produce('screen', await openScreen()),
      stopScreen: () => this.#close('screen'),
      chooseLayer: (spatialLayer: number) => this.#ask(
        'set-preferred-layers', { ...video(), spatialLayer, temporalLayer: 0 }),
      askKeyFrame: () => this.#ask('request-key-frame', video()),
      hold: () => this.#ask('pause-consumer', video()),
      unhold: () => this.#ask('resume-consumer', video()),
      stats: () => Promise.all([
        this.#ask('get-stats', { transportId: this.sending.id }),
        this.#ask('get-stats', { producerId: this.producers.get('mic')!.id }),
        this.#ask('get-stats', video()),
      ]),
      kick: (peerId: string) => this.#ask('kick', { peerId }),
      lock: (locked: boolean) => this.#ask('lock-room', { locked }),
      restartIce: async () => {
        await this.#restartIce(this.sending);
        await this.#restartIce(this.receiving);
      },
      ...more,
    };
  }

  #expectTransports() {
    this.open = new Promise((done) => { this.#opened = done; });
  }

  #of(producerId: string): types.Consumer[] {
    return [...this.consumers.values()].filter((consumer) =>
      consumer.producerId === producerId);
  }

  async #setPaused(source: string, paused: boolean) {
    const producer = this.producers.get(source)!;
    if (paused) producer.pause();
    else producer.resume();
    await this.#ask(paused ? 'pause-producer' : 'resume-producer',
      { producerId: producer.id });
  }

  async #close(source: string) {
    const producer = this.producers.get(source)!;
    producer.close();
    this.producers.delete(source);
    await this.#ask('close-producer', { producerId: producer.id });
  }

  async #restartIce(transport: types.Transport) {
    const { iceParameters } =
      await this.#ask('restart-ice', { transportId: transport.id });
    await transport.restartIce({ iceParameters });
  }
}

/** Valid DTLS parameters for a transport that does not exist. */
export const SOME_DTLS = {
  role: 'client',
  fingerprints: [{
    algorithm: 'sha-256', value: Array(32).fill('A7').join(':'),
  }],
};

/** The server's errors for these requests, all of which must fail. */
export function refusals(attempts: Promise<unknown>[]): Promise<string[]> {
  return Promise.all(attempts.map(refusal));
}
