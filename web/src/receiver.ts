/** What this person receives: one transport, a consumer per producer. */

import type { types } from 'mediasoup-client';
import type { Layers } from './layer_choice';
import { isPicture, knownSource } from './signaling';
import type {
  ConsumeAnswer, LayersPush, ProducerInfo, Requester, ScorePush, Source,
} from './signaling';
import { openTransport } from './transport';

export interface RemoteTrack {
  producerId: string;
  peerId: string;
  source: Source;
  consumer: types.Consumer;
  /** The sender muted it. */
  paused: boolean;
  /** Pixels of width of the largest layer, if the sender says so. */
  sourceWidth: number | undefined;
  /** The layers that the server sends, once it has told. */
  layers: { spatial?: number; temporal?: number } | undefined;
  /** The server has told that nothing of it arrives there. */
  senderSilent: boolean;
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

  /**
   * Starts receiving a voice; a picture waits for hold(). Asking twice is
   * harmless.
   */
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
      if (!isPicture(track.source)) await this.hold(track, false);
      // Slides stay, whoever spoke last.
      if (track.source === 'screen') await this.#rank(track, 2);
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

  /** Takes note of the layers that the server sends now. */
  layersChanged({ consumerId, spatialLayer, temporalLayer }: LayersPush): void {
    const track = this.find(consumerId);
    if (!track) return;
    track.layers = {
      ...(spatialLayer !== undefined && { spatial: spatialLayer }),
      ...(temporalLayer !== undefined && { temporal: temporalLayer }),
    };
  }

  /** Takes note of how well the server receives a stream. */
  scored({ consumerId, producerScore }: ScorePush): void {
    const track = this.find(consumerId);
    if (track) track.senderSilent = producerScore === 0;
  }

  find(consumerId: string): RemoteTrack | undefined {
    return this.tracks().find(({ consumer }) => consumer.id === consumerId);
  }

  /** Asks for these layers, or what comes closest on a narrow path. */
  async prefer(track: RemoteTrack, layers: Layers): Promise<void> {
    await this.signaling.request('set-preferred-layers', {
      consumerId: track.consumer.id,
      spatialLayer: layers.spatial,
      temporalLayer: layers.temporal,
    });
  }

  /** Has the server stop sending a picture that nobody sees, or go on. */
  async hold(track: RemoteTrack, held: boolean): Promise<void> {
    await this.signaling.request(
      held ? 'pause-consumer' : 'resume-consumer',
      { roomId: this.roomId, consumerId: track.consumer.id });
  }

  /** How much it matters among what this person receives, 1 to 255. */
  async #rank(track: RemoteTrack, priority: number): Promise<void> {
    await this.signaling.request('set-consumer-priority', {
      consumerId: track.consumer.id, priority,
    });
  }

  /** Equals what is received to what there is, after a time away. */
  reconcile(infos: ProducerInfo[]): void {
    const there = new Map(infos.map((info) => [info.producerId, info]));
    this.#drop(this.tracks().filter(({ producerId }) =>
      !there.has(producerId)));
    for (const info of infos) {
      if (info.paused !== undefined) {
        this.setPaused(info.producerId, info.paused);
      }
      void this.consume(info);
    }
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
    const source = knownSource(answer.appData) ?? knownSource(info.appData) ??
      this.#guessSource(peerId, answer.kind);
    const consumer = await this.transport.consume({
      id: answer.id,
      producerId: answer.producerId,
      kind: answer.kind,
      rtpParameters: answer.rtpParameters,
      // One stream per person lets the browser keep voice and lips together.
      streamId: source.startsWith('screen') ? `${peerId}-screen` : peerId,
    });
    return {
      producerId: answer.producerId, peerId, source, consumer,
      paused: answer.producerPaused ?? false,
      sourceWidth: answer.appData?.width ?? info.appData?.width,
      layers: undefined,
      senderSilent: false,
    };
  }

  /** For senders that do not say: what comes second is of a screen. */
  #guessSource(peerId: string, kind: types.MediaKind): Source {
    const has = (source: Source) => this.tracks().some((track) =>
      track.peerId === peerId && track.source === source);
    if (kind === 'audio') return has('mic') ? 'screen-audio' : 'mic';
    return has('camera') ? 'screen' : 'camera';
  }
}
