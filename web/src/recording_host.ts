/**
 * Loads what shows a recording once there is one, or a right to record: most
 * calls need none of it.
 */

import type { RecordingControls, RecordingParts } from './recording_controls';
import type { RecordingListener } from './room_recording';
import { el } from './ui/dom';
import type { MenuAction } from './ui/menu';
import { toast } from './ui/notice';
import type { Controls } from './ui/toolbar';

const AGAIN_MS = 3000;

export class RecordingHost {
  /** Where the banner stands. */
  readonly place = el('div', { class: 'recording-place' });
  readonly listener: RecordingListener;
  #controls: Promise<RecordingControls> | undefined;
  #loaded: RecordingControls | undefined;
  #closed = false;

  constructor(private readonly parts: RecordingParts) {
    this.listener = {
      recordingChanged: () => {
        const { current, mayRecord } = parts.recording();
        if (!current && !mayRecord && !this.#controls) return;
        void this.#with((controls) => controls.recordingChanged());
      },
      recordingBegan: (one) => void this.#with((controls) =>
        controls.recordingBegan(one)),
      recordingEnded: (reason) => void this.#with((controls) =>
        controls.recordingEnded(reason)),
      consentAsked: () => void this.#with((controls) =>
        controls.consentAsked()),
    };
  }

  /** For the toolbar. */
  get control(): Controls['record'] {
    return this.#loaded?.control;
  }

  /** For the menu "More". */
  actions(): MenuAction[] {
    return this.#loaded?.actions() ?? [];
  }

  toggle(): void {
    void this.#loaded?.toggle();
  }

  close(): void {
    this.#closed = true;
    this.#loaded?.close();
  }

  async #with(act: (controls: RecordingControls) => void): Promise<void> {
    const controls = await (this.#controls ??= this.#load());
    if (!this.#closed) act(controls);
  }

  async #load(): Promise<RecordingControls> {
    for (;;) {
      try {
        const { RecordingControls } = await import('./recording_controls');
        this.#loaded = new RecordingControls(this.parts);
        this.place.replaceChildren(this.#loaded.banner.root);
        return this.#loaded;
      } catch (error) {
        console.warn('What shows recordings could not be loaded', error);
      }
      // Nobody may be recorded without knowing it.
      if (this.parts.recording().current) toast('This call is being recorded');
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}
