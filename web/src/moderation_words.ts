/** What hosts and the server do, in words for those concerned. Pure. */

import type { types } from 'mediasoup-client';
import type { Source } from './signaling';
import type { Explanation } from './words';

/** `by` is a name or a description that can begin a sentence. */
export type HostAct =
  | { is: 'muted'; source: Source; by: string }
  | { is: 'locked'; locked: boolean; by: string }
  | { is: 'lobby'; enabled: boolean; by: string }
  | { is: 'host'; isHost: boolean; by: string | undefined }
  | { is: 'asked'; kind: types.MediaKind; by: string }
  | { is: 'draining'; endsAtMs: number };

const MUTED: Record<Source, string> = {
  mic: 'muted you',
  camera: 'turned your camera off',
  screen: 'stopped your screen sharing',
  'screen-audio': 'stopped the sound of your screen',
};

/** One sentence, for all acts that need no answer. */
export function actWords(
  act: Exclude<HostAct, { is: 'asked' | 'draining' }>,
): string {
  switch (act.is) {
    case 'muted':
      return `${act.by} ${MUTED[act.source]}`;
    case 'locked':
      return `${act.by} ${act.locked ? 'locked' : 'unlocked'} the room`;
    case 'lobby':
      return `${act.by} turned the lobby ${act.enabled ? 'on' : 'off'}`;
    case 'host':
      if (!act.isHost) return 'You are no longer a host';
      return act.by ? `${act.by} made you a host` : 'You are the host now';
  }
}

/** A request that only this person can grant. */
export function askWords(kind: types.MediaKind, by: string): {
  text: string;
  accept: string;
} {
  return kind === 'audio'
    ? { text: `${by} asks you to unmute`, accept: 'Unmute' }
    : { text: `${by} asks you to turn your camera on`, accept: 'Turn on' };
}

/** Counts down to the end of a server that drains. */
export function drainWords(leftMs: number): string {
  return `This server stops ${inTime(leftMs)}. The call ends then. ` +
    'Afterwards you can meet again with the same link.';
}

function inTime(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1000);
  if (seconds <= 0) return 'now';
  if (seconds < 60) return `in ${seconds} ${plural(seconds, 'second')}`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `in ${minutes} ${plural(minutes, 'minute')}`;
  return `in ${Math.round(minutes / 60)} hours`;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}

/** "Ada", "Ada and Bob", "Ada, Bob and Cyn". */
export function listOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last
    : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Says who else presents, beside the notice that this person does. */
export function sharingWords(others: readonly string[]): string {
  if (others.length === 0) return 'You are sharing your screen';
  const verb = others.length === 1 ? 'is' : 'are';
  return `You are sharing your screen, and ${listOf(others)} ${verb} ` +
    'sharing too';
}

/** Asked before someone shares beside others. */
export function shareQuestion(others: readonly string[]): Explanation {
  const verb = others.length === 1 ? 'is' : 'are';
  return {
    title: `${listOf(others)} ${verb} sharing`,
    detail: 'Share your screen beside it? Everyone can then choose which ' +
      'screen to look at.',
  };
}

/** Why the server ended this person's part in the call. */
export class Farewell extends Error {
  private constructor(
    readonly kind: 'removed' | 'ended',
    readonly explanation: Explanation,
  ) {
    super(explanation.title);
  }

  static removed(by: string): Farewell {
    return new Farewell('removed', {
      title: 'You were asked to leave',
      detail: `${by} has removed you from the call.`,
    });
  }

  static ended(by: string): Farewell {
    return new Farewell('ended', {
      title: 'The call has ended',
      detail: `${by} has ended it for everyone.`,
    });
  }
}
