/** What this person sends: one transport, at most one producer per source. */

import type { types } from 'mediasoup-client';
import type { Requester, Source } from './signaling';
import { openTransport } from './transport';

const CAMERA_BITRATE = 1_500_000;
const SCREEN_BITRATE = 2_500_000;

export class Sender {
  #producers = new Map<Source, types.Producer>();

  private constructor(
    private readonly signaling: Requester,
    private readonly device: types.Device,
    readonly transport: types.Transport,
  ) {}

  static async open(
    signaling: Requester,
    device: types.Device,
    roomId: string,
  ): Promise<Sender> {
    const transport = await openTransport(signaling, device, roomId, 'send');
    return new Sender(signaling, device, transport);
  }

  producer(source: Source): types.Producer | undefined {
    return this.#producers.get(source);
  }

  /** Starts sending a track, or puts it in place of the one being sent. */
  async send(source: Source, track: MediaStreamTrack): Promise<void> {
    const current = this.#producers.get(source);
    if (current) {
      if (current.track !== track) await current.replaceTrack({ track });
      await this.#resume(current);
      return;
    }
    if (!this.device.canProduce(track.kind as types.MediaKind)) return;
    const producer = await this.transport.produce({
      track,
      ...this.#encoding(source),
      stopTracks: false,
      zeroRtpOnPause: false,
      appData: { source },
    });
    this.#producers.set(source, producer);
  }

  /** Keeps the producer but sends nothing; others see "muted". */
  async pause(source: Source): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer || producer.paused) return;
    producer.pause();
    await this.signaling.request('pause-producer', { producerId: producer.id });
  }

  async stop(source: Source): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer) return;
    this.#producers.delete(source);
    producer.close();
    await this.signaling.request('close-producer', { producerId: producer.id });
  }

  close(): void {
    this.transport.close();
    this.#producers.clear();
  }

  async #resume(producer: types.Producer): Promise<void> {
    if (!producer.paused) return;
    producer.resume();
    const { id: producerId } = producer;
    await this.signaling.request('resume-producer', { producerId });
  }

  #encoding(source: Source): Partial<types.ProducerOptions> {
    if (source === 'mic') {
      return { codecOptions: { opusDtx: true, opusFec: true } };
    }
    const codec = this.device.sendRtpCapabilities.codecs?.find(
      ({ mimeType }) => mimeType.toLowerCase() === 'video/vp8',
    );
    const maxBitrate = source === 'screen' ? SCREEN_BITRATE : CAMERA_BITRATE;
    return {
      encodings: [{ maxBitrate }],
      codecOptions: { videoGoogleStartBitrate: 1000 },
      ...(codec && { codec }),
    };
  }
}
