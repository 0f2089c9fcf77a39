/**
 * Loads what knows and shows recordings once there is one, or a right to
 * record: most calls need none of it.
 */

import type { RecordingControls } from './recording_controls';
import type { RecordingRights } from './room_recording';
import type { JoinAnswer, Pushes, Signaling } from './signaling';
import type { ask } from './ui/confirm';
import { el } from './ui/dom';
import { toast } from './ui/notice';
import type { NoticeStack } from './ui/notice_stack';

const AGAIN_MS = 3000;
const PUSHES = ['recording-started', 'recording-stopped',
  'recording-consent-asked'] as const;

type Wire = Pick<Signaling, 'on' | 'request'>;

export interface RecordingPlace {
  notices(): NoticeStack;
  /** Handed in, since an import would split the code of the call. */
  ask: typeof ask;
  /** The button has to be drawn anew. */
  changed(): void;
}

export class RecordingHost {
  /** Where the banner stands. */
  readonly place = el('div', { class: 'recording-place' });
  #wire: Wire | undefined;
  #rights: RecordingRights | undefined;
  #loading: Promise<RecordingControls> | undefined;
  #loaded: RecordingControls | undefined;
  #closed = false;

  constructor(private readonly parts: RecordingPlace) {}

  /** Undefined while there has been no need for them. */
  get controls(): RecordingControls | undefined {
    return this.#loaded;
  }

  /** Hears what the server says from now on. */
  attach(wire: Wire, rights: RecordingRights): void {
    this.#wire = wire;
    this.#rights = rights;
    for (const name of PUSHES) {
      wire.on(name, ((push: never) => void this.#with(({ recording }) =>
        recording.handlers[name](push))) as Pushes[typeof name]);
    }
  }

  /** Takes over what the answer to a join says. */
  entered(answer: JoinAnswer): void {
    this.#ifNeeded(!!answer.recording, (one) => one.recording.entered(answer));
  }

  rightsChanged(): void {
    this.#ifNeeded(false, (one) => one.recording.rightsChanged());
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
        this.#loaded = new RecordingControls(
          this.parts, this.#wire!, this.#rights!);
        this.place.append(this.#loaded.banner.root);
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
