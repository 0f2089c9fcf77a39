/**
 * A frontend written only from the "Server Socket Events Reference"
 * (Socket.IO). Rich: it also uses names and application data, and closes
 * consumers when the server announces their end.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import {
  openMedia, play, producerOptions, pruned, readFigures,
  type Figures, type Frontend, type LoggedEvent, type Options, type Received,
} from './frontend';

const PUSHES = ['new-producer', 'participant-list-update', 'participant-left',
  'producer-closed', 'consumer-closed', 'producer-paused', 'producer-resumed',
  'consumer-layers-changed'];

class EventsFrontend implements Frontend {
  #options!: Options;
  #socket!: Socket;
  #device!: Device;
  #log: LoggedEvent[] = [];
  #ended: string[] = [];
  #producers: types.Producer[] = [];
  #received: Received[] = [];
  #transports: types.Transport[] = [];
  #receiving: types.Transport | undefined;
  #asked = new Set<string>();

  async start(options: Options): Promise<void> {
    this.#options = options;
    const media = await openMedia(options);
    await this.#connect();
    const { rtpCapabilities } = await this.#request('get-rtp-capabilities');
    this.#device = await Device.factory();
    await this.#device.load({ routerRtpCapabilities: rtpCapabilities });
    const existingProducers = await this.#join();
    const sending = await this.#openTransport('send');
    this.#receiving = await this.#openTransport('recv');
    for (const track of media.getTracks()) {
      this.#producers.push(await sending.produce(
        producerOptions(track, this.#device, options)));
    }
    const early = this.#log
      .filter(({ name }) => name === 'new-producer')
      .map(({ data }) => (data as { producerId: string }).producerId);
    await Promise.all([...existingProducers, ...early]
      .map((producerId) => this.#consume(producerId)));
  }

  stats(): Promise<Figures> {
    return readFigures(this.#producers, this.#received, this.#transports);
  }

  async prefer(spatialLayer: number, temporalLayer?: number): Promise<void> {
    const { consumer } = this.#received
      .find((one) => one.consumer.kind === 'video')!;
    await this.#request('set-preferred-layers', {
      consumerId: consumer.id, spatialLayer, temporalLayer,
    });
  }

  async leave(): Promise<void> {
    if (this.#options.rich) await this.#request('leave-room');
    this.#socket.disconnect();
    this.#transports.forEach((transport) => transport.close());
  }

  online(): boolean {
    return this.#socket.connected;
  }

  async comeBack(): Promise<void> {
    // The same Socket: it sends its pid and gets its id again.
    const connected = new Promise((done) =>
      this.#socket.once('connect', () => done(undefined)));
    this.#socket.connect();
    await connected;
    const existingProducers = await this.#join();
    for (const transport of this.#transports) {
      const { iceParameters } = await this.#request(
        'restart-ice', { transportId: transport.id });
      await transport.restartIce({ iceParameters });
    }
    await Promise.all(existingProducers
      .map((producerId) => this.#consume(producerId)));
  }

  events(): LoggedEvent[] {
    return this.#log;
  }

  ended(): string[] {
    return this.#ended;
  }

  #connect(): Promise<void> {
    const socket = io(this.#options.server, { reconnection: false });
    this.#socket = socket;
    for (const name of PUSHES) {
      socket.on(name, (data) => this.#handlePush(name, data));
    }
    return new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
  }

  async #join(): Promise<string[]> {
    const { existingProducers } = await this.#request('join-mediasoup-room', {
      rtpCapabilities: this.#device.recvRtpCapabilities,
      ...(this.#options.rich && { name: this.#options.user }),
    });
    return existingProducers;
  }

  async #request(name: string, data: object = {}): Promise<any> {
    const { room: roomId } = this.#options;
    const answer = await this.#socket.timeout(10_000)
      .emitWithAck(name, { roomId, ...data });
    if (answer?.error) throw new Error(`${name}: ${answer.error}`);
    return answer;
  }

  #handlePush(name: string, data: any): void {
    this.#log.push({ name, data });
    if (name === 'new-producer') void this.#consume(data.producerId);
    if (name === 'participant-left') {
      this.#close(({ peerId }) => peerId === data.peerId);
    }
    if (!this.#options.rich) return;
    if (name === 'producer-closed') {
      this.#close(({ consumer }) => consumer.producerId === data.producerId);
    }
    if (name === 'consumer-closed') {
      this.#close(({ consumer }) => consumer.id === data.consumerId);
    }
  }

  #close(which: (received: Received) => boolean): void {
    for (const { consumer } of this.#received.filter(which)) {
      consumer.close();
      this.#ended.push(consumer.producerId);
    }
    this.#received = this.#received.filter(({ consumer }) => !consumer.closed);
  }

  async #openTransport(direction: 'send' | 'recv'): Promise<types.Transport> {
    const { params } =
      await this.#request('create-webrtc-transport', { direction });
    const transport = direction === 'send'
      ? this.#device.createSendTransport(pruned(params, this.#options))
      : this.#device.createRecvTransport(pruned(params, this.#options));
    const transportId = transport.id;
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#request('connect-transport', { transportId, dtlsParameters })
        .then(done, failed);
    });
    transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
      const source = kind === 'audio' ? 'mic' : 'camera';
      const extra = this.#options.rich ? { appData: { source } } : {};
      this.#request('produce', { transportId, kind, rtpParameters, ...extra })
        .then(done, failed);
    });
    this.#transports.push(transport);
    return transport;
  }

  async #consume(producerId: string): Promise<void> {
    if (!this.#receiving || this.#asked.has(producerId)) return;
    this.#asked.add(producerId);
    const params = await this.#request('consume', {
      producerId, rtpCapabilities: this.#device.recvRtpCapabilities,
    });
    const consumer = await this.#receiving.consume(params);
    const received: Received = {
      consumer,
      peerId: params.peerId,
      resumedAt: performance.now(),
      firstFrameMs: undefined,
    };
    this.#received.push(received);
    play(received);
    await this.#request('resume-consumer', { consumerId: consumer.id });
    received.resumedAt = performance.now();
  }
}

window.troupe = new EventsFrontend();
