/** Turns the pages of a stage that has more people than room. */

import type { Rect } from '../layout';
import { el } from './dom';
import { icon } from './icons';

export class Pager {
  readonly root: HTMLElement;
  #text = el('span');
  #page = 0;
  #back: HTMLButtonElement;
  #on: HTMLButtonElement;

  constructor(turnTo: (page: number) => void) {
    const button = (label: string, step: number, className: string) =>
      el('button', {
        type: 'button', class: `icon-button ${className}`, title: label,
        attrs: { 'aria-label': label },
        onclick: () => turnTo(this.#page + step),
      }, icon('up'));
    this.#back = button('Previous page', -1, 'turn-back');
    this.#on = button('Next page', 1, 'turn-on');
    this.root = el('nav', { class: 'pager', attrs: { 'aria-label': 'Pages' } },
      this.#back, this.#text, this.#on);
    this.root.hidden = true;
  }

  show(page: number, pages: number, room: Rect | undefined): void {
    this.root.hidden = room === undefined;
    if (!room) return;
    this.#page = page;
    this.#text.textContent = `${page + 1} of ${pages}`;
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
