/** The place beside the stage (below it on phones) for one panel at a time. */

import { el } from './dom';
import { rememberFocus } from './focus';
import { icon } from './icons';

export class SidePanel {
  readonly root = el('section', {
    class: 'panel', attrs: { 'aria-labelledby': 'panel-title' },
  });
  #title = el('h2', { id: 'panel-title', tabIndex: -1 });
  #content = el('div', { class: 'panel-body' });
  #shown: Node | undefined;
  #closed: (() => void) | undefined;
  #returnFocus: ((instead?: HTMLElement) => void) | undefined;

  /** @param instead has the focus when what opened the panel is gone */
  constructor(private readonly instead: () => HTMLElement | undefined =
  () => undefined) {
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

  /**
   * Shows the content and moves the focus to its title.
   *
   * @param closed is called when it goes, for whatever reason
   */
  open(title: string, content: Node, closed: () => void): void {
    this.close();
    this.#returnFocus = rememberFocus(this.root);
    this.#shown = content;
    this.#closed = closed;
    this.#title.textContent = title;
    this.#content.replaceChildren(content);
    this.root.hidden = false;
    this.#title.focus({ preventScroll: true });
  }

  /** Takes it away; the focus returns to what has opened it. */
  close(): void {
    const closed = this.#closed;
    this.#closed = undefined;
    this.#shown = undefined;
    const returnFocus = this.#returnFocus;
    this.#returnFocus = undefined;
    returnFocus?.(this.instead());
    this.root.hidden = true;
    closed?.();
  }
}
