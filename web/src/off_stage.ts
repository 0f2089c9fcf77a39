/** Who speaks while no picture of them is shown. Pure; time is an argument. */

/** A word shorter than this is not told. */
export const TELL_AFTER_MS = 500;
/** A name stays for this long after the last word: it can be pressed. */
export const KEEP_MS = 2500;

export class OffStage {
  #unseen = new Map<string, { sinceMs: number; lastMs: number }>();

  /** Notes whether a person is speaking, and whether they are seen. */
  heard(id: string, speaking: boolean, seen: boolean, nowMs: number): void {
    const known = this.#unseen.get(id);
    if (seen) this.#unseen.delete(id);
    else if (known && speaking) known.lastMs = nowMs;
    else if (speaking) this.#unseen.set(id, { sinceMs: nowMs, lastMs: nowMs });
    else if (known && nowMs - known.lastMs >= KEEP_MS) this.#unseen.delete(id);
  }

  forget(id: string): void {
    this.#unseen.delete(id);
  }

  /** Those to be named; the first to speak is the first. */
  named(): string[] {
    return [...this.#unseen]
      .filter(([, { sinceMs, lastMs }]) => lastMs - sinceMs >= TELL_AFTER_MS)
      .map(([id]) => id);
  }
}

/** "Anna is speaking", "Anna and Ben are speaking". */
export function speakingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (names.length === 0) return '';
  if (names.length === 1) return `${first} is speaking`;
  return names.length === 2 ? `${first} and ${second} are speaking`
    : `${first} and ${names.length - 1} others are speaking`;
}
