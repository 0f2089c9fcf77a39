/** The window of a person who waits, for a host or for a busy server. */

import { countWords, headingWords, waitWords } from '../lobby_words';
import type { LobbyWait } from '../signaling';
import { el } from './dom';
import { icon, mark } from './icons';

/** Hosts may say much; the latest is what counts. */
const KEPT_MESSAGES = 5;

export class WaitingView {
  readonly root: HTMLElement;
  #heading = el('h1', {});
  #next = el('p', {});
  #count = el('p', { class: 'soft' });
  #messages = el('div', {
    class: 'waiting-messages',
    attrs: { role: 'log', 'aria-label': 'Messages of the host' },
  });

  constructor(room: string, leave: () => void) {
    this.root = el('main', { class: 'message waiting' },
      el('div', { class: 'message-card' },
        mark(),
        this.#heading,
        el('p', {}, 'You asked to join ', el('b', {}, room), '.'),
        this.#next,
        this.#count,
        this.#messages,
        el('p', { class: 'soft' }, 'Nobody sees or hears you yet.'),
        el('div', { class: 'message-actions' }, el('button', {
          type: 'button', class: 'button', onclick: leave,
        }, 'Leave'))));
  }

  update(wait: LobbyWait): void {
    this.#heading.textContent = headingWords(wait);
    this.#next.textContent = waitWords(wait);
    this.#count.textContent = countWords(wait);
  }

  /** Shows what a host says. */
  say(text: string, by: string): void {
    this.#messages.append(el('div', {}, icon('bell'),
      el('span', {}, el('b', {}, by), ` ${text}`)));
    while (this.#messages.childElementCount > KEPT_MESSAGES) {
      this.#messages.firstElementChild?.remove();
    }
  }
}
