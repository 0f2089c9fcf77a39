/** What hosts do to a room, and what the server reports about it. */

import type { types } from 'mediasoup-client';
import { Farewell, type HostAct } from './moderation_words';
import type { Author, JoinAnswer, Participant, Signaling } from './signaling';

export interface ModerationListener {
  /** This person's rights or the room's lock have changed. */
  changed(): void;
  /** Something was done that this person should know of. */
  told(act: HostAct): void;
  /** The reason for the connection's end, which follows. */
  dismissed(reason: Farewell): void;
  /** The name of a member, if it is known. */
  nameOf(peerId: string): string | undefined;
}

export class Moderation {
  #isHost = false;
  #locked = false;

  constructor(
    private readonly signaling: Pick<Signaling, 'on' | 'request'>,
    private readonly listener: ModerationListener,
  ) {
    signaling.on('room-locked', ({ locked, by }) => {
      this.#locked = locked;
      listener.told({ is: 'locked', locked, by: this.author(by) });
      listener.changed();
    });
    signaling.on('host-changed', ({ isHost, by }) => {
      this.#isHost = isHost;
      listener.told({ is: 'host', isHost, by: by && this.author(by) });
      listener.changed();
    });
    signaling.on('unmute-requested', ({ kind, by }) =>
      listener.told({ is: 'asked', kind, by: this.author(by) }));
    signaling.on('server-draining', ({ seconds }) =>
      listener.told({ is: 'draining', endsAtMs: Date.now() + seconds * 1000 }));
    signaling.on('kicked', (push) => listener.dismissed(
      Farewell.removed(this.author(push?.by))));
    signaling.on('room-closed', (push) => listener.dismissed(
      Farewell.ended(this.author(push?.by))));
  }

  /** Whether this person may moderate. */
  get isHost(): boolean {
    return this.#isHost;
  }

  /** Whether the room refuses newcomers. */
  get locked(): boolean {
    return this.#locked;
  }

  /** Takes over what the answer to a join says. */
  entered({ isHost = false, locked = false }: JoinAnswer): void {
    this.#isHost = isHost;
    this.#locked = locked;
  }

  /** Takes over what a list of members says of this person. */
  listed(self: Participant | undefined): void {
    if (self) this.#isHost = self.isHost ?? false;
  }

  /** The name of a host for a sentence; servers may not tell it. */
  author(by: Author | undefined): string {
    if (by && by.peerId === undefined) return 'The operator of this server';
    return this.listener.nameOf(by?.peerId ?? '') ?? 'The host';
  }

  mute(peerId: string, kind: types.MediaKind): Promise<void> {
    return this.#ask('mute', { peerId, kind });
  }

  /** Mutes the microphones of all others. */
  muteAll(): Promise<void> {
    return this.#ask('mute-all', { kind: 'audio' });
  }

  askToUnmute(peerId: string, kind: types.MediaKind): Promise<void> {
    return this.#ask('ask-to-unmute', { peerId, kind });
  }

  makeHost(peerId: string): Promise<void> {
    return this.#ask('make-host', { peerId });
  }

  remove(peerId: string): Promise<void> {
    return this.#ask('kick', { peerId });
  }

  async lock(locked: boolean): Promise<void> {
    await this.#ask('lock-room', { locked });
    this.#locked = locked;
    this.listener.changed();
  }

  endForAll(): Promise<void> {
    return this.#ask('end-room', {});
  }

  async #ask(name: string, data: object): Promise<void> {
    await this.signaling.request(name, data);
  }
}
