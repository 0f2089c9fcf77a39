/**
 * Asks the server for what the page shows, and for no more. A picture comes
 * stopped and begins when it is first seen.
 */

import { parseScalabilityMode } from 'mediasoup-client';
import type { Layers } from './layer_choice';
import { planReceive, type SeenPicture } from './receive_plan';
import type { RemoteTrack, Receiver } from './receiver';
import type { Settings } from './settings';
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

/** What a picture is wanted for, and how large it is seen. */
interface Look {
  track: RemoteTrack;
  needed: number;
  wish: Wish;
}

/** Why something is asked for. */
interface Why {
  needed: number;
  /** There would be more, but for the settings. */
  limited: boolean;
}

interface Told {
  view: PictureView;
  told: Partial<Wish>;
  busy: boolean;
  notBefore: number;
}

export class Viewer {
  #entries = new Map<string, Told>();
  #timer: number;
  /** The consumers of pictures that are seen, but not to be received. */
  #withheld = new Set<string>();

  /**
   * @param withheldChanged other pictures than before are left out, because
   *   the person wants to receive less
   */
  constructor(
    private readonly receiver: () => Receiver | undefined,
    private readonly sights: Sights,
    private readonly decided: (track: RemoteTrack, text: string) => void,
    private readonly choices: Pick<Settings, 'get'>,
    private readonly withheldChanged: () => void,
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
    const looks = videos.map((track) => this.#lookAt(track));
    const plan = this.#plan(receiver, looks);
    for (const look of looks) {
      this.#consider(receiver!, look, plan.get(look.track.consumer.id));
    }
    this.#withhold(looks.filter(({ track, wish }) => !wish.paused &&
      !plan.has(track.consumer.id)));
  }

  /** Whether this person's camera is left out to receive less. */
  withholds(peerId: string): boolean {
    return this.receiver()?.tracks().some((track) =>
      track.peerId === peerId && track.source === 'camera' &&
      (this.choices.get('audioOnly') ||
        this.#withheld.has(track.consumer.id))) ?? false;
  }

  #withhold(looks: Look[]): void {
    const before = this.#withheld;
    this.#withheld = new Set(looks.map(({ track }) => track.consumer.id));
    const equal = before.size === this.#withheld.size &&
      [...before].every((id) => this.#withheld.has(id));
    if (!equal) this.withheldChanged();
  }

  #lookAt(track: RemoteTrack): Look {
    const { id } = track.consumer;
    const entry = this.#entries.get(id) ?? {
      view: new PictureView(), told: { paused: true }, busy: false,
      notBefore: 0,
    };
    this.#entries.set(id, entry);
    const source = track.source === 'screen' ? 'screen' : 'camera';
    const needed = this.sights.neededWidth(track.peerId, source);
    const wish = entry.view.update(needed, track.sourceWidth ?? SOURCE_WIDTH,
      layerCount(track), performance.now());
    return { track, needed, wish };
  }

  #plan(receiver: Receiver | undefined, looks: Look[]): Map<string, Layers> {
    const seen = looks.filter(({ track, wish }) =>
      !wish.paused && !track.paused);
    const plan = planReceive({
      limitKbit: this.choices.get('receiveLimit'),
      audioOnly: this.choices.get('audioOnly'),
      voices: receiver?.tracks().filter(({ source, paused }) =>
        source === 'mic' && !paused).length ?? 0,
    }, seen.map(asSeen));
    // A camera that is off costs nothing, and may be back in a moment.
    for (const { track, wish } of looks) {
      if (track.paused && (track.source === 'screen' ||
          !this.choices.get('audioOnly'))) {
        plan.set(track.consumer.id, wish.layers);
      }
    }
    return plan;
  }

  /** @param layers what there is room for; undefined: nothing */
  #consider(
    receiver: Receiver,
    { track, needed, wish }: Look,
    layers: Layers | undefined,
  ): void {
    const entry = this.#entries.get(track.consumer.id)!;
    const now = performance.now();
    if (entry.busy || now < entry.notBefore) return;
    void this.#tell(receiver, track, entry, {
      paused: wish.paused || !layers, layers: layers ?? wish.layers,
    }, { needed, limited: !wish.paused && !same(layers, wish.layers) });
  }

  async #tell(
    receiver: Receiver,
    track: RemoteTrack,
    entry: Told,
    wish: Wish,
    why: Why,
  ): Promise<void> {
    entry.busy = true;
    try {
      // The server takes them in this order: a picture begins as it is wanted.
      await Promise.all([
        this.#tellLayers(receiver, track, entry.told, wish, why),
        this.#tellPause(receiver, track, entry.told, wish, why),
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
    { needed, limited }: Why,
  ): Promise<void> {
    if (paused || !hasLayers(track) || same(told.layers, layers)) return;
    await receiver.prefer(track, layers);
    told.layers = layers;
    this.decided(track, `Asked for layer ${layers.spatial}: ` + (limited
      ? 'the settings limit what is received'
      : `the picture fills ${Math.round(needed)} pixels`));
  }

  async #tellPause(
    receiver: Receiver,
    track: RemoteTrack,
    told: Partial<Wish>,
    { paused }: Wish,
    { limited }: Why,
  ): Promise<void> {
    if (paused === told.paused) return;
    await receiver.hold(track, paused);
    told.paused = paused;
    this.decided(track, !paused ? 'Asked for the picture: it is visible'
      : limited ? 'Stopped the picture: the settings limit what is received'
        : 'Stopped the picture: it is not visible');
  }
}

function asSeen({ track, needed, wish }: Look): SeenPicture {
  return {
    id: track.consumer.id,
    source: track.source === 'screen' ? 'screen' : 'camera',
    needed,
    sourceWidth: track.sourceWidth ?? SOURCE_WIDTH,
    count: layerCount(track),
    wanted: wish.layers,
  };
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
