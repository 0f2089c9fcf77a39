/** Makes a calm, soft mask of what the model says of each pixel. Pure. */

/** Less than this is background, more than `SURE` is the person. */
const DOUBTFUL = 0.3;
const SURE = 0.75;
/** How much of a new value is taken when it differs little from the last. */
const CALM = 0.35;

/** 0 below `from`, 1 above `to`, and a smooth way between. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/**
 * Smooths masks in time and space. A pixel that changes a little follows
 * slowly, so that edges do not flicker; one that changes a lot, as where an arm
 * moves, follows at once.
 */
export class MaskSmoother {
  #kept: Float32Array;
  #sharp: Uint8ClampedArray;
  #soft: Uint8ClampedArray;
  #first = true;

  constructor(readonly width: number, readonly height: number) {
    const size = width * height;
    this.#kept = new Float32Array(size);
    this.#sharp = new Uint8ClampedArray(size);
    this.#soft = new Uint8ClampedArray(size);
  }

  /**
   * Takes how likely each pixel belongs to a person, from 0 to 1. Returns how
   * opaque each is to be, from 0 to 255, valid until the next call.
   */
  smooth(likely: Float32Array): Uint8ClampedArray {
    const kept = this.#kept;
    for (let i = 0; i < kept.length; i++) {
      const change = likely[i]! - kept[i]!;
      const share = this.#first ? 1
        : Math.min(1, CALM + Math.abs(change) * (1 - CALM));
      kept[i]! += change * share;
      this.#sharp[i] = 255 * smoothstep(DOUBTFUL, SURE, kept[i]!);
    }
    this.#first = false;
    return this.#feather();
  }

  /** The mean of each pixel and its neighbours: a soft edge. */
  #feather(): Uint8ClampedArray {
    const { width, height } = this;
    for (let y = 0; y < height; y++) {
      const above = Math.max(0, y - 1) * width;
      const here = y * width;
      const below = Math.min(height - 1, y + 1) * width;
      for (let x = 0; x < width; x++) {
        const left = Math.max(0, x - 1);
        const right = Math.min(width - 1, x + 1);
        const sum = this.#row(above, left, x, right) +
          this.#row(here, left, x, right) + this.#row(below, left, x, right);
        this.#soft[here + x] = sum / 9;
      }
    }
    return this.#soft;
  }

  #row(row: number, left: number, x: number, right: number): number {
    const from = this.#sharp;
    return from[row + left]! + from[row + x]! + from[row + right]!;
  }
}
