/** Names of rooms: which can be used, and new ones. Pure. */

import { ROOM_WORDS } from './room_words';
import type { Explanation } from './words';

const MAX_LENGTH = 64;
/** Six words of the list are more than 60 bits: nobody guesses such a name. */
const WORDS_OF_A_NAME = 6;

const UNFIT = /[^\p{L}\p{M}\p{N}._-]/u;
const READABLE = /[\p{L}\p{N}]/u;

/** The form in which names that read alike are the same. */
function normalized(text: string): string {
  return text.trim().toLowerCase().normalize('NFC').replace(/\s+/gu, '-');
}

/**
 * The room that a text names: letters, digits, dash, dot and underscore, in
 * lower case. Empty if the text cannot be a room's name: nothing is left out of
 * it, because that would be the name of another room.
 */
export function roomName(text: string): string {
  return findRoomFault(text) ? '' : normalized(text);
}

/** What keeps a text from being a room's name; undefined if nothing does. */
export function findRoomFault(text: string): Explanation | undefined {
  const name = normalized(text);
  if (name === '') {
    return {
      title: 'The room has no name',
      detail: 'Choose one, for example “team-meeting”.',
    };
  }
  if (UNFIT.test(name) || !READABLE.test(name)) {
    return {
      title: `“${shortened(text.trim())}” cannot be a room’s name`,
      detail: 'Choose another one, of letters, digits, dashes and dots.',
    };
  }
  if (name.length > MAX_LENGTH) {
    return {
      title: 'This room’s name is too long',
      detail: `Choose one of at most ${MAX_LENGTH} characters.`,
    };
  }
  return undefined;
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length > 24 ? `${letters.slice(0, 24).join('')}…` : text;
}

/** A whole number from 0 to `below` - 1, each as likely as any other. */
export function randomBelow(
  below: number,
  draw: () => number = drawUint32,
): number {
  // The last, incomplete run of numbers would favour the small ones.
  const fair = 2 ** 32 - (2 ** 32 % below);
  for (;;) {
    const drawn = draw();
    if (drawn < fair) return drawn % below;
  }
}

function drawUint32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** How many bits of chance an invented name has. */
export function inventedBits(): number {
  return WORDS_OF_A_NAME * Math.log2(ROOM_WORDS.length);
}

/** A name for a new room: words that can be read aloud on the telephone. */
export function inventRoom(below: (n: number) => number = randomBelow): string {
  return Array.from({ length: WORDS_OF_A_NAME },
    () => ROOM_WORDS[below(ROOM_WORDS.length)]).join('-');
}
