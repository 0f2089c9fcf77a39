/** What a replay says when something is wrong or missing. Pure. */

import type { Explanation } from '../words';
import type { Replay } from './manifest';

const EXPIRED: Explanation = {
  title: 'This link has expired',
  detail: 'Links to recordings work for an hour. Open the recording again ' +
    'from the list of recordings in its room.',
};
const GONE: Explanation = {
  title: 'This recording is gone',
  detail: 'It has been deleted, or its server has been moved.',
};

/** Why the manifest could not be loaded, by the status of the answer. */
export function explainStatus(status: number): Explanation {
  if (status === 401 || status === 403) return EXPIRED;
  if (status === 404 || status === 410) return GONE;
  return {
    title: 'The recording could not be loaded',
    detail: 'Something is wrong on the server. Try again in a minute.',
  };
}

export const NO_LINK: Explanation = {
  title: 'No recording to play',
  detail: 'Open a recording from the list of recordings in its room.',
};

export const NO_ANSWER: Explanation = {
  title: 'The recording could not be loaded',
  detail: 'The server did not answer. Check your connection, then try again.',
};

export const NO_MANIFEST: Explanation = {
  title: 'This page cannot play that recording',
  detail: 'What the server sent is no recording that this page knows. Reload ' +
    'the page to get its current version.',
};

export const NOTHING: Explanation = {
  title: 'Nothing was recorded',
  detail: 'No camera, voice or screen is in this recording.',
};

/** Why one part cannot be played; 0: there was no answer. */
export function partTrouble(
  whose: string,
  source: 'camera' | 'screen',
  status: number,
): string {
  const what = source === 'screen' ? `${whose}’s screen`
    : `${whose}’s camera and voice`;
  if (status === 401 || status === 403) {
    return `${what}: the link has expired. Open the recording again from ` +
      'the list in its room.';
  }
  if (status === 404 || status === 410) return `${what}: the file is lost.`;
  return status >= 200 && status < 300
    ? `${what}: this browser cannot play the file.`
    : `${what}: the file could not be loaded. The rest goes on.`;
}

/** What a person should know of the whole recording. */
export function remarks({ state, parts }: Replay): string[] {
  return [
    ...state === 'recording'
      ? ['This recording was still going on when it was opened.'] : [],
    ...state === 'recovered'
      ? ['The server stopped during this recording: its end may be missing.']
      : [],
    ...parts.some(({ degraded }) => degraded)
      ? ['The server’s disk was too slow at times: some pictures are missing.']
      : [],
  ];
}

/** Those who were there, and of whom nothing is recorded. */
export function unrecordedWords(names: readonly string[]): string {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  return names.length === 0 ? ''
    : `Not recorded: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
