/** This person's own camera and microphone: on or off, and which device. */

import {
  AudioOnlyError, constraintsFor, follows, trackConstraints,
  type MediaChoices,
} from './media_constraints';
import { DEFAULT_SETTINGS } from './settings';

export type LocalSource = 'mic' | 'camera';

type Listener = (source: LocalSource) => void;

const KINDS = { mic: 'audioinput', camera: 'videoinput' } as const;

/** What is sent and shown in place of the camera's own track. */
export interface FilteredCamera {
  track: MediaStreamTrack;
  /** Ends the filter; the camera itself is stopped by LocalMedia. */
  close(): void;
}

interface Entry {
  track: MediaStreamTrack | null;
  /** The device's own track: `track` itself unless it is filtered. */
  device?: MediaStreamTrack | null;
  filtered?: FilteredCamera;
  on: boolean;
  deviceId: string | undefined;
}

export class LocalMedia {
  /** Changes the camera's picture; undefined leaves it. Never rejects. */
  filter?: (camera: MediaStreamTrack) => Promise<FilteredCamera | undefined>;
  #entries: Record<LocalSource, Entry> = {
    mic: { track: null, on: false, deviceId: undefined },
    camera: { track: null, on: false, deviceId: undefined },
  };
  #listeners = new Set<Listener>();
  /** Serialises changes, so that two quick clicks end where the last wanted. */
  #queue: Record<LocalSource, Promise<unknown>> = {
    mic: Promise.resolve(),
    camera: Promise.resolve(),
  };

  /** @param choices is asked each time a device is opened or changed */
  constructor(readonly choices: () => MediaChoices = () => DEFAULT_SETTINGS) {}

  /** Returns a function that ends the listening. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  track(source: LocalSource): MediaStreamTrack | null {
    return this.#entries[source].track;
  }

  isOn(source: LocalSource): boolean {
    return this.#entries[source].on;
  }

  deviceId(source: LocalSource): string | undefined {
    const { device, deviceId } = this.#entries[source];
    return device?.getSettings().deviceId ?? deviceId;
  }

  /**
   * Asks for camera and microphone in one question, and for each alone if
   * that fails or only one is wanted. Returns the errors of those that stayed
   * off.
   */
  async start(
    wanted: readonly LocalSource[] = ['mic', 'camera'],
  ): Promise<Partial<Record<LocalSource, unknown>>> {
    if (wanted.length > 1) await this.#openBoth();
    const errors: Partial<Record<LocalSource, unknown>> = {};
    for (const source of wanted) {
      await this.switchOn(source).catch((error: unknown) => {
        errors[source] = error;
      });
    }
    return errors;
  }

  async #openBoth(): Promise<void> {
    const choices = this.choices();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        ...constraintsFor('mic', undefined, choices),
        ...!choices.audioOnly && constraintsFor('camera', undefined, choices),
      });
      await this.#adopt('mic', stream.getAudioTracks()[0] ?? null);
      // The microphone does not wait for the camera's filter.
      void this.#inTurn('camera', () =>
        this.#adopt('camera', stream.getVideoTracks()[0] ?? null));
    } catch {
      // Which of the two it was shows when each is asked for alone.
    }
  }

  /**
   * Opens the device if needed. Throws what getUserMedia throws, and an
   * AudioOnlyError for the camera of a person who wants sound alone.
   */
  switchOn(source: LocalSource): Promise<void> {
    return this.#inTurn(source, async (entry) => {
      if (source === 'camera' && this.choices().audioOnly) {
        throw new AudioOnlyError('Audio only');
      }
      if (!entry.track || entry.device?.readyState === 'ended') {
        await this.#open(source, entry);
      }
      entry.on = true;
      if (entry.track) entry.track.enabled = true;
    });
  }

  /** A camera is released, so that its light goes out; a microphone stays. */
  switchOff(source: LocalSource): Promise<void> {
    return this.#inTurn(source, async (entry) => {
      entry.on = false;
      if (source === 'camera') {
        release(entry);
      } else if (entry.track) {
        entry.track.enabled = false;
      }
    });
  }

  toggle(source: LocalSource): Promise<void> {
    return this.isOn(source) ? this.switchOff(source) : this.switchOn(source);
  }

  /** Takes another device, at once if the source is on. */
  choose(source: LocalSource, deviceId: string): Promise<void> {
    return this.#inTurn(source, async (entry) => {
      entry.deviceId = deviceId;
      const open = entry.track !== null;
      if (open) await this.#open(source, entry);
      this.#enable(entry);
    });
  }

  /** Makes an open device follow choices that have changed. */
  adjust(source: LocalSource): Promise<void> {
    return this.#inTurn(source, async (entry) => {
      const { device } = entry;
      if (!device || device.readyState === 'ended') return;
      const choices = this.choices();
      await device.applyConstraints(trackConstraints(source, choices))
        .catch(() => undefined);
      if (follows(source, device, choices)) return;
      // This browser cannot change a running track. It gives another one, but
      // not before the first has ended: both would share one source.
      entry.deviceId = device.getSettings().deviceId ?? entry.deviceId;
      release(entry);
      try {
        await this.#open(source, entry);
      } catch (error) {
        entry.on = false;
        throw error;
      }
      this.#enable(entry);
    });
  }

  /** Filters the camera anew, since the filter gives another picture. */
  refilter(): Promise<void> {
    return this.#inTurn('camera', async ({ device }) => {
      if (device) await this.#filter(device);
    });
  }

  /** Releases the devices, but remembers which and what was on. */
  stop(): void {
    for (const entry of Object.values(this.#entries)) {
      entry.deviceId = entry.device?.getSettings().deviceId ?? entry.deviceId;
      release(entry);
    }
  }

  /**
   * Opens again what was on when it was stopped, or another device if that one
   * is gone. What cannot be opened stays off.
   */
  async resume(): Promise<Partial<Record<LocalSource, unknown>>> {
    const errors: Partial<Record<LocalSource, unknown>> = {};
    for (const source of ['mic', 'camera'] as const) {
      if (!this.isOn(source)) continue;
      await this.switchOn(source).catch(() => {
        this.#entries[source].deviceId = undefined;
        return this.switchOn(source);
      }).catch((error: unknown) => {
        this.#entries[source].on = false;
        errors[source] = error;
      });
    }
    return errors;
  }

  #inTurn(
    source: LocalSource,
    change: (entry: Entry) => Promise<void>,
  ): Promise<void> {
    const turn = this.#queue[source]
      .catch(() => undefined)
      .then(() => change(this.#entries[source]))
      .finally(() => this.#listeners.forEach((listener) => listener(source)));
    this.#queue[source] = turn;
    return turn;
  }

  async #open(source: LocalSource, entry: Entry): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia(
      constraintsFor(source, entry.deviceId, this.choices()));
    await this.#adopt(source, stream.getTracks()[0] ?? null);
  }

  #enable({ track, on }: Entry): void {
    if (track) track.enabled = on;
  }

  async #adopt(
    source: LocalSource,
    device: MediaStreamTrack | null,
  ): Promise<void> {
    const entry = this.#entries[source];
    release(entry);
    entry.device = device;
    device?.addEventListener('ended', () => {
      // Unplugged, or taken back in the browser's own controls.
      if (entry.device === device) void this.switchOff(source);
    });
    if (source === 'camera' && device) await this.#filter(device);
    else entry.track = device;
  }

  async #filter(device: MediaStreamTrack): Promise<void> {
    const entry = this.#entries.camera;
    const before = entry.filtered;
    const filtered = await this.filter?.(device);
    // It may have been released meanwhile.
    if (entry.device !== device) return filtered?.close();
    entry.filtered = filtered;
    entry.track = filtered?.track ?? device;
    before?.close();
  }
}

/** Ends what the entry has open. */
function release(entry: Entry): void {
  entry.filtered?.close();
  entry.device?.stop();
  entry.filtered = undefined;
  entry.device = null;
  entry.track = null;
}

/** The devices of one kind. Their labels are empty before permission. */
export async function listDevices(
  source: LocalSource | 'speaker',
): Promise<MediaDeviceInfo[]> {
  const kind = source === 'speaker' ? 'audiooutput' : KINDS[source];
  const all = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return all.filter((one) => one.kind === kind && one.deviceId !== '');
}
