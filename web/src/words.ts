/** Errors in words that help the person who reads them. Pure. */

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
    default:
      return {
        title: `Your ${what} did not start`,
        detail: error instanceof Error ? error.message : String(error),
      };
  }
}

const SERVER_WORDS: Array<[RegExp, Explanation]> = [
  [/^The call could not be loaded$/, {
    title: 'The call could not be loaded',
    detail: 'Check your connection, reload this page, then try again.',
  }],
  [/full|limit|too many/i, {
    title: 'This room is full',
    detail: 'Ask someone to leave, or meet in another room.',
  }],
  [/not allowed|forbidden|unauthor|token/i, {
    title: 'You are not allowed in',
    detail: 'Ask the person who invited you for a new link.',
  }],
  [/^removed$/i, {
    title: 'You were asked to leave',
    detail: 'A host of this room has removed you from the call.',
  }],
  [/not found|closed/i, {
    title: 'This room is gone',
    detail: 'It was closed. You can open a new one.',
  }],
  [/unsupported|not supported/i, {
    title: 'This browser cannot place calls',
    detail: 'A current Chrome, Edge, Firefox or Safari can.',
  }],
  [/timed? ?out|unreachable|transport error|xhr poll error|websocket/i, {
    title: 'The server cannot be reached',
    detail: 'Check your connection, then try again.',
  }],
];

/** Why joining or a request failed. */
export function explainServer(error: unknown): Explanation {
  const text = error instanceof Error ? error.message : String(error);
  const known = SERVER_WORDS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? { title: 'That did not work', detail: text };
}
