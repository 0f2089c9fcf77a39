/** The recording of the room as a member sees it, and what they may do. */

import type {
  JoinAnswer, Pushes, RecordingPush, RecordingSummary, Signaling,
} from './signaling';

export interface Recording {
  id: string;
  /** Who has begun it; empty: the server itself, or its operator. */
  byName: string;
  startedAtMs: number;
  title: string;
  /** Nobody is recorded before they have agreed. */
  asks: boolean;
}

export interface RecordingListener {
  /** What is recorded has changed, or what this person may do about it. */
  recordingChanged(): void;
  /** The first news of a recording, which may have begun long ago. */
  recordingBegan(recording: Recording): void;
  /** @param reason undefined if it ended during an interruption */
  recordingEnded(reason: string | undefined): void;
  /** This person is to say whether they may be recorded. */
  consentAsked(recording: Recording): void;
}

export interface RecordingRights {
  isSelf(peerId: string): boolean;
  /** By its token, or as a host. */
  mightRecord(): boolean;
}

type Handlers = Pick<Pushes, 'recording-started' | 'recording-stopped' |
  'recording-consent-asked'>;

export class RoomRecording {
  /** What to do about each push of the server. */
  readonly handlers: Handlers = {
    'recording-started': (push) => this.#begin(push),
    'recording-stopped': ({ recordingId, reason }) => {
      if (this.#current?.id === recordingId) this.#end(reason);
    },
    'recording-consent-asked': (push) => {
      this.#begin(push);
      this.#askForConsent(push);
    },
  };
  #current: Recording | undefined;
  /** What this person has answered, by the recording. */
  #consents = new Map<string, boolean>();
  /** Of which recording they have been told. */
  #told = '';
  #might = false;
  #may = false;

  constructor(
    private readonly signaling: Pick<Signaling, 'request'>,
    private readonly rights: RecordingRights,
    private readonly listener: RecordingListener,
  ) {}

  /** The recording that goes on. */
  get current(): Recording | undefined {
    return this.#current;
  }

  /** Whether this person may begin and end recordings, and see the list. */
  get mayRecord(): boolean {
    return this.#may;
  }

  /** Whether this person is recorded; undefined if they have not answered. */
  get consent(): boolean | undefined {
    if (!this.#current?.asks) return true;
    return this.#consents.get(this.#current.id);
  }

  /** Takes over what the answer to a join says. */
  entered({ recording }: JoinAnswer): void {
    this.#might = false;
    this.rightsChanged();
    if (!recording) {
      if (this.#current) this.#end(undefined);
      return;
    }
    this.#begin(recording);
    // A server that has not kept this person's place has not kept this either.
    this.#askForConsent(recording);
  }

  /** This person may have become a host, or have ceased to be one. */
  rightsChanged(): void {
    const might = this.rights.mightRecord();
    if (might === this.#might) return;
    this.#might = might;
    if (!might) this.#allow(false);
    // Only the server knows whether it records at all.
    else this.list().then(() => this.#allow(true), () => this.#allow(false));
  }

  async start(): Promise<void> {
    await this.signaling.request('start-recording');
  }

  async stop(): Promise<void> {
    await this.signaling.request('stop-recording');
  }

  /** The finished recordings of this room, the newest first. */
  async list(): Promise<RecordingSummary[]> {
    const { recordings } = await this.signaling
      .request<{ recordings?: RecordingSummary[] }>('list-recordings');
    return recordings ?? [];
  }

  /** Says whether this person may be recorded, from now on. */
  async answer(accepted: boolean): Promise<void> {
    const id = this.#current?.id;
    if (id === undefined) return;
    await this.signaling.request('consent-to-recording', { accepted });
    this.#consents.set(id, accepted);
    this.listener.recordingChanged();
  }

  #allow(may: boolean): void {
    this.#may = may && this.#might;
    this.listener.recordingChanged();
  }

  #begin(push: RecordingPush): void {
    const recording = toRecording(push);
    this.#current = recording;
    if (this.#told !== recording.id) {
      this.#told = recording.id;
      this.listener.recordingBegan(recording);
    }
    this.listener.recordingChanged();
  }

  #end(reason: string | undefined): void {
    this.#current = undefined;
    this.listener.recordingEnded(reason);
    this.listener.recordingChanged();
  }

  #askForConsent(push: RecordingPush): void {
    const recording = this.#current;
    if (!recording?.asks) return;
    // Who records others has agreed to be recorded by that.
    const known = this.#consents.get(recording.id) ??
      (push.by && this.rights.isSelf(push.by) ? true : undefined);
    if (known === undefined) return this.listener.consentAsked(recording);
    void this.answer(known).catch((error: unknown) => {
      console.warn('The answer did not arrive', error);
      this.listener.consentAsked(recording);
    });
  }
}

function toRecording(
  { recordingId, byName, startedAt, title, consent }: RecordingPush,
): Recording {
  return {
    id: recordingId,
    byName: byName ?? '',
    startedAtMs: Date.parse(startedAt),
    title: title ?? '',
    asks: consent === 'ask',
  };
}
