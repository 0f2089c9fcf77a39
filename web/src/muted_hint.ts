/**
 * Tells a person who speaks that the microphone is off.
 *
 * A muted microphone gives silence, so a copy of its track is listened to. The
 * copy stays in this page: only its loudness is read, it is never recorded or
 * sent. It exists while the microphone is held and off and the setting is on,
 * and is released with either; no device is opened for it.
 */

import type { LocalMedia } from './local_media';
import { MicMeter } from './mic_meter';
import { MutedSpeech } from './muted_speech';
import type { Settings } from './settings';
import { shortcutsOn } from './shortcuts';
import type { NoticeStack } from './ui/notice_stack';

const READ_EVERY_MS = 50;
const SHOWN_MS = 8000;
const KEY = 'muted-speech';

export interface MutedHintParts {
  media: LocalMedia;
  settings: Settings;
  notices(): NoticeStack;
  unmute(): void;
}

export class MutedHint {
  #speech = new MutedSpeech();
  #meter = new MicMeter();
  #copied: MediaStreamTrack | undefined;
  #copy: MediaStreamTrack | undefined;
  #reading: number | undefined;
  #hiding: number | undefined;
  #ends: Array<() => void>;

  constructor(private readonly parts: MutedHintParts) {
    this.#ends = [
      parts.media.onChange(() => this.#follow()),
      parts.settings.onChange(() => this.#follow()),
    ];
    this.#follow();
  }

  close(): void {
    this.#ends.forEach((end) => end());
    this.#release();
    this.#hide();
    this.#meter.close();
  }

  /** Listens exactly while there is something to listen to and for. */
  #follow(): void {
    const { media, settings } = this.parts;
    if (media.isOn('mic')) this.#hide();
    const held = media.track('mic');
    const wanted = held?.readyState === 'live' && !media.isOn('mic') &&
      settings.get('mutedWarning') ? held : undefined;
    if (wanted === this.#copied) return;
    this.#release();
    if (!wanted) return;
    this.#copied = wanted;
    this.#copy = wanted.clone();
    this.#copy.enabled = true;
    this.#meter.follow(this.#copy);
    this.#reading = window.setInterval(() => this.#read(), READ_EVERY_MS);
  }

  #release(): void {
    window.clearInterval(this.#reading);
    this.#meter.follow(null);
    this.#copy?.stop();
    this.#copy = undefined;
    this.#copied = undefined;
    this.#speech.restart();
  }

  #read(): void {
    // A microphone that was released must not be held by its copy.
    this.#follow();
    if (!this.#copy) return;
    if (this.#speech.update(this.#meter.level(), performance.now())) {
      this.#show();
    }
  }

  #show(): void {
    const key = shortcutsOn(localStorage) && matchMedia('(hover)').matches
      ? ' (M)' : '';
    this.parts.notices().show(KEY, {
      icon: 'micOff', text: 'You are muted',
      answers: [{
        label: `Unmute${key}`, primary: true, run: () => this.parts.unmute(),
      }],
    });
    window.clearTimeout(this.#hiding);
    this.#hiding = window.setTimeout(() => this.#expire(), SHOWN_MS);
  }

  /** A notice is not taken from under the hand that is about to press it. */
  #expire(): void {
    if (this.parts.notices().root.matches(':hover, :focus-within')) {
      this.#hiding = window.setTimeout(() => this.#expire(), SHOWN_MS / 4);
    } else {
      this.#hide();
    }
  }

  #hide(): void {
    window.clearTimeout(this.#hiding);
    if (this.#hiding !== undefined) this.parts.notices().close(KEY);
    this.#hiding = undefined;
  }
}
