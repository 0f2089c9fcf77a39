/** The lobby and the line in words, for those that wait and hosts. Pure. */

import type { LobbyWait } from './signaling';

/** Whether a person waits for a busy server, and not for a host. */
export function isInLine({ reason }: LobbyWait): boolean {
  return reason === 'busy';
}

/** What a person waits for, as a heading. */
export function headingWords(wait: LobbyWait): string {
  return isInLine(wait) ? 'The server is busy: you are in line'
    : 'Waiting to be let in';
}

/** Tells a person in the room already that they have to wait again. */
export function againWords(wait: LobbyWait): string {
  return isInLine(wait) ? headingWords(wait)
    : 'You are in the lobby again until a host lets you in';
}

function lineWords(place: number | undefined): string {
  if (place === undefined || place < 1) return 'It will soon be your turn.';
  return place === 1 ? 'You are next.' : `You are number ${place} in line.`;
}

/** What a person who waits is told of what happens next. */
export function waitWords(wait: LobbyWait): string {
  if (isInLine(wait)) return lineWords(wait.place);
  return wait.hostPresent
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
