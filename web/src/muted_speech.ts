/**
 * Whether someone speaks although the microphone is off. Pure; time is an
 * argument.
 */

import { SPEECH_ON } from './speaking';

/** Speech fills this much of the last while; a cough or a door does not. */
const NEEDED_MS = 350;
const WINDOW_MS = 1500;
/** A steady noise is as loud now as in the quietest moment of this time. */
const FLOOR_MS = 3000;
/** Speech is this much louder than the quietest moment; 2.5 is 8 dB. */
const ABOVE_FLOOR = 2.5;
/** The end of a sentence, spoken while the microphone was switched off. */
const SETTLE_MS = 1000;
/** Readings further apart than this say nothing of the time between them. */
const LONGEST_STEP_MS = 200;
/** After a hint there is none for this long. */
export const HINT_PAUSE_MS = 60_000;

interface Reading {
  atMs: number;
  level: number;
  /** Milliseconds of speech since the reading before. */
  speechMs: number;
}

export class MutedSpeech {
  #readings: Reading[] = [];
  #since: number | undefined;
  #hintedAt: number | undefined;

  /** The microphone was switched off, or another one is being listened to. */
  restart(): void {
    this.#readings = [];
    this.#since = undefined;
  }

  /**
   * Takes a level (0 to 1, linear). True if the person should be told now that
   * they are muted.
   */
  update(level: number, nowMs: number): boolean {
    this.#since ??= nowMs;
    this.#readings = this.#readings.filter(({ atMs }) =>
      nowMs - atMs < FLOOR_MS);
    const before = this.#readings.at(-1);
    const step = before ? nowMs - before.atMs : 0;
    const reading = { atMs: nowMs, level, speechMs: 0 };
    this.#readings.push(reading);
    // A key that is struck is over before the next reading: two must be loud.
    const loud = before && this.#isLoud(before) && this.#isLoud(reading);
    const settled = nowMs - this.#since >= SETTLE_MS;
    if (loud && settled && step <= LONGEST_STEP_MS) reading.speechMs = step;
    if (this.#spokenMs(nowMs) < NEEDED_MS || this.#isPausing(nowMs)) {
      return false;
    }
    this.#hintedAt = nowMs;
    this.restart();
    return true;
  }

  #isLoud({ level }: Reading): boolean {
    const floor = Math.min(...this.#readings.map((one) => one.level));
    return level >= Math.max(SPEECH_ON, floor * ABOVE_FLOOR);
  }

  #spokenMs(nowMs: number): number {
    return this.#readings.filter(({ atMs }) => nowMs - atMs < WINDOW_MS)
      .reduce((sum, { speechMs }) => sum + speechMs, 0);
  }

  #isPausing(nowMs: number): boolean {
    return this.#hintedAt !== undefined &&
      nowMs - this.#hintedAt < HINT_PAUSE_MS;
  }
}
