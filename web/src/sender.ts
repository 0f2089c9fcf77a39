/** What this person sends: one transport, at most one producer per source. */

import type { types } from 'mediasoup-client';
import { encodingsOf, type Codec } from './encodings';
import { SendLimit } from './send_limit';
import { settings } from './settings';
import type { Requester, Source, WantedPush } from './signaling';
import { openTransport } from './transport';

/** Bits per second of the sound of a shared screen. */
const SCREEN_SOUND_BITRATE = 128_000;

export class Sender {
  #producers = new Map<Source, types.Producer>();
  /** What the server knows of a producer's pause; false where absent. */
  #toldPaused = new Map<string, boolean>();
  #ending = new Set<string>();
  #limit = new SendLimit(settings());

  private constructor(
    private readonly signaling: Requester,
    private readonly device: types.Device,
    private readonly wanted: Codec,
    readonly transport: types.Transport,
  ) {}

  static async open(
    signaling: Requester,
    device: types.Device,
    roomId: string,
    codec: Codec,
  ): Promise<Sender> {
    const transport = await openTransport(signaling, device, roomId, 'send');
    return new Sender(signaling, device, codec, transport);
  }

  producer(source: Source): types.Producer | undefined {
    return this.#producers.get(source);
  }

  /** Starts sending a track, or puts it in place of the one being sent. */
  async send(source: Source, track: MediaStreamTrack): Promise<void> {
    let current = this.#producers.get(source);
    if (current && source === 'camera' && hasNewSize(current, track)) {
      // Its layers suit another size, and viewers were told of that one.
      await this.stop(source);
      current = undefined;
    }
    if (current) {
      if (current.track !== track) await current.replaceTrack({ track });
      current.resume();
      await this.#tell(current, false);
      return;
    }
    if (!this.device.canProduce(track.kind as types.MediaKind)) return;
    const options = this.#options(source, track);
    const producer = await this.transport.produce({
      track,
      ...options,
      stopTracks: false,
      zeroRtpOnPause: false,
    });
    this.#producers.set(source, producer);
    const full = (options.encodings ?? []).map((one) => one.maxBitrate ?? 0);
    const { rtpSender } = producer;
    if (rtpSender) await this.#limit.add(source, rtpSender, full);
  }

  /** Keeps the producer but sends nothing; others see "muted". */
  async pause(source: Source): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer) return;
    producer.pause();
    await this.#tell(producer, true);
  }

  async stop(source: Source): Promise<void> {
    const producer = this.#producers.get(source);
    if (producer) {
      this.#producers.delete(source);
      producer.close();
      void this.#limit.remove(source);
      this.#ending.add(producer.id);
    }
    // Those that ended while the connection was lost have yet to be told.
    for (const producerId of this.#ending) {
      await this.signaling.request('close-producer', { producerId });
      this.#ending.delete(producerId);
    }
  }

  /** Takes note of a pause by the server; undefined if it is not of ours. */
  mutedByServer(producerId: string): Source | undefined {
    for (const [source, { id }] of this.#producers) {
      if (id !== producerId) continue;
      this.#toldPaused.set(id, true);
      return source;
    }
    return undefined;
  }

  /** Takes note of which layers anybody receives. */
  async want({ producerId, spatialLayer }: WantedPush): Promise<void> {
    for (const [source, { id, closed }] of this.#producers) {
      if (id !== producerId || closed) continue;
      await this.#limit.want(source, spatialLayer);
    }
  }

  close(): void {
    this.#limit.close();
    this.transport.close();
    this.#producers.clear();
  }

  async #tell(producer: types.Producer, paused: boolean): Promise<void> {
    if ((this.#toldPaused.get(producer.id) ?? false) === paused) return;
    await this.signaling.request(
      paused ? 'pause-producer' : 'resume-producer',
      { producerId: producer.id });
    this.#toldPaused.set(producer.id, paused);
  }

  #options(
    source: Source,
    track: MediaStreamTrack,
  ): Partial<types.ProducerOptions> {
    if (source === 'mic') {
      return {
        codecOptions: { opusDtx: true, opusFec: true }, appData: { source },
      };
    }
    if (source === 'screen-audio') {
      // Music and films: both channels, and no pauses where it is quiet.
      return {
        codecOptions: {
          opusStereo: true, opusDtx: false, opusFec: true,
          opusMaxAverageBitrate: SCREEN_SOUND_BITRATE,
        },
        appData: { source },
      };
    }
    const { width } = track.getSettings();
    const codec = this.#codec(`video/${this.wanted}`);
    return {
      encodings: encodingsOf(source, codec ? this.wanted : 'vp8', width),
      codecOptions: { videoGoogleStartBitrate: 1000 },
      appData: { source, ...(width && { width }) },
      ...(codec && { codec }),
    };
  }

  #codec(mimeType: string): types.RtpCodecCapability | undefined {
    return this.device.sendRtpCapabilities.codecs?.find((codec) =>
      codec.mimeType.toLowerCase() === mimeType);
  }
}

/** A picture that has grown or shrunk by this has other layers. */
const OTHER_SIZE = 1.25;

function hasNewSize(
  { appData }: types.Producer,
  track: MediaStreamTrack,
): boolean {
  const told = appData['width'] as number | undefined;
  const { width } = track.getSettings();
  if (!told || !width) return false;
  return Math.max(told, width) / Math.min(told, width) > OTHER_SIZE;
}
