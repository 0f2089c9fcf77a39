/** What this person receives: one transport, a consumer per producer. */

import type { types } from 'mediasoup-client';
import type {
  ConsumeAnswer, ProducerInfo, Requester, Source,
} from './signaling';
import { openTransport } from './transport';

export interface RemoteTrack {
  producerId: string;
  peerId: string;
  source: Source;
  consumer: types.Consumer;
  /** The sender muted it. */
  paused: boolean;
}

export class Receiver {
  #tracks = new Map<string, RemoteTrack>();
  /** Producers asked for whose answer has not come; false: closed meanwhile. */
  #asked = new Map<string, boolean>();

  private constructor(
    private readonly signaling: Requester,
    private readonly device: types.Device,
    private readonly roomId: string,
    private readonly changed: () => void,
    readonly transport: types.Transport,
  ) {}

  static async open(
    signaling: Requester,
    device: types.Device,
    roomId: string,
    changed: () => void,
  ): Promise<Receiver> {
    const transport = await openTransport(signaling, device, roomId, 'recv');
    return new Receiver(signaling, device, roomId, changed, transport);
  }

  tracks(): RemoteTrack[] {
    return [...this.#tracks.values()];
  }

  /** Starts receiving a producer. Asking twice is harmless. */
  async consume(info: ProducerInfo): Promise<void> {
    const { producerId } = info;
    if (this.#tracks.has(producerId) || this.#asked.has(producerId)) return;
    this.#asked.set(producerId, true);
    try {
      const track = await this.#open(info);
      if (!this.#asked.get(producerId)) {
        track.consumer.close();
        return;
      }
      this.#tracks.set(producerId, track);
      this.changed();
      await this.signaling.request('resume-consumer', {
        roomId: this.roomId, consumerId: track.consumer.id,
      });
    } catch (error) {
      console.warn(`Cannot receive ${producerId}`, error);
    } finally {
      this.#asked.delete(producerId);
    }
  }

  setPaused(producerId: string, paused: boolean): void {
    const track = this.#tracks.get(producerId);
    if (!track || track.paused === paused) return;
    track.paused = paused;
    this.changed();
  }

  producerClosed(producerId: string): void {
    if (this.#asked.has(producerId)) this.#asked.set(producerId, false);
    const track = this.#tracks.get(producerId);
    if (track) this.#drop([track]);
  }

  consumerClosed(consumerId: string): void {
    this.#drop(this.tracks().filter(({ consumer }) =>
      consumer.id === consumerId));
  }

  peerLeft(peerId: string): void {
    this.#drop(this.tracks().filter((track) => track.peerId === peerId));
  }

  close(): void {
    this.transport.close();
    this.#tracks.clear();
  }

  #drop(tracks: RemoteTrack[]): void {
    if (tracks.length === 0) return;
    for (const track of tracks) {
      track.consumer.close();
      this.#tracks.delete(track.producerId);
    }
    this.changed();
  }

  async #open(info: ProducerInfo): Promise<RemoteTrack> {
    const answer = await this.signaling.request<ConsumeAnswer>('consume', {
      roomId: this.roomId,
      producerId: info.producerId,
      rtpCapabilities: this.device.recvRtpCapabilities,
    });
    const peerId = answer.peerId ?? info.peerId ?? answer.producerId;
    const source = answer.appData?.source ?? info.appData?.source ??
      this.#guessSource(peerId, answer.kind);
    const consumer = await this.transport.consume({
      id: answer.id,
      producerId: answer.producerId,
      kind: answer.kind,
      rtpParameters: answer.rtpParameters,
      // One stream per person lets the browser keep voice and lips together.
      streamId: source === 'screen' ? `${peerId}-screen` : peerId,
    });
    const paused = answer.producerPaused ?? false;
    return { producerId: answer.producerId, peerId, source, consumer, paused };
  }

  /** For senders that do not say: a second video is a screen. */
  #guessSource(peerId: string, kind: types.MediaKind): Source {
    if (kind === 'audio') return 'mic';
    const hasCamera = this.tracks().some((track) =>
      track.peerId === peerId && track.source === 'camera');
    return hasCamera ? 'screen' : 'camera';
  }
}
