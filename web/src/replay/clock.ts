/** The one clock that all parts of a recording follow. Pure: time is given. */

export class ReplayClock {
  #atMs = 0;
  /** When the clock was at `#atMs`. */
  #sinceMs = 0;
  #playing = false;
  #held = false;
  #rate = 1;

  constructor(private readonly durationMs: number) {}

  /** The person wants it to go on, whether it can or not. */
  get playing(): boolean {
    return this.#playing;
  }

  /** It stands until all parts have arrived. */
  get held(): boolean {
    return this.#held;
  }

  get runs(): boolean {
    return this.#playing && !this.#held;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Milliseconds of the recording. */
  at(nowMs: number): number {
    const gone = this.runs ? (nowMs - this.#sinceMs) * this.#rate : 0;
    return Math.min(this.durationMs, this.#atMs + Math.max(0, gone));
  }

  atEnd(nowMs: number): boolean {
    return this.at(nowMs) >= this.durationMs;
  }

  /** Goes on; from the start if it is at its end. */
  play(nowMs: number): void {
    this.#settle(this.atEnd(nowMs) ? 0 : this.at(nowMs), nowMs);
    this.#playing = true;
  }

  pause(nowMs: number): void {
    this.#settle(this.at(nowMs), nowMs);
    this.#playing = false;
  }

  seek(toMs: number, nowMs: number): void {
    this.#settle(Math.min(this.durationMs, Math.max(0, toMs)), nowMs);
  }

  setRate(rate: number, nowMs: number): void {
    this.#settle(this.at(nowMs), nowMs);
    this.#rate = rate;
  }

  hold(held: boolean, nowMs: number): void {
    if (held === this.#held) return;
    this.#settle(this.at(nowMs), nowMs);
    this.#held = held;
  }

  #settle(atMs: number, nowMs: number): void {
    this.#atMs = atMs;
    this.#sinceMs = nowMs;
  }
}

/** Nobody hears or sees less than this. */
const NEAR_MS = 10;
/** Further off, a part jumps to its place. */
const FAR_MS = 200;
/** How much faster or slower a part may play: pitch is kept. */
const MOST = 0.3;
/** A part that is off by so much plays as much faster or slower as it may. */
const FULL_MS = 120;

/**
 * How a part gets back to the clock: its rate, or undefined if it has to jump.
 * @param aheadMs how far the part is ahead of the clock
 */
export function rateFor(aheadMs: number, rate: number): number | undefined {
  const off = Math.abs(aheadMs);
  if (off > FAR_MS * Math.max(1, rate)) return undefined;
  if (off < NEAR_MS) return rate;
  const bend = Math.min(1, off / FULL_MS) * MOST * Math.max(1, rate);
  return aheadMs > 0 ? rate - bend : rate + bend;
}
