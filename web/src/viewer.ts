/**
 * Asks the server for what the page shows, and for no more. A picture comes
 * stopped and begins when it is first seen.
 */

import { parseScalabilityMode } from 'mediasoup-client';
import type { RemoteTrack, Receiver } from './receiver';
import { isPicture } from './signaling';
import { PictureView, same, type Wish } from './viewing';

const LOOK_EVERY_MS = 150;
const SOURCE_WIDTH = 1280;

/** Where pictures are shown: asked again and again. */
export interface Sights {
  /** Device pixels of width that this picture fills; 0 when out of sight. */
  neededWidth(peerId: string, source: 'camera' | 'screen'): number;
}

/** After a refusal, or while the connection is lost, it waits this long. */
const PATIENCE_MS = 1000;

interface Told {
  view: PictureView;
  told: Partial<Wish>;
  busy: boolean;
  notBefore: number;
}

export class Viewer {
  #entries = new Map<string, Told>();
  #timer: number;

  constructor(
    private readonly receiver: () => Receiver | undefined,
    private readonly sights: Sights,
    private readonly decided: (track: RemoteTrack, text: string) => void,
  ) {
    this.#timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
  }

  /** Whether the server was asked to send this picture. */
  receives({ consumer }: RemoteTrack): boolean {
    return this.#entries.get(consumer.id)?.told.paused === false;
  }

  /** Looks at once, as it does several times a second. */
  look(): void {
    const receiver = this.receiver();
    const videos = (receiver?.tracks() ?? [])
      .filter(({ source }) => isPicture(source));
    const ids = new Set(videos.map(({ consumer }) => consumer.id));
    for (const id of this.#entries.keys()) {
      if (!ids.has(id)) this.#entries.delete(id);
    }
    for (const track of videos) this.#consider(receiver!, track);
  }

  #consider(receiver: Receiver, track: RemoteTrack): void {
    const { id } = track.consumer;
    const entry = this.#entries.get(id) ?? {
      view: new PictureView(), told: { paused: true }, busy: false,
      notBefore: 0,
    };
    this.#entries.set(id, entry);
    const now = performance.now();
    const source = track.source === 'screen' ? 'screen' : 'camera';
    const needed = document.visibilityState === 'hidden' ? 0
      : this.sights.neededWidth(track.peerId, source);
    const wish = entry.view.update(needed, track.sourceWidth ?? SOURCE_WIDTH,
      layerCount(track), now);
    if (entry.busy || now < entry.notBefore) return;
    void this.#tell(receiver, track, entry, wish, needed);
  }

  async #tell(
    receiver: Receiver,
    track: RemoteTrack,
    entry: Told,
    wish: Wish,
    needed: number,
  ): Promise<void> {
    entry.busy = true;
    try {
      // The server takes them in this order: a picture begins as it is wanted.
      await Promise.all([
        this.#tellLayers(receiver, track, entry.told, wish, needed),
        this.#tellPause(receiver, track, entry.told, wish),
      ]);
    } catch (error) {
      entry.notBefore = performance.now() + PATIENCE_MS;
      if (!track.consumer.closed) console.info('Cannot choose layers', error);
    } finally {
      entry.busy = false;
    }
  }

  async #tellLayers(
    receiver: Receiver,
    track: RemoteTrack,
    told: Partial<Wish>,
    { paused, layers }: Wish,
    needed: number,
  ): Promise<void> {
    if (paused || !hasLayers(track) || same(told.layers, layers)) return;
    await receiver.prefer(track, layers);
    told.layers = layers;
    this.decided(track, `Asked for layer ${layers.spatial}: the picture ` +
      `fills ${Math.round(needed)} pixels`);
  }

  async #tellPause(
    receiver: Receiver,
    track: RemoteTrack,
    told: Partial<Wish>,
    { paused }: Wish,
  ): Promise<void> {
    if (paused === told.paused) return;
    await receiver.hold(track, paused);
    told.paused = paused;
    this.decided(track, paused ? 'Stopped the picture: it is not visible'
      : 'Asked for the picture: it is visible');
  }
}

function hasLayers(track: RemoteTrack): boolean {
  const { spatial, temporal } = layerCount(track);
  return spatial > 1 || temporal > 1;
}

export function layerCount({ consumer }: RemoteTrack) {
  const mode = consumer.rtpParameters.encodings?.[0]?.scalabilityMode;
  const { spatialLayers, temporalLayers } = parseScalabilityMode(mode);
  return { spatial: spatialLayers, temporal: temporalLayers };
}
