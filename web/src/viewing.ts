/** What each picture is wanted for, from where it is shown. Pure policy. */

import { chooseLayers, type LayerCount, type Layers } from './layer_choice';

/** A new size must hold for this long: windows are dragged, tiles glide. */
export const SETTLE_MS = 300;
/** A picture out of sight is stopped after this: people turn pages back. */
export const AWAY_MS = 4000;

const LOWEST: Layers = { spatial: 0, temporal: 0 };

export interface Wish {
  paused: boolean;
  layers: Layers;
}

/** What is known of one picture, and how long it has been so. */
export class PictureView {
  #layers: Layers | undefined;
  #changing: { layers: Layers; since: number } | undefined;
  #unseenSince: number | undefined;

  /**
   * @param needed device pixels of width; 0 when nobody can see the picture
   * @param nowMs any steady clock in milliseconds
   */
  update(
    needed: number,
    sourceWidth: number,
    count: LayerCount,
    nowMs: number,
  ): Wish {
    if (needed <= 0) {
      // What was never seen is not begun.
      this.#unseenSince ??= this.#layers ? nowMs : -Infinity;
      const paused = nowMs - this.#unseenSince >= AWAY_MS;
      return { paused, layers: this.#layers ?? LOWEST };
    }
    const returned = this.#unseenSince !== undefined;
    this.#unseenSince = undefined;
    const wanted = chooseLayers(needed, sourceWidth, count, this.#layers);
    this.#settle(wanted, nowMs, returned);
    return { paused: false, layers: this.#layers! };
  }

  #settle(wanted: Layers, nowMs: number, atOnce: boolean): void {
    if (!this.#layers || atOnce || same(wanted, this.#layers)) {
      this.#layers = wanted;
      this.#changing = undefined;
      return;
    }
    if (!this.#changing || !same(wanted, this.#changing.layers)) {
      this.#changing = { layers: wanted, since: nowMs };
    }
    if (nowMs - this.#changing.since < SETTLE_MS) return;
    this.#layers = wanted;
    this.#changing = undefined;
  }
}

export function same(one: Layers | undefined, other: Layers): boolean {
  return one?.spatial === other.spatial && one.temporal === other.temporal;
}
