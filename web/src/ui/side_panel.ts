/** The place beside the stage (below it on phones) for one panel at a time. */

import { el } from './dom';
import { icon } from './icons';

export class SidePanel {
  readonly root = el('aside', { class: 'panel' });
  #title = el('h2');
  #content = el('div', { class: 'panel-body' });
  #shown: Node | undefined;
  #closed: (() => void) | undefined;

  constructor() {
    this.root.hidden = true;
    this.root.append(
      el('header', { class: 'panel-head' }, this.#title,
        el('button', {
          type: 'button', class: 'icon-button', title: 'Close',
          attrs: { 'aria-label': 'Close the panel' },
          onclick: () => this.close(),
        }, icon('close'))),
      this.#content);
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
  }

  shows(content: Node): boolean {
    return this.#shown === content;
  }

  /** @param closed is called when it goes, for whatever reason */
  open(title: string, content: Node, closed: () => void): void {
    this.close();
    this.#shown = content;
    this.#closed = closed;
    this.#title.textContent = title;
    this.#content.replaceChildren(content);
    this.root.hidden = false;
  }

  close(): void {
    const closed = this.#closed;
    this.#closed = undefined;
    this.#shown = undefined;
    this.root.hidden = true;
    closed?.();
  }
}
