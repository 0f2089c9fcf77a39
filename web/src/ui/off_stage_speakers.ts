/** Names those who speak on another page, at the edge that leads there. */

import { OffStage, speakingWords } from '../off_stage';
import { el, flag } from './dom';
import { icon } from './icons';

/** Where a person is who is not seen. */
export interface Elsewhere {
  name: string;
  /** On a page before the one that is shown. */
  before: boolean;
}

export class OffStageSpeakers {
  readonly root: HTMLButtonElement;
  #off = new OffStage();
  #text = el('span');
  #first: string | undefined;

  /**
   * @param find where a person is; undefined if they are seen or have left
   * @param show leads to the picture of a person
   */
  constructor(
    private readonly find: (id: string) => Elsewhere | undefined,
    show: (id: string) => void,
  ) {
    this.root = el('button', {
      type: 'button', class: 'off-stage',
      onclick: () => {
        if (this.#first !== undefined) show(this.#first);
      },
    }, el('span', { class: 'voice', attrs: { 'aria-hidden': 'true' } },
      el('i'), el('i'), el('i')), this.#text, icon('up'));
    this.root.hidden = true;
  }

  heard(id: string, speaking: boolean): void {
    const seen = this.find(id) === undefined;
    this.#off.heard(id, speaking, seen, performance.now());
    this.refresh();
  }

  /** Call when other people are seen than before. */
  refresh(): void {
    const places = this.#off.named().map((id) => {
      const place = this.find(id);
      if (!place) this.#off.forget(id);
      return { id, place };
    }).filter(({ place }) => place !== undefined);
    const hadFocus = document.activeElement === this.root;
    this.#first = places[0]?.id;
    this.root.hidden = places.length === 0;
    if (this.root.hidden) {
      if (hadFocus) this.root.blur();
      return;
    }
    const words = speakingWords(places.map(({ place }) => place!.name));
    if (this.#text.textContent !== words) this.#text.textContent = words;
    this.root.title = `Show ${places[0]!.place!.name}`;
    flag(this.root, 'data-before', places[0]!.place!.before);
  }
}
