/** What the server says of this person's connection, asked while it is shown. */

import type { types } from 'mediasoup-client';
import type { Requester } from './signaling';

const ASK_EVERY_MS = 2000;

/**
 * Asks for the server's estimate of the path to this page, at most every two
 * seconds, and only while somebody looks.
 */
export class ServerEstimate {
  #value: number | undefined;
  #askedAt = 0;

  constructor(private readonly signaling: Requester) {}

  /** Bits per second; undefined before the server has estimated. */
  get value(): number | undefined {
    return this.#value;
  }

  async refresh(transport: types.Transport): Promise<void> {
    const now = performance.now();
    if (now - this.#askedAt < ASK_EVERY_MS) return;
    this.#askedAt = now;
    try {
      const { stats } = await this.signaling.request<{
        stats?: Array<Record<string, unknown>>;
      }>('get-stats', { transportId: transport.id });
      this.#value = estimateIn(stats ?? []);
    } catch {
      this.#value = undefined;
    }
  }
}

function estimateIn(
  stats: Array<Record<string, unknown>>,
): number | undefined {
  for (const stat of stats) {
    const value = stat['availableOutgoingBitrate'];
    if (typeof value === 'number' && value > 0) return value;
  }
  return undefined;
}
