/** What a person sees and hears of while they wait to get in. */

import type { WaitListener } from './knock';
import { againWords, headingWords, isInLine, waitWords } from './lobby_words';
import type { LobbyWait } from './signaling';
import { announce } from './ui/live';
import { toast } from './ui/notice';
import { WaitingView } from './ui/waiting_view';

export interface WaitingParts {
  room: string;
  /** Puts a view into the window. */
  show(view: HTMLElement): void;
  /** The person does not want to wait any longer. */
  leave(): void;
}

export class Waiting implements WaitListener {
  #view: WaitingView | undefined;
  #entered = false;
  /** What the person was told last that they wait for. */
  #told: string | undefined;

  constructor(private readonly parts: WaitingParts) {}

  /** From now on the window belongs to the call. */
  entered(): void {
    this.#entered = true;
    if (this.#view) announce('You are in');
    this.#view = undefined;
    this.#told = undefined;
  }

  waits(wait: LobbyWait): void {
    const again = this.#told === headingWords(wait);
    this.#told = headingWords(wait);
    if (this.#entered) {
      // Places in line change often.
      if (!again || !isInLine(wait)) toast(againWords(wait));
      return;
    }
    if (!this.#view) {
      const { room, leave, show } = this.parts;
      this.#view = new WaitingView(room, leave);
      document.title = `Waiting · ${room} · Troupe`;
      show(this.#view.root);
    }
    this.#view.update(wait);
    if (!again) {
      announce(isInLine(wait)
        ? `${headingWords(wait)}. ${waitWords(wait)}` : waitWords(wait));
    }
  }

  said(text: string, name: string | undefined): void {
    const by = name || 'The host';
    if (this.#view) this.#view.say(text, by);
    else toast(`${by}: ${text}`);
  }
}
