/**
 * Loads what knows and shows recordings once there is one, or a right to
 * record: most calls need none of it.
 */

import type { RecordingControls } from './recording_controls';
import type { RecordingRights } from './room_recording';
import type { JoinAnswer, Pushes, Signaling } from './signaling';
import { el } from './ui/dom';
import type { MenuAction } from './ui/menu';
import { toast } from './ui/notice';
import type { NoticeStack } from './ui/notice_stack';
import type { Controls } from './ui/toolbar';

const AGAIN_MS = 3000;
const PUSHES = ['recording-started', 'recording-stopped',
  'recording-consent-asked'] as const;

export interface RecordingPlace {
  notices(): NoticeStack;
  /** The button has to be drawn anew. */
  changed(): void;
}

type Wire = Pick<Signaling, 'on' | 'request'>;

export class RecordingHost {
  /** Where the banner stands. */
  readonly place = el('div', { class: 'recording-place' });
  #wire: Wire | undefined;
  #rights: RecordingRights | undefined;
  #handlers = new Map<string, (push: never) => void>();
  #loading: Promise<RecordingControls> | undefined;
  #loaded: RecordingControls | undefined;
  #closed = false;

  constructor(private readonly parts: RecordingPlace) {}

  /** Hears what the server says from now on. */
  attach(wire: Wire, rights: RecordingRights): void {
    this.#wire = wire;
    this.#rights = rights;
    for (const name of PUSHES) {
      wire.on(name, ((push: never) => void this.#with(() =>
        this.#handlers.get(name)?.(push))) as Pushes[typeof name]);
    }
  }

  /** Takes over what the answer to a join says. */
  entered(answer: JoinAnswer): void {
    this.#ifNeeded(!!answer.recording, (one) => one.recording.entered(answer));
  }

  rightsChanged(): void {
    this.#ifNeeded(false, (one) => one.recording.rightsChanged());
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

  #ifNeeded(going: boolean, act: (controls: RecordingControls) => void): void {
    if (going || this.#loading || this.#rights?.mightRecord()) {
      void this.#with(act);
    }
  }

  async #with(act: (controls: RecordingControls) => void): Promise<void> {
    const controls = await (this.#loading ??= this.#load());
    if (!this.#closed) act(controls);
  }

  async #load(): Promise<RecordingControls> {
    for (;;) {
      try {
        const { RecordingControls } = await import('./recording_controls');
        this.#loaded = new RecordingControls(this.parts, {
          on: (name, handler) => void this.#handlers.set(name, handler),
          request: (name, data) => this.#wire!.request(name, data),
        }, this.#rights!);
        this.place.replaceChildren(this.#loaded.banner.root);
        return this.#loaded;
      } catch (error) {
        console.warn('What shows recordings could not be loaded', error);
      }
      // Nobody may be recorded without knowing it.
      toast('This call may be recorded. Check your connection.');
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}
