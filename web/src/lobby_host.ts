/** The lobby of the room as members see it, and what hosts do about it. */

import type { Author, JoinAnswer, Signaling } from './signaling';

export interface WaitingPerson {
  knockId: string;
  name: string;
  sinceMs: number;
}

export interface LobbyHostListener {
  /** Who waits has changed, or whether there is a lobby. */
  changed(): void;
  /** Another host has turned the lobby on or off. */
  turned(enabled: boolean, by: Author | undefined): void;
}

export class LobbyHost {
  #enabled = false;
  #waiting: WaitingPerson[] = [];

  constructor(
    private readonly signaling: Pick<Signaling, 'on' | 'request'>,
    private readonly listener: LobbyHostListener,
    now: () => number = () => Date.now(),
  ) {
    signaling.on('lobby-changed', ({ enabled, by }) => {
      this.#turn(enabled);
      listener.turned(enabled, by);
    });
    signaling.on('lobby-list', ({ waiting }) => {
      this.#waiting = waiting.map(({ knockId, name, seconds }) =>
        ({ knockId, name: name || 'Someone', sinceMs: now() - seconds * 1000 }));
      listener.changed();
    });
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** The longest wait first; hosts alone are told of it. */
  get waiting(): readonly WaitingPerson[] {
    return this.#waiting;
  }

  /** Takes over what the answer to a join says. */
  entered({ lobby = false, isHost = false }: JoinAnswer): void {
    this.#enabled = lobby;
    // The list of a host may come before this answer.
    if (!lobby || !isHost) this.#waiting = [];
    this.listener.changed();
  }

  /** This person is no host any more, and is told of nobody who waits. */
  dismissed(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = [];
    this.listener.changed();
  }

  async enable(enabled: boolean): Promise<void> {
    await this.signaling.request('set-lobby', { enabled });
    this.#turn(enabled);
  }

  /** Lets one person in, or all that wait. */
  async letIn(knockId?: string): Promise<void> {
    await this.signaling.request('let-in', knockId ? { knockId } : {});
  }

  async turnAway(knockId: string): Promise<void> {
    await this.signaling.request('turn-away', { knockId });
  }

  /** Sends a text to all that wait. */
  async say(message: string): Promise<void> {
    await this.signaling.request('message-lobby', { message });
  }

  #turn(enabled: boolean): void {
    this.#enabled = enabled;
    if (!enabled) this.#waiting = [];
    this.listener.changed();
  }
}
