/** What is said while a call is interrupted, and once it goes on. */

import { openCheck } from '../check/offer';
import type { Outage, OutageReason } from '../outage';
import { elapsedWords, outageWords } from '../trouble_words';
import { el } from './dom';
import { icon } from './icons';
import { announce } from './live';

const AGAIN_MS = 3000;

export class OutageBanner {
  /** To be appended to the call's window. */
  readonly nodes: HTMLElement[];
  #title = el('strong');
  #detail = el('p');
  /** Not read aloud: it changes every second. */
  #elapsed = el('span', {
    class: 'elapsed', attrs: { 'aria-hidden': 'true' },
  });
  #banner: HTMLElement;
  #again = el('div', {
    class: 'banner again', attrs: { 'aria-hidden': 'true' },
  }, icon('check'), 'Connected again');
  #check = el('button', {
    type: 'button', class: 'button small', onclick: openCheck,
  }, 'Check');
  #reason: OutageReason | undefined;
  #timer = 0;

  constructor(leave: () => void) {
    this.#banner = el('section', {
      class: 'banner outage', attrs: { 'aria-label': 'Interruption' },
    },
    el('span', { class: 'spinner' }),
    el('div', { class: 'outage-words' },
      el('div', { class: 'outage-title' }, this.#title, this.#elapsed),
      this.#detail),
    el('button', {
      type: 'button', class: 'button small', onclick: leave,
    }, 'Leave'), this.#check);
    this.#banner.hidden = true;
    this.#again.hidden = true;
    this.nodes = [this.#banner, this.#again];
  }

  show(outage: Outage | undefined): void {
    if (outage) this.#elapsed.textContent = elapsedWords(outage.forMs);
    if (outage?.reason === this.#reason) return;
    this.#reason = outage?.reason;
    this.#banner.hidden = !outage;
    window.clearTimeout(this.#timer);
    this.#again.hidden = outage !== undefined;
    if (!outage) {
      announce('Connected again');
      this.#timer = window.setTimeout(() => {
        this.#again.hidden = true;
      }, AGAIN_MS);
      return;
    }
    const { title, detail } = outageWords(outage.reason);
    this.#title.textContent = title;
    // The server answers, but media do not get through: the check says why.
    this.#check.hidden = outage.reason !== 'media';
    this.#detail.textContent = detail;
    announce(`${title}. ${detail}`);
  }
}
