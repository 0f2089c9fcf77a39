/** A refusal of the server, with what programs can tell it by. */

/** Codes that this page gives to what the server did not answer itself. */
export type PageCode = 'origin-refused' | 'too-many-connections' |
  'unreachable' | 'gave-up';

export interface Refusal {
  message?: string;
  /** See docs/auth.md and docs/signaling.md; absent in other failures. */
  code?: string;
  reason?: string;
  /** Where the person can get another token. */
  loginUrl?: string;
}

export class ServerError extends Error {
  readonly code: string;
  readonly reason: string;
  readonly loginUrl: string;

  constructor({ message, code, reason, loginUrl }: Refusal) {
    super(message ?? code ?? 'Refused');
    this.name = 'ServerError';
    this.code = code ?? '';
    this.reason = reason ?? '';
    this.loginUrl = loginUrl ?? '';
  }
}

/** The refusal in a request's answer; undefined if it was granted. */
export function refusalIn(answer: unknown): ServerError | undefined {
  if (!answer || typeof answer !== 'object') return undefined;
  const { error, ...rest } = answer as Record<string, unknown>;
  return error ? toError({ ...rest, message: error }) : undefined;
}

/** Why socket.io-client could not connect. */
export function connectError(error: Error): ServerError {
  const { data, description } =
    error as Error & { data?: unknown; description?: unknown };
  // The server's own answer to CONNECT.
  if (data && typeof data === 'object') {
    return toError(data as Record<string, unknown>);
  }
  // The status of an HTTP response, where polling got one.
  const code: PageCode = description === 403 ? 'origin-refused'
    : description === 503 ? 'too-many-connections' : 'unreachable';
  return new ServerError({ message: error.message, code });
}

function toError(from: Record<string, unknown>): ServerError {
  const text = (name: string) => {
    const value = from[name];
    return typeof value === 'string' ? value : undefined;
  };
  return new ServerError({
    message: text('message') ?? String(from['message'] ?? ''),
    code: text('code'),
    reason: text('reason'),
    loginUrl: text('loginUrl'),
  });
}
