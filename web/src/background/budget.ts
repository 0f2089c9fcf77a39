/** Decides whether a machine is fast enough for backgrounds. Pure. */

/** The most that one picture may take. */
export const LIMIT_MS = 40;
/** For how long a machine may be too slow. */
const PATIENCE_MS = 5000;
/** The window of the median and of the rate. */
const WINDOW_MS = 3000;
/** With fewer pictures a median says nothing. */
const FEWEST = 4;

/** What the pictures of the last seconds took. */
export interface Pace {
  medianMs: number;
  /** Pictures that were sent in a second. */
  fps: number;
}

/** What single pictures took. */
export class FrameTimes {
  #frames: Array<{ atMs: number; tookMs: number }> = [];

  add(tookMs: number, atMs: number): void {
    this.#frames.push({ atMs, tookMs });
  }

  /** Returns nothing until there are enough pictures. */
  pace(nowMs: number): Pace | undefined {
    // The last ones count however old they are: they may be that slow.
    this.#frames = this.#frames.filter(({ atMs }, index, all) =>
      atMs > nowMs - WINDOW_MS || index >= all.length - FEWEST);
    const { length } = this.#frames;
    if (length < FEWEST) return undefined;
    const sorted = this.#frames.map((x) => x.tookMs).sort((a, b) => a - b);
    const spanMs = nowMs - this.#frames[0]!.atMs;
    return {
      medianMs: sorted[Math.floor(length / 2)]!,
      fps: spanMs > 0 ? (length * 1000) / spanMs : 0,
    };
  }
}

/** Why backgrounds are too much for a machine. */
export type Excess = 'frame-time' | 'rate';

/**
 * Finds out that a machine is too slow: for five seconds a picture takes more
 * than the limit, or less than half of the camera's pictures are sent. If
 * pictures are missing although each is made in less time than the camera has
 * for it, the camera itself is slow, as in the dark.
 */
export class Budget {
  #overSinceMs: number | undefined;

  constructor(
    private readonly cameraFps: number,
    private readonly limitMs = LIMIT_MS,
  ) {}

  /** Returns the reason once the machine has been too slow for too long. */
  judge(pace: Pace, nowMs: number): Excess | undefined {
    const excess = this.#excess(pace);
    if (!excess) {
      this.#overSinceMs = undefined;
      return undefined;
    }
    this.#overSinceMs ??= nowMs;
    return nowMs - this.#overSinceMs >= PATIENCE_MS ? excess : undefined;
  }

  /** A hidden page is slowed down by the browser: that does not count. */
  forget(): void {
    this.#overSinceMs = undefined;
  }

  #excess({ medianMs, fps }: Pace): Excess | undefined {
    if (medianMs > this.limitMs) return 'frame-time';
    const isBehind = fps < this.cameraFps / 2;
    return isBehind && medianMs > 1000 / this.cameraFps ? 'rate' : undefined;
  }
}
