/** The window of a call: header, stage, toolbar, and what floats above. */

import type { Person } from '../call';
import type { Quality } from '../quality';
import { el } from './dom';
import { icon, mark } from './icons';
import { copyButton, toast } from './notice';
import { Stage } from './stage';
import { themeButton } from './theme';
import { Toolbar, type Controls, type ToolbarActions } from './toolbar';

export interface CallViewOptions {
  room: string;
  link: string;
  actions: ToolbarActions;
}

export class CallView {
  readonly root: HTMLElement;
  #stage = new Stage();
  #toolbar: Toolbar;
  #count = el('span');
  #banner = el('div', { class: 'banner', attrs: { role: 'alert' } },
    el('span', { class: 'spinner' }), 'Connection lost. Reconnecting…');
  #sharing: HTMLElement;
  #invite: HTMLElement;
  #names = new Map<string, string>();
  /** False until the first list of people has come. */
  #known = false;
  #counter = el('div', { class: 'pill', title: 'People in this call' },
    icon('people'), this.#count);

  constructor({ room, link, actions }: CallViewOptions) {
    this.#toolbar = new Toolbar(actions);
    this.#sharing = el('div', { class: 'banner sharing' },
      icon('screen'), 'You are sharing your screen',
      el('button', {
        type: 'button', class: 'button small',
        onclick: () => actions.toggleShare(),
      }, 'Stop'));
    this.#invite = el('aside', { class: 'invite' },
      el('div', {},
        el('strong', {}, 'You’re the first one here'),
        el('p', {}, 'Send the link to whoever should join.')),
      copyButton(() => link, 'button primary'));
    this.root = el('main', { class: 'call' },
      el('header', { class: 'call-head' },
        mark(), el('h1', { title: room }, room), this.#counter,
        el('span', { class: 'spacer' }),
        copyButton(() => link, 'button quiet copy'), themeButton()),
      this.#stage.root, this.#invite, this.#banner, this.#sharing,
      this.#toolbar.root);
    this.#banner.hidden = true;
    this.#sharing.hidden = true;
  }

  setPeople(people: Person[]): void {
    this.#announce(people);
    this.#stage.setPeople(people);
    this.#count.textContent = String(people.length);
    this.#counter.setAttribute('aria-label', `${people.length} in this call`);
    this.#invite.hidden = people.length !== 1;
  }

  setLevel(id: string, level: number, speaking: boolean): void {
    this.#stage.setLevel(id, level, speaking);
  }

  setQuality(id: string, quality: Quality): void {
    this.#stage.setQuality(id, quality);
  }

  setControls(controls: Controls): void {
    this.#toolbar.update(controls);
    this.#sharing.hidden = !controls.sharing;
  }

  setReconnecting(active: boolean): void {
    this.#banner.hidden = !active;
    // Everyone returns under a new id: that is no news worth telling.
    if (active) this.#known = false;
  }

  /** Says who came and went, except for those who were there first. */
  #announce(people: Person[]): void {
    const now = new Map(people
      .filter(({ isSelf }) => !isSelf)
      .map(({ id, name }) => [id, name]));
    if (this.#known) {
      for (const [id, name] of now) {
        if (!this.#names.has(id)) toast(`${name} joined`);
      }
      for (const [id, name] of this.#names) {
        if (!now.has(id)) toast(`${name} left`);
      }
    }
    this.#known = true;
    this.#names = now;
  }
}
