/** One stop of the Tab key for many elements; arrows go among them. */

import type { Direction } from '../neighbour';
import { isShown } from './focus';

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
};

/** Finds the next element; undefined keeps the focus where it is. */
export type Step = (
  items: HTMLElement[], from: HTMLElement, direction: Direction,
) => HTMLElement | undefined;

/** From left to right, and from the end to the beginning. */
export const inARow: Step = (items, from, direction) => {
  const step = { left: -1, right: 1, up: 0, down: 0 }[direction];
  if (step === 0) return undefined;
  return items[(items.indexOf(from) + step + items.length) % items.length];
};

export class Roving {
  #current: HTMLElement | undefined;

  /** @param all all elements in order; hidden ones are passed over */
  constructor(
    root: HTMLElement,
    private readonly all: () => HTMLElement[],
    private readonly step: Step = inARow,
  ) {
    root.addEventListener('keydown', (event) => this.#move(event));
    root.addEventListener('focusin', (event) => {
      const item = this.all().find((one) => one === event.target);
      if (item) this.#select(item);
    });
  }

  /** Call when elements have come, gone, or been hidden. */
  refresh(): void {
    const shown = this.#shown();
    const kept = shown.find((one) => one === this.#current);
    this.#select(kept ?? shown[0]);
  }

  focus(): void {
    this.refresh();
    this.#current?.focus({ preventScroll: true });
  }

  #shown(): HTMLElement[] {
    return this.all().filter(isShown);
  }

  #select(item: HTMLElement | undefined): void {
    this.#current = item;
    for (const one of this.all()) one.tabIndex = one === item ? 0 : -1;
  }

  #move(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const items = this.#shown();
    const from = items.find((one) => one === event.target);
    if (!from) return;
    const direction = DIRECTIONS[event.key];
    const next = event.key === 'Home' ? items[0]
      : event.key === 'End' ? items.at(-1)
        : direction && this.step(items, from, direction);
    if (!direction && !next) return;
    event.preventDefault();
    next?.focus({ preventScroll: true });
  }
}
