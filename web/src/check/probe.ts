/** A room of one's own on the server, to try the ways to it. */

import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { ServerError } from '../server_error';
import { Signaling, type ConsumeAnswer } from '../signaling';
import { openTransport } from '../transport';
import { wait } from './borrow';
import type { Reach, Way } from './facts';

const CONNECT_WITHIN_MS = 8000;
const OPEN_WITHIN_MS = 8000;
const QUESTIONS = 4;
/** As much as a good picture of a call takes. */
const MOST_BITRATE = 2_500_000;

const KEPT_BY_ALL = { stopTracks: false, zeroRtpOnPause: false };

export class Probe {
  #signaling: Signaling;
  #device: types.Device | undefined;
  /** No one else comes here: the name has 122 bits of chance. */
  #room = `check-${crypto.randomUUID()}`;
  #settle: { done(): void; failed(error: Error): void } | undefined;
  #transports: types.Transport[] = [];

  constructor(private readonly signal: AbortSignal) {
    this.#signaling = new Signaling('Connection check', {
      connected: () => this.#settle?.done(),
      disconnected: () => this.#settle?.failed(new Error('Connection lost')),
      failed: (error) => this.#settle?.failed(error),
    });
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  get carrier(): 'websocket' | 'polling' {
    return this.#signaling.carrier;
  }

  /** Resolves once connected; rejects with the reason, or when time is up. */
  connect(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#settle = { done: resolve, failed: reject };
      this.#signaling.connect();
      void wait(CONNECT_WITHIN_MS, this.signal).then(() =>
        reject(new ServerError({ code: 'unreachable' })));
    }).finally(() => { this.#settle = undefined; });
  }

  /** The fastest of some answers in ms; undefined if none came. */
  async roundTrip(): Promise<number | undefined> {
    let best: number | undefined;
    for (let i = 0; i < QUESTIONS && !this.signal.aborted; i++) {
      const asked = performance.now();
      try {
        await this.#ask('get-rtp-capabilities');
      } catch (error) {
        // A refusal is an answer as well.
        if (!(error instanceof ServerError)) return best;
      }
      best = Math.min(best ?? Infinity, performance.now() - asked);
    }
    return best;
  }

  /** Throws if the server admits this person to no other room than theirs. */
  async enter(): Promise<void> {
    const { rtpCapabilities } = await this.#ask<{
      rtpCapabilities: types.RtpCapabilities;
    }>('get-rtp-capabilities');
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: rtpCapabilities });
    await this.#ask('join-mediasoup-room', {
      name: 'Connection check', rtpCapabilities: device.recvRtpCapabilities,
    });
    this.#device = device;
  }

  /** Tries one way; the transport stands if it is open. */
  async send(way: Way, track: MediaStreamTrack): Promise<{
    reach: Reach; port: number; transport?: types.Transport; id?: string;
  }> {
    let offered: types.IceCandidate[] = [];
    const transport = await this.#open('send', way, (candidates) => {
      offered = candidates;
    });
    const port = offered[0]?.port ?? 0;
    if (offered.length === 0) {
      transport.close();
      return { reach: 'absent', port };
    }
    const open = this.#opened(transport);
    // Waits for the path, for ever if there is none.
    const producing = transport.produce({
      track, ...KEPT_BY_ALL, encodings: [{ maxBitrate: MOST_BITRATE }],
      codecOptions: { videoGoogleStartBitrate: 1000 },
    });
    producing.catch(() => undefined);
    if (!await open) {
      transport.close();
      return { reach: 'closed', port };
    }
    return { reach: 'open', port, transport, id: (await producing).id };
  }

  /** Receives what was sent on the same way. */
  async receive(way: Way, producerId: string): Promise<types.Transport> {
    const transport = await this.#open('recv', way);
    const answer = await this.#ask<ConsumeAnswer>('consume', {
      producerId, transportId: transport.id, paused: true,
      rtpCapabilities: this.#device!.recvRtpCapabilities,
    });
    const { id, kind, rtpParameters } = answer;
    await transport.consume({ id, producerId, kind, rtpParameters });
    await this.#ask('resume-consumer', { consumerId: id });
    return transport;
  }

  /** The server closes the room at once: its only member leaves in order. */
  close(): void {
    for (const transport of this.#transports) transport.close();
    this.#signaling.close();
  }

  #ask<Answer>(name: string, data: object = {}): Promise<Answer> {
    return this.#signaling.request<Answer>(name,
      { roomId: this.#room, ...data });
  }

  async #open(
    direction: 'send' | 'recv',
    way: Way,
    offered: (candidates: types.IceCandidate[]) => void = () => undefined,
  ): Promise<types.Transport> {
    const transport = await openTransport(this.#signaling, this.#device!,
      this.#room, direction, (offer) => {
        const only = onlyBy(way, offer);
        offered(only.iceCandidates);
        return only;
      });
    this.#transports.push(transport);
    if (this.signal.aborted) transport.close();
    return transport;
  }

  #opened(transport: types.Transport): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      transport.on('connectionstatechange', (state) => {
        if (state === 'connected') resolve(true);
        if (state === 'closed') resolve(false);
      });
      void wait(OPEN_WITHIN_MS, this.signal).then(() => resolve(false));
    });
  }
}

/** An offer that leaves one way to the server. */
function onlyBy(
  way: Way,
  offer: types.TransportOptions,
): types.TransportOptions {
  const { iceServers = [], iceCandidates, ...rest } = offer;
  if (way !== 'relay') {
    return {
      ...rest, iceServers: [],
      iceCandidates: iceCandidates.filter(({ protocol }) => protocol === way),
    };
  }
  const relays = iceServers.filter(({ urls }) =>
    [urls].flat().some((url) => /^turns?:/.test(url)));
  return {
    ...rest, iceServers: relays, iceTransportPolicy: 'relay',
    iceCandidates: relays.length > 0 ? iceCandidates : [],
  };
}
