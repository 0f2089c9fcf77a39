/**
 * Joins a room, and waits in line and in the room's lobby for as long as that
 * takes.
 */

import { ServerError } from './server_error';
import type { JoinAnswer, LobbyWait, Signaling } from './signaling';

export interface WaitListener {
  /** This person waits to get in; again when something has changed. */
  waits(wait: LobbyWait): void;
  /** A host, whose name may be unknown, has a message for all that wait. */
  said(text: string, name: string | undefined): void;
}

const ANSWER_WITHIN_MS = 10_000;
/** Longer than any server lets a person wait. */
const LONGEST_WAIT_MS = 25 * 3600 * 1000;

export class Knock {
  #begun: (() => void) | undefined;

  constructor(
    private readonly signaling: Pick<Signaling, 'on' | 'request'>,
    listener: WaitListener,
    private readonly answerWithinMs = ANSWER_WITHIN_MS,
  ) {
    signaling.on('lobby-entered', (wait) => {
      this.#begun?.();
      listener.waits(wait);
    });
    signaling.on('lobby-message', ({ message, name }) =>
      listener.said(message, name));
  }

  /** Without a wait the server has to answer as soon as any request. */
  join(data: object): Promise<JoinAnswer> {
    return new Promise<JoinAnswer>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error('Connection timed out')), this.answerWithinMs);
      this.#begun = () => clearTimeout(late);
      this.signaling
        .request<JoinAnswer>('join-mediasoup-room', data, LONGEST_WAIT_MS)
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(late);
          this.#begun = undefined;
        });
    });
  }
}

/** Why a join ends that a person did not want to wait for any longer. */
export function giveUp(): ServerError {
  return new ServerError({ message: 'Gave up', code: 'gave-up' });
}
