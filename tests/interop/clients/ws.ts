/**
 * A frontend written only from the document "plain WebSocket". Bare: requests
 * carry no ids, and replies are matched by their type, in order. Rich: every
 * optional field is sent, and replies are matched by id.
 */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import {
  openMedia, play, producerOptions, pruned, readFigures,
  type Figures, type Frontend, type LoggedEvent, type Options, type Received,
} from './frontend';

interface Message {
  type: string;
  id?: number;
  data?: any;
}

interface Pending {
  id: number;
  replyType: string;
  done(data: any): void;
  failed(error: Error): void;
}

const REPLIES: Record<string, string> = {
  'get-rtp-capabilities': 'rtp-capabilities',
  'create-transport': 'transport-params',
  'connect-transport': 'transport-connected',
  'produce': 'producer-id',
  'consume': 'consumer-params',
  'resume-consumer': 'consumer-resumed',
  'get-producers': 'producers',
  'restart-ice': 'ice-restarted',
};

class WsFrontend implements Frontend {
  #options!: Options;
  #socket!: WebSocket;
  #device!: Device;
  #pending: Pending[] = [];
  #nextId = 1;
  #log: LoggedEvent[] = [];
  #ended: string[] = [];
  #producers: types.Producer[] = [];
  #received: Received[] = [];
  #transports: types.Transport[] = [];
  #receiving: types.Transport | undefined;
  #consuming: Promise<unknown> = Promise.resolve();

  async start(options: Options): Promise<void> {
    this.#options = options;
    const media = await openMedia(options);
    await this.#connect();
    const routerRtpCapabilities = await this.#request('get-rtp-capabilities');
    this.#device = await Device.factory();
    await this.#device.load({ routerRtpCapabilities });
    const sending = media.getTracks().length > 0
      ? await this.#openTransport('send') : undefined;
    this.#receiving = await this.#openTransport('recv');
    for (const track of media.getTracks()) {
      this.#producers.push(await sending!.produce(
        producerOptions(track, this.#device, options)));
    }
    await (options.rich ? this.#consumeListed() : this.#consumeAll());
  }

  stats(): Promise<Figures> {
    return readFigures(this.#producers, this.#received, this.#transports);
  }

  async leave(): Promise<void> {
    this.#socket.close();
    this.#transports.forEach((transport) => transport.close());
  }

  online(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async comeBack(): Promise<void> {
    await this.#connect();
    for (const transport of this.#transports) {
      const { iceParameters } = await this.#request(
        'restart-ice', { transportId: transport.id });
      await transport.restartIce({ iceParameters });
    }
  }

  events(): LoggedEvent[] {
    return this.#log;
  }

  ended(): string[] {
    return this.#ended;
  }

  #connect(): Promise<void> {
    const { server, room, user } = this.#options;
    const query = new URLSearchParams({ auth: user, channelId: room });
    const socket = new WebSocket(
      `${server.replace(/^http/, 'ws')}/socket?${query}`);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = ({ code }) => {
        const error = new Error(`socket closed with ${code}`);
        this.#pending.splice(0).forEach(({ failed }) => failed(error));
        reject(error);
      };
    });
  }

  #request(type: string, data?: object): Promise<any> {
    const id = this.#nextId++;
    return new Promise((done, failed) => {
      this.#pending.push({ id, replyType: REPLIES[type]!, done, failed });
      const message = { type, ...(data && { data }) };
      this.#socket.send(JSON.stringify(
        this.#options.rich ? { ...message, id } : message));
    });
  }

  #receive(message: Message): void {
    const at = this.#pending.findIndex(({ id, replyType }) =>
      message.id === undefined
        // Responses come in order: an error belongs to the oldest request.
        ? message.type === replyType || message.type === 'error'
        : message.id === id);
    const pending = at >= 0 ? this.#pending.splice(at, 1)[0] : undefined;
    if (!pending) return this.#handlePush(message);
    if (message.type === 'error') {
      pending.failed(new Error(message.data.message));
    } else {
      pending.done(message.data);
    }
  }

  #handlePush({ type, data }: Message): void {
    this.#log.push({ name: type, data });
    if (type === 'new-producer') {
      void (this.#options.rich ? this.#consume(data) : this.#consumeAll());
    }
    if (type === 'consumer-closed') {
      this.#close(({ consumer }) => consumer.id === data.consumerId);
    }
    if (type === 'producer-closed') {
      this.#close(({ consumer }) => consumer.producerId === data.producerId);
    }
  }

  #close(which: (received: Received) => boolean): void {
    for (const { consumer } of this.#received.filter(which)) {
      if (consumer.closed) continue;
      consumer.close();
      this.#ended.push(consumer.producerId);
    }
    this.#received = this.#received.filter(({ consumer }) => !consumer.closed);
  }

  async #openTransport(direction: 'send' | 'recv'): Promise<types.Transport> {
    const { rich } = this.#options;
    const params = pruned(await this.#request('create-transport',
      rich ? { direction } : undefined), this.#options);
    const transport = direction === 'send'
      ? this.#device.createSendTransport(params)
      : this.#device.createRecvTransport(params);
    const extra = rich ? { transportId: transport.id, direction } : {};
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      this.#request('connect-transport', { dtlsParameters, ...extra })
        .then(done, failed);
    });
    transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
      const appData = rich ? { appData: { source: kind } } : {};
      this.#request('produce', { kind, rtpParameters, ...extra, ...appData })
        .then(done, failed);
    });
    this.#transports.push(transport);
    return transport;
  }

  /** Consumes producers until the server has no more. */
  #consumeAll(): Promise<unknown> {
    this.#consuming = this.#consuming.then(async () => {
      while (this.#receiving && await this.#consumeOne({})) { /* the next */ }
    });
    return this.#consuming;
  }

  async #consumeListed(): Promise<void> {
    const producers = await this.#request('get-producers');
    for (const producer of producers) await this.#consume(producer);
  }

  #consume({ producerId }: { producerId: string }): Promise<unknown> {
    this.#consuming = this.#consuming.then(async () => {
      const known = this.#received.some(({ consumer }) =>
        consumer.producerId === producerId);
      if (known || !this.#receiving) return;
      const transportId = this.#receiving.id;
      await this.#consumeOne({ producerId, transportId, paused: true });
    });
    return this.#consuming;
  }

  async #consumeOne(extra: object): Promise<boolean> {
    let params;
    try {
      params = await this.#request('consume', {
        rtpCapabilities: this.#device.recvRtpCapabilities, ...extra,
      });
    } catch (error) {
      this.#log.push({ name: 'consume refused', data: String(error) });
      return false;
    }
    const consumer = await this.#receiving!.consume(params);
    if (this.#options.rich) {
      await this.#request('resume-consumer', { consumerId: consumer.id });
    }
    const received: Received = {
      consumer,
      peerId: params.peerId,
      resumedAt: performance.now(),
      firstFrameMs: undefined,
    };
    this.#received.push(received);
    play(received);
    return true;
  }
}

window.troupe = new WsFrontend();
