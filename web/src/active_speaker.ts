/** Who has the floor, from everyone's levels. Pure; time is an argument. */

export interface Voice {
  id: string;
  level: number;
  speaking: boolean;
}

/** Whoever speaks into a silence gets the floor after this. */
export const TAKE_MS = 300;
/** Whoever is louder than a speaker gets it after this. */
export const OVERRULE_MS = 1500;

export class ActiveSpeaker {
  #current: string | undefined;
  #rival: { id: string; since: number } | undefined;

  /** The last to have had the floor keeps it in a silence. */
  update(voices: Voice[], nowMs: number): string | undefined {
    const speaking = voices.filter((voice) => voice.speaking);
    const loudest = speaking.reduce<Voice | undefined>((best, voice) =>
      (!best || voice.level > best.level ? voice : best), undefined);
    if (this.#current !== undefined &&
        !voices.some(({ id }) => id === this.#current)) {
      this.#current = undefined;
    }
    if (!loudest || loudest.id === this.#current) {
      this.#rival = undefined;
      return this.#current;
    }
    if (this.#rival?.id !== loudest.id) {
      this.#rival = { id: loudest.id, since: nowMs };
    }
    const contested = speaking.some(({ id }) => id === this.#current);
    const patience = this.#current === undefined ? 0
      : contested ? OVERRULE_MS : TAKE_MS;
    if (nowMs - this.#rival.since >= patience) {
      this.#current = loudest.id;
      this.#rival = undefined;
    }
    return this.#current;
  }
}
