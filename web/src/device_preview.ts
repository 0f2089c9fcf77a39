/**
 * A camera or microphone to be looked at or listened to: the one that is on,
 * else one that is opened for this alone and released after it.
 */

import type { LocalMedia, LocalSource } from './local_media';
import { constraintsFor } from './media_constraints';

export class DevicePreview {
  #own: MediaStreamTrack | null = null;
  #closed = false;
  #again = false;
  #busy: Promise<void> | undefined;
  /** What the own track was opened for. */
  #openedFor = '';
  #forget: () => void;

  /** @param shown gets the track, or what kept it from being opened */
  constructor(
    private readonly source: LocalSource,
    private readonly media: LocalMedia,
    private readonly shown:
      (track: MediaStreamTrack | null, error?: unknown) => void,
  ) {
    this.#forget = media.onChange((changed) => {
      if (changed === source) void this.refresh();
    });
    void this.refresh();
  }

  /** Call when what is asked of the device has changed. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#busy ??= this.#work().finally(() => { this.#busy = undefined; });
    return this.#busy;
  }

  close(): void {
    this.#closed = true;
    this.#forget();
    this.#release();
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    const { media, source } = this;
    const inUse = media.isOn(source) ? media.track(source) : null;
    if (inUse) {
      this.#release();
      return this.shown(inUse);
    }
    const wanted = constraintsFor(source, media.deviceId(source),
      media.choices());
    const key = JSON.stringify(wanted);
    if (this.#own?.readyState === 'live' && this.#openedFor === key) return;
    this.#release();
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      this.#own = stream.getTracks()[0] ?? null;
      this.#openedFor = key;
      if (this.#closed) this.#release();
      else this.shown(this.#own);
    } catch (error) {
      if (!this.#closed) this.shown(null, error);
    }
  }

  #release(): void {
    this.#own?.stop();
    this.#own = null;
  }
}
