/** The lobby in words, for those that wait and for hosts. Pure. */

import type { LobbyWait } from './signaling';

/** What a person who waits is told of what happens next. */
export function waitWords({ hostPresent }: LobbyWait): string {
  return hostPresent
    ? 'The host has been told. You will be let in.'
    : 'There is no host at the moment. The next one is told that you wait.';
}

/** How many wait, the person included. */
export function countWords({ waitingCount }: LobbyWait): string {
  const others = waitingCount - 1;
  if (others < 1) return 'No one else is waiting.';
  return others === 1 ? 'One other person is waiting.'
    : `${others} other people are waiting.`;
}

/** Tells a host how many ask to be let in. */
export function knockWords(count: number): string {
  return `${count} people ask to be let in`;
}

/** "since 9:05". */
export function sinceWords(sinceMs: number): string {
  const time = new Date(sinceMs);
  const minutes = String(time.getMinutes()).padStart(2, '0');
  return `since ${time.getHours()}:${minutes}`;
}
