/** Errors in words that help the person who reads them. Pure. */

import { Farewell } from './moderation_words';
import { ServerError } from './server_error';

export interface Explanation {
  title: string;
  detail: string;
}

function byName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Why a camera or microphone could not be opened. */
export function explainMedia(error: unknown, what: string): Explanation {
  switch (byName(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return {
        title: `Your ${what} is blocked`,
        detail: 'Allow it in the address bar of your browser, then try again.',
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return {
        title: `No ${what} found`,
        detail: 'Plug one in, or join without it.',
      };
    case 'NotReadableError':
    case 'AbortError':
      return {
        title: `Your ${what} is busy`,
        detail: 'Another program may be using it. Close that and try again.',
      };
    case 'AudioOnlyError':
      return {
        title: 'Audio only: your camera stays off',
        detail: 'Turn “Audio only” off in the settings, under Network.',
      };
    default:
      return {
        title: `Your ${what} did not start`,
        detail: error instanceof Error ? error.message : String(error),
      };
  }
}

interface RefusalWords extends Explanation {
  /** In place of `detail` where there is a sign-in. */
  signIn?: string;
}

/** By the reason of a refusal: docs/auth.md, docs/signaling.md. */
const REASON_WORDS: Record<string, RefusalWords> = {
  'token-missing': {
    title: 'You need an invitation',
    detail: 'Ask the person who runs this call for a link, and open that.',
    signIn: 'Sign in to join.',
  },
  'token-expired': {
    title: 'Your invitation has expired',
    detail: 'Ask the person who invited you for a new link.',
    signIn: 'Sign in again to join.',
  },
  'token-not-yet-valid': {
    title: 'Your invitation is not valid yet',
    detail: 'Wait until the call begins, then try again.',
    signIn: 'Wait until the call begins, or sign in again.',
  },
  'token-invalid': {
    title: 'Your invitation is not valid',
    detail: 'Check that you opened the whole link, or ask for a new one.',
    signIn: 'Sign in to get a new one.',
  },
  'token-wrong-room': {
    title: 'Your invitation is for another room',
    detail: 'Enter that room’s name, or ask for an invitation to this one.',
    signIn: 'Enter that room’s name, or sign in again for this one.',
  },
  'token-wrong-user': {
    title: 'Your invitation is for somebody else',
    detail: 'Ask for an invitation of your own.',
    signIn: 'Sign in as yourself to join.',
  },
  'room-locked': {
    title: 'This room is locked',
    detail: 'Ask someone inside to unlock it, then try again.',
  },
  'room-full': {
    title: 'This room is full',
    detail: 'Ask someone to leave, or meet in another room.',
  },
  'waiting-for-host': {
    title: 'A host must let you in',
    detail: 'Reload this page, join again, and wait for the host.',
  },
  'no-host-answered': {
    title: 'No one has let you in',
    detail: 'Try again when the host is there.',
  },
  'turned-away': {
    title: 'The host did not let you in',
    detail: 'Ask the host by another way, such as mail.',
  },
  'room-over': {
    title: 'The call ended while you waited',
    detail: 'Join again to be the first in a new one.',
  },
  'lobby-full': {
    title: 'Too many people are waiting to be let in',
    detail: 'Try again in some minutes.',
  },
  'in-line': {
    title: 'The server is busy, and you are in line',
    detail: 'Reload this page, join again, and wait for your turn.',
  },
  draining: {
    title: 'The server is about to restart',
    detail: 'Try again in some minutes; no new rooms open until then.',
  },
};

const ENDED = {
  title: 'What you asked for has ended',
  detail: 'Nothing needs to be done; the call goes on.',
};

const OUTDATED = {
  title: 'This page and the server do not understand each other',
  detail: 'Reload the page to get its current version.',
};

/** By the code of a refusal, or one that this page gave. */
const CODE_WORDS: Record<string, RefusalWords> = {
  'bad-request': OUTDATED,
  'unknown-method': OUTDATED,
  'not-joined': {
    title: 'You are not in the room any more',
    detail: 'Reload the page to join again.',
  },
  'already-joined': {
    title: 'You are in this room already',
    detail: 'Go on in the other tab, or close it and reload this page.',
  },
  'room-not-found': {
    title: 'This room is gone',
    detail: 'It was closed. You can open a new one.',
  },
  'room-exists': {
    title: 'There is a room of this name already',
    detail: 'Join that room, or choose another name.',
  },
  'recording-not-found': {
    title: 'There is no such recording',
    detail: 'It has ended, or was deleted.',
  },
  'transport-not-found': {
    title: 'The server has lost your connection to the call',
    detail: 'Reload the page to join again.',
  },
  'peer-not-found': {
    title: 'This person has left',
    detail: 'Nothing needs to be done; the call goes on.',
  },
  'producer-not-found': ENDED,
  'consumer-not-found': ENDED,
  'data-producer-not-found': ENDED,
  'data-consumer-not-found': ENDED,
  'no-producer': ENDED,
  'cannot-consume': {
    title: 'This browser cannot play what someone sends',
    detail: 'Use a current Chrome, Edge, Firefox or Safari.',
  },
  unsupported: {
    title: 'This server does not offer that',
    detail: 'Ask the person who runs it to switch it on.',
  },
  'wrong-state': {
    title: 'That came at the wrong moment',
    detail: 'Wait a second, then try again.',
  },
  'limit-reached': {
    title: 'This is as much as the server allows',
    detail: 'Stop something that you send, or wait until others have left.',
  },
  forbidden: {
    title: 'You are not allowed to do that',
    detail: 'Ask a host of the room.',
  },
  unauthorized: REASON_WORDS['token-missing']!,
  overloaded: {
    title: 'The server is busy',
    detail: 'Try again in a minute.',
  },
  internal: {
    title: 'Something went wrong on the server',
    detail: 'Try again in a minute; if that fails, tell the person who runs it.',
  },
  'origin-refused': {
    title: 'The server does not serve pages from this address',
    detail: 'Open it by its own address, or ask the person who runs it to ' +
      'add this one to http.allowed-origins.',
  },
  'too-many-connections': {
    title: 'The server takes no more connections at the moment',
    detail: 'Wait a minute, then try again.',
  },
  'gave-up': {
    title: 'You are not waiting any more',
    detail: 'Join again to ask once more to be let in.',
  },
  unreachable: {
    title: 'The server cannot be reached',
    detail: 'Check your connection, then try again.',
  },
};

/** What this page itself, or a library of it, says of a failure. */
const PAGE_WORDS: Array<[RegExp, Explanation]> = [
  [/^The call could not be loaded$/, {
    title: 'The call could not be loaded',
    detail: 'Check your connection, reload this page, then try again.',
  }],
  [/^room closed$/i, CODE_WORDS['room-not-found']!],
  [/unsupported|not supported/i, {
    title: 'This browser cannot place calls',
    detail: 'A current Chrome, Edge, Firefox or Safari can.',
  }],
  [/timed? ?out|connection lost/i, CODE_WORDS['unreachable']!],
];

/** Why joining or a request failed. */
export function explainServer(error: unknown): Explanation {
  if (error instanceof ServerError) return explainRefusal(error);
  if (error instanceof Farewell) return error.explanation;
  const text = error instanceof Error ? error.message : String(error);
  const known = PAGE_WORDS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? { title: 'That did not work', detail: text };
}

function explainRefusal(error: ServerError): Explanation {
  const known = REASON_WORDS[error.reason] ?? CODE_WORDS[error.code];
  if (!known) return { title: 'That did not work', detail: error.message };
  const { title, detail } = known;
  return {
    title,
    detail: error.loginUrl && known.signIn ? known.signIn : detail,
  };
}

/** Why a call cannot even begin in this browser; undefined if it can. */
export function explainSurroundings(
  { secure, capable }: { secure: boolean; capable: boolean },
): Explanation | undefined {
  if (!secure) {
    return {
      title: 'This address is not secure',
      detail: 'Browsers give camera and microphone only to pages over https: ' +
        'open the https address of this server, or ask the person who runs ' +
        'it to set one up (http.tls-certificate).',
    };
  }
  return capable ? undefined : {
    title: 'This browser cannot place calls',
    detail: 'Open this address in a current Chrome, Edge, Firefox or Safari.',
  };
}

/** What is said while the browser asks for devices, or opens them. */
export function explainWaiting(
  what: string,
  asksPermission: boolean,
): Explanation {
  return asksPermission
    ? {
      title: `Waiting for permission to use your ${what}`,
      detail: 'Choose “Allow” where your browser asks, or join without.',
    }
    : { title: `Starting your ${what}`, detail: 'This takes a moment.' };
}
