/** Who is speaking, decided from audio levels. Pure; time is an argument. */

/** Level (0 to 1, linear) at which silence becomes speech. */
export const SPEECH_ON = 0.03;
/** Level under which speech may end; lower, so that it does not flicker. */
export const SPEECH_OFF = 0.015;
/** A pause between words shorter than this does not end the speech. */
export const HOLD_MS = 600;
/** Sounds shorter than this, a click or a cough, are not speech. */
export const ATTACK_MS = 120;

/** Turns the levels of one voice into a steady "is speaking". */
export class SpeakingDetector {
  #speaking = false;
  #loudSince: number | undefined;
  #lastLoud = 0;

  /** @param nowMs any steady clock in milliseconds */
  update(level: number, nowMs: number): boolean {
    if (level >= (this.#speaking ? SPEECH_OFF : SPEECH_ON)) {
      this.#loudSince ??= nowMs;
      this.#lastLoud = nowMs;
      if (nowMs - this.#loudSince >= ATTACK_MS) this.#speaking = true;
      return this.#speaking;
    }
    const silentFor = nowMs - this.#lastLoud;
    if (!this.#speaking || silentFor >= HOLD_MS) {
      this.#speaking = false;
      this.#loudSince = undefined;
    }
    return this.#speaking;
  }
}

/** Maps a linear level to a meter's 0 to 1, over the 50 dB a voice uses. */
export function meterLevel(level: number): number {
  if (level <= 0) return 0;
  const decibel = 20 * Math.log10(level);
  return Math.min(1, Math.max(0, (decibel + 50) / 50));
}

/** Root mean square of samples, the level of a block of audio. */
export function rootMeanSquare(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
