/** Joins the recording of a call with its button, banner, questions, list. */

import {
  consentQuestion, endWords, recordLook, spokenWords, START_QUESTION,
  STOP_QUESTION, troubleWords,
} from './recording_words';
import { openRecordings } from './recordings';
import type { RecordingPlace } from './recording_host';
import {
  RoomRecording, type Recording, type RecordingListener, type RecordingRights,
} from './room_recording';
import type { Signaling } from './signaling';
import { announce } from './ui/live';
import type { MenuAction } from './ui/menu';
import { toast } from './ui/notice';
import { RecordingBanner } from './ui/recording_banner';
import type { Look } from './ui/toolbar';
import { explainServer } from './words';

export class RecordingControls implements RecordingListener {
  readonly recording: RoomRecording;
  readonly banner = new RecordingBanner(() => void this.#askForConsent());
  /** Closes the question that is open. */
  #asking: AbortController | undefined;

  constructor(
    private readonly parts: RecordingPlace,
    wire: Pick<Signaling, 'request'>,
    rights: RecordingRights,
  ) {
    this.recording = new RoomRecording(wire, rights, this);
  }

  /** Of the button; undefined for those who may not record. */
  get look(): Look | undefined {
    const { current, mayRecord } = this.recording;
    return mayRecord ? recordLook(current !== undefined) : undefined;
  }

  /** For the menu "More". */
  actions(): MenuAction[] {
    const { current, mayRecord } = this.recording;
    const actions: MenuAction[] = [];
    if (current?.asks) {
      actions.push({
        icon: 'record', label: 'May I be recorded?',
        run: () => void this.#askForConsent(),
      });
    }
    if (mayRecord) {
      actions.push({
        icon: 'play', label: 'Recordings',
        run: () => openRecordings(() => this.recording.list()),
      });
    }
    return actions;
  }

  /** Begins a recording or ends it, after a question. */
  async toggle(): Promise<void> {
    if (this.recording.current) {
      const sure = await this.parts.ask(STOP_QUESTION);
      if (sure) await attempt(() => this.recording.stop());
      return;
    }
    const sure = await this.parts.ask(START_QUESTION);
    if (sure) await attempt(() => this.recording.start());
  }

  recordingChanged(): void {
    const { current, consent } = this.recording;
    this.banner.show(current, consent);
    this.parts.changed();
  }

  recordingBegan(recording: Recording): void {
    this.parts.notices().close('recording');
    announce(spokenWords(recording));
  }

  recordingEnded(reason: string | undefined): void {
    this.#asking?.abort();
    this.#asking = undefined;
    const text = troubleWords(reason);
    if (!text) return toast(endWords(reason));
    this.parts.notices().show('recording', { icon: 'record', text });
  }

  consentAsked(): void {
    void this.#askForConsent();
  }

  close(): void {
    this.#asking?.abort();
  }

  async #askForConsent(): Promise<void> {
    const { current } = this.recording;
    if (!current || this.#asking) return;
    const asking = new AbortController();
    this.#asking = asking;
    const answer = await this.parts.ask(
      consentQuestion(current), asking.signal);
    if (this.#asking === asking) this.#asking = undefined;
    // The question may be about a recording that has ended meanwhile.
    if (answer === undefined || this.recording.current?.id !== current.id) {
      return;
    }
    await attempt(() => this.recording.answer(answer));
  }
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const { title, detail } = explainServer(error);
    toast(`${title}. ${detail}`);
  }
}
