/** Interruptions in words. Pure. */

import type { PersonTrouble } from './arrivals';
import type { OutageReason } from './outage';
import type { SelfTrouble } from './upload';
import type { Explanation } from './words';

export type Trouble = PersonTrouble | SelfTrouble | 'screen-stands' | 'screen-paused';

/** What a tile says of the person that it shows. */
export function troubleWords(trouble: Trouble, name: string): string {
  switch (trouble) {
    case 'picture-stands': return `${name}’s picture stands still`;
    case 'picture-absent': return `${name}’s picture has not arrived yet`;
    case 'voice-silent': return `No sound arrives from ${name}`;
    case 'interrupted': return `${name}’s connection is interrupted`;
    case 'screen-stands': return 'The shared screen may be out of date';
    case 'screen-paused': return 'Paused by the presenter';
    case 'unseen': return 'The others may not see you';
    case 'unheard': return 'The others may not hear you';
    case 'unseen-and-unheard': return 'The others may not see or hear you';
    case 'camera-stands': return 'Your camera gives no new picture';
  }
}

const OUTAGE_WORDS: Record<OutageReason, Explanation> = {
  offline: {
    title: 'This device is offline',
    detail: 'The call goes on as soon as there is a network.',
  },
  server: {
    title: 'The server does not answer',
    detail: 'The call goes on as soon as it does.',
  },
  signaling: {
    title: 'Reconnecting to the server',
    detail: 'Everyone stays in the call. Chat and changes have to wait.',
  },
  media: {
    title: 'No sound or picture gets through',
    detail: 'The server answers. Looking for another network path.',
  },
};

export function outageWords(reason: OutageReason): Explanation {
  return OUTAGE_WORDS[reason];
}

/** A duration as "9 s" or "1:05 min". */
export function elapsedWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = String(seconds % 60).padStart(2, '0');
  return `${Math.floor(seconds / 60)}:${rest} min`;
}
