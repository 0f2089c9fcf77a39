/**
 * Time during which the page was awake. A laptop that slept, or a tab that
 * the browser held, has missed nothing in that time: it could not look.
 */

/** Hidden tabs look once a second. */
const LONGEST_STEP_MS = 1500;

export class WatchedTime {
  #last: number | undefined;
  #watched = 0;

  /**
   * Milliseconds that were watched until now.
   * @param nowMs any steady clock in milliseconds
   */
  at(nowMs: number): number {
    const step = nowMs - (this.#last ?? nowMs);
    this.#last = nowMs;
    this.#watched += Math.min(Math.max(step, 0), LONGEST_STEP_MS);
    return this.#watched;
  }
}

/** Notes when a value last changed. */
export class Mark {
  #value: number | undefined;
  #atMs = 0;

  /** When the value changed; when it was first seen if it never did. */
  get atMs(): number {
    return this.#atMs;
  }

  see(value: number, nowMs: number): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#atMs = nowMs;
  }
}
