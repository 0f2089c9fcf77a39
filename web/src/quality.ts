/** How well a stream arrives, judged from what getStats() counts. Pure. */

/** Counters of one RTP stream, as they stand at one moment. */
export interface StreamSample {
  packetsLost: number;
  packetsReceived: number;
  /** Interarrival jitter in seconds. */
  jitter: number;
}

export interface LinkFigures {
  /** Share of packets lost, 0 to 1. */
  loss: number;
  /** Seconds. */
  jitter: number;
  /** Seconds; undefined when nobody has measured it yet. */
  roundTrip: number | undefined;
}

/** 0 = nothing arrives, 1 = poor … 4 = excellent. */
export type Quality = 0 | 1 | 2 | 3 | 4;

export const QUALITY_WORDS: Record<Quality, string> = {
  0: 'No connection',
  1: 'Poor connection',
  2: 'Weak connection',
  3: 'Good connection',
  4: 'Excellent connection',
};

/** The loss between two samples; 0 when nothing was due in between. */
export function lossBetween(before: StreamSample, now: StreamSample): number {
  // Late packets can make packetsLost fall; that is not negative loss.
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const received = Math.max(0, now.packetsReceived - before.packetsReceived);
  return lost + received === 0 ? 0 : lost / (lost + received);
}

function moved(before: StreamSample, now: StreamSample): boolean {
  return now.packetsReceived !== before.packetsReceived ||
    now.packetsLost !== before.packetsLost;
}

function grade(value: number, limits: readonly [number, number, number]) {
  if (value <= limits[0]) return 4;
  if (value <= limits[1]) return 3;
  return value <= limits[2] ? 2 : 1;
}

/** The worst of loss, jitter and round trip decides. */
export function rateLink(figures: LinkFigures): Quality {
  return Math.min(
    grade(figures.loss, [0.01, 0.03, 0.08]),
    grade(figures.jitter, [0.03, 0.06, 0.12]),
    grade(figures.roundTrip ?? 0, [0.15, 0.3, 0.6]),
  ) as Quality;
}

/**
 * Remembers the last sample of each stream and rates what came since. It does
 * not rate silence: whether something was due is for others to say.
 */
export class QualityTracker {
  #last = new Map<string, StreamSample>();

  /** Returns undefined where nothing came or was lost since the last sample. */
  update(
    streamId: string,
    sample: StreamSample,
    roundTrip: number | undefined,
  ): Quality | undefined {
    const before = this.#last.get(streamId);
    this.#last.set(streamId, sample);
    if (!before || !moved(before, sample)) return undefined;
    const loss = lossBetween(before, sample);
    return rateLink({ loss, jitter: sample.jitter, roundTrip });
  }

  forget(streamId: string): void {
    this.#last.delete(streamId);
  }
}
