/** The people who wait in the lobby, above the list of those in the call. */

import { sinceWords } from '../lobby_words';
import type { WaitingPerson } from '../lobby_host';
import { hueOf, initials } from '../people';
import { el } from './dom';
import { icon } from './icons';

/** The server takes 1,024 octets. */
const LONGEST_MESSAGE = 250;

export interface LobbyActions {
  enable(enabled: boolean): void;
  letIn(person: WaitingPerson): void;
  letAllIn(): void;
  turnAway(person: WaitingPerson): void;
  say(text: string): void;
}

/** What the section shows at a moment. */
export interface LobbyState {
  isHost: boolean;
  enabled: boolean;
  waiting: readonly WaitingPerson[];
}

export class LobbySection {
  readonly root: HTMLElement;
  /** Turns the lobby on and off; stands with the hosts' other tools. */
  readonly switch: HTMLButtonElement;
  #hint = el('p', { class: 'people-locked' });
  #title = el('h3', { id: 'waiting-title' });
  #all: HTMLButtonElement;
  #list = el('ul', {
    class: 'waiting-list', attrs: { 'aria-labelledby': 'waiting-title' },
  });
  #text = el('input', {
    type: 'text', maxLength: LONGEST_MESSAGE, autocomplete: 'off',
    placeholder: 'Message to those who wait',
    attrs: { 'aria-label': 'Message to those who wait' },
  });
  #waiting: HTMLElement;
  #rows = new Map<string, HTMLElement>();
  #enabled = false;

  constructor(private readonly actions: LobbyActions) {
    this.#all = el('button', {
      type: 'button', class: 'button small', onclick: () => actions.letAllIn(),
    }, 'Let in all');
    this.switch = el('button', {
      type: 'button', class: 'button small',
      onclick: () => actions.enable(!this.#enabled),
    });
    this.#waiting = el('section', { class: 'waiting-people' },
      el('div', { class: 'waiting-head' }, this.#title, this.#all),
      this.#list, this.#form());
    this.root = el('div', { class: 'lobby-section' },
      this.#hint, this.#waiting);
    this.show({ isHost: false, enabled: false, waiting: [] });
  }

  show({ isHost, enabled, waiting }: LobbyState): void {
    this.#enabled = enabled;
    this.#hint.hidden = !enabled || (isHost && waiting.length > 0);
    this.#hint.replaceChildren(icon('door'), isHost
      ? 'The lobby is on: you let newcomers in.'
      : 'The lobby is on: a host lets newcomers in.');
    this.switch.replaceChildren(icon('door'),
      enabled ? 'Turn lobby off' : 'Turn lobby on');
    this.#waiting.hidden = !isHost || waiting.length === 0;
    this.#all.hidden = waiting.length < 2;
    this.#title.textContent = `In the lobby (${waiting.length})`;
    this.#paintList(waiting);
  }

  /** Rows stay where they are: a person may be about to press a button. */
  #paintList(waiting: readonly WaitingPerson[]): void {
    const ids = new Set(waiting.map(({ knockId }) => knockId));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const person of waiting) {
      if (this.#rows.has(person.knockId)) continue;
      const row = this.#row(person);
      this.#rows.set(person.knockId, row);
      this.#list.append(row);
    }
  }

  #row(person: WaitingPerson): HTMLElement {
    const { name, sinceMs } = person;
    const avatar = el('span', {
      class: 'person-avatar', attrs: { 'aria-hidden': 'true' },
    }, initials(name));
    avatar.style.setProperty('--hue', String(hueOf(name)));
    return el('li', { class: 'waiting-person' }, avatar,
      el('span', { class: 'person-name', title: name }, name,
        el('span', { class: 'soft waiting-since' }, sinceWords(sinceMs))),
      el('button', {
        type: 'button', class: 'button small primary',
        attrs: { 'aria-label': `Let in ${name}` },
        onclick: () => this.actions.letIn(person),
      }, 'Let in'),
      el('button', {
        type: 'button', class: 'icon-button', title: `Turn ${name} away`,
        attrs: { 'aria-label': `Turn ${name} away` },
        onclick: () => this.actions.turnAway(person),
      }, icon('close')));
  }

  #form(): HTMLElement {
    return el('form', {
      class: 'waiting-form',
      onsubmit: (event: Event) => {
        event.preventDefault();
        const text = this.#text.value.trim();
        if (!text) return;
        this.#text.value = '';
        this.actions.say(text);
      },
    }, this.#text, el('button', {
      type: 'submit', class: 'icon-button', title: 'Send',
      attrs: { 'aria-label': 'Send the message to those who wait' },
    }, icon('send')));
  }
}
