/** What was decided about one picture, for the "Why?" panel. Pure. */

export interface Decision {
  /** Milliseconds since 1970. */
  atMs: number;
  /** Who decided: the server by its own account, or as this page saw it. */
  by: 'server' | 'page';
  text: string;
}

const KEPT = 50;

/** The last decisions of each consumer, the newest first. */
export class DecisionLog {
  #all = new Map<string, Decision[]>();

  note(consumerId: string, decision: Decision): void {
    const list = this.#all.get(consumerId) ?? [];
    this.#all.set(consumerId, [decision, ...list].slice(0, KEPT));
  }

  of(consumerId: string): readonly Decision[] {
    return this.#all.get(consumerId) ?? [];
  }

  forget(consumerId: string): void {
    this.#all.delete(consumerId);
  }
}

/** A push of the server about layers, in words. */
export function layersWords(
  spatial: number | undefined,
  temporal: number | undefined,
): string {
  if (spatial === undefined) return 'Sends no picture at the moment';
  const rate = temporal === undefined ? '' : `, frame rate step ${temporal}`;
  return `Sends layer ${spatial}${rate}`;
}
