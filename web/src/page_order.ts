/**
 * In which order people fill the pages. Those who speak come to the first
 * page, one at a time: each takes the place of one who has long been silent,
 * and all others stay where they are. Pure; time is an argument.
 */

import { SCREEN, SELF } from './arrangement';

/** Speech shorter than this, a "yes" or a cough, moves no picture. */
export const SPEECH_MS = 2000;
/** Whoever spoke within this time keeps the place. */
export const STAY_MS = 10_000;
/** Between two moves. */
export const CALM_MS = 3000;

interface Voice {
  /** Since when this person has been speaking; undefined in a silence. */
  since: number | undefined;
  lastMs: number;
}

export class PageOrder {
  #order: string[] = [];
  #voices = new Map<string, Voice>();
  #movedMs = -Infinity;
  #main: string | undefined;

  get ids(): readonly string[] {
    return this.#order;
  }

  /** Newcomers are the last; all others keep their order. */
  setPeople(ids: readonly string[]): void {
    const present = new Set(ids);
    const known = new Set(this.#order);
    this.#order = [...this.#order.filter((id) => present.has(id)),
      ...ids.filter((id) => !known.has(id))];
    for (const id of this.#voices.keys()) {
      if (!present.has(id)) this.#voices.delete(id);
    }
  }

  /** Notes whether a person is speaking. */
  heard(id: string, speaking: boolean, nowMs: number): void {
    const voice = this.#voices.get(id);
    if (!speaking) {
      if (voice) voice.since = undefined;
      return;
    }
    if (!voice) this.#voices.set(id, { since: nowMs, lastMs: nowMs });
    else {
      voice.since ??= nowMs;
      voice.lastMs = nowMs;
    }
  }

  /**
   * Brings one who speaks to the first page, if it is time. Returns whether
   * the order has changed.
   *
   * @param first who is on the first page
   * @param fixed who must not be moved: the large picture, or the one that
   *   has the keyboard
   */
  promote(
    first: ReadonlySet<string>,
    fixed: ReadonlySet<string | undefined>,
    nowMs: number,
  ): boolean {
    if (nowMs - this.#movedMs < CALM_MS) return false;
    const comes = this.#order.find((id) => !first.has(id) &&
      id !== SELF && !fixed.has(id) && this.#hasSpoken(id, nowMs));
    if (comes === undefined) return false;
    const goes = this.#order
      .filter((id) => first.has(id) && id !== SELF && !fixed.has(id) &&
        nowMs - this.#lastMs(id) >= STAY_MS)
      // Of two who never spoke the later one goes.
      .reduce<string | undefined>((best, id) =>
        (best === undefined || this.#lastMs(id) <= this.#lastMs(best)
          ? id : best), undefined);
    if (goes === undefined) return false;
    this.#swap(comes, goes);
    this.#movedMs = nowMs;
    return true;
  }

  /**
   * Tells who is shown large. The one before takes the place that this one
   * leaves, so that no other picture moves.
   */
  setMain(main: string | undefined): void {
    const before = this.#main;
    if (main === before) return;
    this.#main = main;
    if (before === undefined || main === undefined) return;
    if ([before, main].some((id) => id === SELF || id === SCREEN)) return;
    this.#swap(before, main);
  }

  #hasSpoken(id: string, nowMs: number): boolean {
    const since = this.#voices.get(id)?.since;
    return since !== undefined && nowMs - since >= SPEECH_MS;
  }

  #lastMs(id: string): number {
    return this.#voices.get(id)?.lastMs ?? -Infinity;
  }

  #swap(one: string, other: string): void {
    const [a, b] = [this.#order.indexOf(one), this.#order.indexOf(other)];
    if (a < 0 || b < 0) return;
    this.#order[a] = other;
    this.#order[b] = one;
  }
}
