/** What the server says of this person's streams, asked while it is shown. */

import type { types } from 'mediasoup-client';
import { decisionsIn, type Decision } from './decisions';
import type { Requester } from './signaling';

const ASK_EVERY_MS = 2000;

type Report = Array<Record<string, unknown>>;

/** A line of the "Why?" panel: what it is, and how much. */
export type Figure = [label: string, value: string];

/**
 * Asks for the server's estimate of the path to this page, and for its figures
 * of one consumer, at most every two seconds and only while somebody looks.
 */
export class ServerStats {
  #estimate: number | undefined;
  #told: { consumerId: string; figures: Figure[]; decisions: Decision[] }
    | undefined;
  #askedAt = new Map<string, number>();

  constructor(private readonly signaling: Requester) {}

  /** Bits per second; undefined before the server has estimated. */
  get estimate(): number | undefined {
    return this.#estimate;
  }

  figures(consumerId: string): Figure[] {
    return this.#toldOf(consumerId)?.figures ?? [];
  }

  /**
   * The server's own account of a consumer, the newest first; undefined before
   * it has answered.
   */
  decisions(consumerId: string): Decision[] | undefined {
    return this.#toldOf(consumerId)?.decisions;
  }

  async refreshTransport(transport: types.Transport): Promise<void> {
    const stats = await this.#ask('transportId', transport.id);
    if (stats) this.#estimate = estimateIn(stats);
  }

  async refreshConsumer(consumerId: string): Promise<void> {
    const stats = await this.#ask('consumerId', consumerId);
    if (!stats) return;
    this.#told = {
      consumerId,
      figures: figuresIn(stats),
      decisions: decisionsIn(stats, Date.now()),
    };
  }

  #toldOf(consumerId: string) {
    return this.#told?.consumerId === consumerId ? this.#told : undefined;
  }

  /** Nothing if it was asked a moment ago. A refusal is an empty report. */
  async #ask(member: string, id: string): Promise<Report | undefined> {
    const now = performance.now();
    if (now - (this.#askedAt.get(member) ?? -ASK_EVERY_MS) < ASK_EVERY_MS) {
      return undefined;
    }
    this.#askedAt.set(member, now);
    try {
      const { stats } = await this.signaling.request<{ stats?: Report }>(
        'get-stats', { [member]: id });
      return stats ?? [];
    } catch {
      return [];
    }
  }
}

export function estimateIn(stats: Report): number | undefined {
  for (const stat of stats) {
    const value = stat['availableOutgoingBitrate'];
    if (typeof value === 'number' && value > 0) return value;
  }
  return undefined;
}

/** What of a consumer's statistics helps to understand its picture. */
export function figuresIn(stats: Report): Figure[] {
  const sent = stats.find(({ type }) => type === 'outbound-rtp');
  if (!sent) return [];
  const figures: Figure[] = [];
  const add = (
    label: string, name: string, words: (value: number) => string = String,
  ) => {
    const value = sent[name];
    if (typeof value === 'number') figures.push([label, words(value)]);
  };
  add('Score', 'score', (value) => `${value} of 10`);
  add('Retransmitted', 'retransmittedPacketsSent', packets);
  add('Dropped', 'packetsDiscarded', packets);
  add('Key frames requested', 'keyFrameRequests');
  return figures;
}

function packets(count: number): string {
  return count === 1 ? '1 packet' : `${count} packets`;
}
