/** What a person sees and hears of while they wait to be let in. */

import type { WaitListener } from './knock';
import { waitWords } from './lobby_words';
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

  constructor(private readonly parts: WaitingParts) {}

  /** From now on the window belongs to the call. */
  entered(): void {
    this.#entered = true;
    if (this.#view) announce('You are in');
    this.#view = undefined;
  }

  waits(wait: LobbyWait): void {
    if (this.#entered) {
      toast('You are in the lobby again until a host lets you in');
      return;
    }
    if (!this.#view) {
      const { room, leave, show } = this.parts;
      this.#view = new WaitingView(room, leave);
      document.title = `Waiting · ${room} · Troupe`;
      show(this.#view.root);
      announce(waitWords(wait));
    }
    this.#view.update(wait);
  }

  said(text: string, name: string | undefined): void {
    const by = name || 'The host';
    if (this.#view) this.#view.say(text, by);
    else toast(`${by}: ${text}`);
  }
}
