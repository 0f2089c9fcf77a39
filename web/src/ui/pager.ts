/** Turns the pages of a stage that has more people than room. */

import type { Rect } from '../layout';
import { el } from './dom';
import { icon } from './icons';
import { announce } from './live';

export class Pager {
  readonly root: HTMLElement;
  #text = el('span');
  #page = 0;
  #back: HTMLButtonElement;
  #on: HTMLButtonElement;
  #pages = 1;

  constructor(private readonly turnTo: (page: number) => void) {
    const button = (
      label: string, key: string, step: number, className: string,
    ) =>
      el('button', {
        type: 'button', class: `icon-button ${className}`, title: label,
        attrs: { 'aria-label': label, 'aria-keyshortcuts': key },
        onclick: () => this.turn(step),
      }, icon('up'));
    this.#back = button('Previous page', 'PageUp', -1, 'turn-back');
    this.#on = button('Next page', 'PageDown', 1, 'turn-on');
    this.root = el('nav', { class: 'pager', attrs: { 'aria-label': 'Pages' } },
      this.#back, this.#text, this.#on);
    this.root.hidden = true;
  }

  /** Goes this many pages on, as far as there are pages. */
  turn(step: number): void {
    const page = Math.min(Math.max(0, this.#page + step), this.#pages - 1);
    if (page === this.#page) return;
    this.turnTo(page);
    announce(`Page ${page + 1} of ${this.#pages}`);
  }

  show(page: number, pages: number, room: Rect | undefined): void {
    this.root.hidden = room === undefined;
    this.#page = page;
    this.#pages = pages;
    if (!room) return;
    this.#text.replaceChildren(
      el('span', { class: 'sr-only' }, 'Page '), `${page + 1} of ${pages}`);
    // A button that has just led to the end keeps no focus: its twin gets it.
    const focused = document.activeElement;
    this.#back.disabled = page === 0;
    this.#on.disabled = page === pages - 1;
    if (focused === this.#back && this.#back.disabled) this.#on.focus();
    if (focused === this.#on && this.#on.disabled) this.#back.focus();
    this.root.style.transform = `translate(${room.x}px, ${room.y}px)`;
    this.root.style.width = `${room.width}px`;
    this.root.style.height = `${room.height}px`;
  }
}
