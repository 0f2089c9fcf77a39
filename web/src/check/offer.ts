/** Where the check is offered, and how it is opened from there. */

import { Farewell } from '../moderation_words';
import { ServerError } from '../server_error';

let opener: (() => void) | undefined;

/** Says how the check is opened in this page. */
export function provideCheck(open: () => void): void {
  opener = open;
}

export function openCheck(): void {
  opener?.();
}

/** Codes of failures for which the network may be to blame. */
const BY_NETWORK = ['unreachable', 'transport-not-found', 'internal'];

/** Whether a check may tell more about a failure than its words do. */
export function mayBeNetwork(error: unknown): boolean {
  if (error instanceof ServerError) return BY_NETWORK.includes(error.code);
  return !(error instanceof Farewell) &&
    !(error instanceof Error && error.message === 'Room closed');
}
