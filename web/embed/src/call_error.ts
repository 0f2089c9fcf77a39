import type { ErrorCode } from './protocol';

/** A request that failed; `code` says why in a word. */
export class CallError extends Error {
  override readonly name: string = 'CallError';

  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}
