/** How one picture flows, second by second, from what getStats counts. Pure. */

/** Counters of a received or sent picture as they stand at one moment. */
export interface FlowCounters {
  atMs: number;
  bytes: number;
  packets: number;
  packetsLost: number;
  frames: number;
  freezes: number;
  /** Pixels of the picture; 0 when there is none yet. */
  width: number;
  height: number;
}

export interface FlowSample {
  atMs: number;
  /** Bits per second. */
  bitrate: number;
  /** Share of packets lost, 0 to 1. */
  loss: number;
  framesPerSecond: number;
  width: number;
  height: number;
  /** The spatial layer that the server says it sends. */
  layer: number | undefined;
  /** Bits per second that the path carries, as its sender estimates. */
  estimate: number | undefined;
  /** The picture stood still in this second. */
  froze: boolean;
}

export const HISTORY_MS = 60_000;

/** The last minute of one picture. */
export class FlowHistory {
  #last: FlowCounters | undefined;
  #samples: FlowSample[] = [];

  /** Counters that fell belong to a new stream: they begin anew. */
  update(
    now: FlowCounters,
    layer: number | undefined,
    estimate: number | undefined,
  ): void {
    const before = this.#last;
    this.#last = now;
    if (!before || now.atMs <= before.atMs || now.bytes < before.bytes) return;
    const seconds = (now.atMs - before.atMs) / 1000;
    const lost = Math.max(0, now.packetsLost - before.packetsLost);
    const came = Math.max(0, now.packets - before.packets);
    this.#samples.push({
      atMs: now.atMs,
      bitrate: (now.bytes - before.bytes) * 8 / seconds,
      loss: lost + came === 0 ? 0 : lost / (lost + came),
      framesPerSecond: Math.max(0, now.frames - before.frames) / seconds,
      width: now.width,
      height: now.height,
      layer,
      estimate,
      froze: now.freezes > before.freezes,
    });
    const oldest = now.atMs - HISTORY_MS;
    this.#samples = this.#samples.filter(({ atMs }) => atMs > oldest);
  }

  samples(): readonly FlowSample[] {
    return this.#samples;
  }
}

/** The upper end of an axis: 1, 2 or 5 times a power of ten. */
export function axisEnd(largest: number): number {
  if (largest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const steps = [1, 2, 5, 10];
  return (steps.find((step) => step * power >= largest) ?? 10) * power;
}

export function bitrateWords(bitsPerSecond: number): string {
  return bitsPerSecond >= 999_500
    ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`
    : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}
