/** The list of everyone in the call, and what hosts can do about them. */

import { hueOf, initials } from '../people';
import type { Person } from '../people_list';
import { matching, ordered, type PersonEntry } from '../people_order';
import { QUALITY_WORDS, type Quality } from '../quality';
import { el, flag } from './dom';
import { icon, type IconName } from './icons';

export interface PeopleActions {
  /** Opens what a host can do about one person. */
  menu(person: Person, anchor: HTMLElement): void;
  muteAll(): void;
  lock(locked: boolean): void;
  endForAll(): void;
  /** Shows the ways to invite somebody. */
  invite(): void;
}

/** What the list shows at a moment. */
export interface PeopleState {
  entries: PersonEntry[];
  isHost: boolean;
  locked: boolean;
}

export class PeoplePanel {
  readonly root: HTMLElement;
  #search = el('input', {
    type: 'search', placeholder: 'Search',
    attrs: { 'aria-label': 'Search people' },
  });
  #list = el('ul', { class: 'people-list', attrs: { 'aria-label': 'People' } });
  #none = el('p', { class: 'soft people-none', attrs: { role: 'status' } },
    'Nobody here has that name.');
  #locked = el('p', { class: 'people-locked' }, icon('lock'),
    'This room is locked: no one else can come in.');
  #lock: HTMLButtonElement;
  #muteAll: HTMLButtonElement;
  #tools: HTMLElement;
  #rows = new Map<string, PersonRow>();
  #state: PeopleState = { entries: [], isHost: false, locked: false };

  /** @param lobby who waits there, and the tool that hosts switch it with */
  constructor(
    private readonly actions: PeopleActions,
    lobby: { root: HTMLElement; switch: HTMLElement },
  ) {
    this.#muteAll = el('button', {
      type: 'button', class: 'button small', onclick: () => actions.muteAll(),
    }, icon('micOff'), 'Mute others');
    this.#lock = el('button', {
      type: 'button', class: 'button small',
      onclick: () => actions.lock(!this.#state.locked),
    });
    this.#tools = el('div', {
      class: 'people-tools',
      attrs: { role: 'group', 'aria-label': 'For hosts' },
    }, this.#muteAll, this.#lock, lobby.switch, el('button', {
      type: 'button', class: 'button small danger-quiet',
      onclick: () => actions.endForAll(),
    }, icon('leave'), 'End for all'));
    this.#search.addEventListener('input', () => this.#paint());
    this.root = el('div', { class: 'people' },
      el('div', { class: 'people-head' },
        el('label', { class: 'people-search' }, icon('search'), this.#search),
        el('button', {
          type: 'button', class: 'button',
          attrs: { 'aria-haspopup': 'dialog' },
          onclick: () => actions.invite(),
        }, icon('invite'), 'Invite')),
      this.#locked, lobby.root, this.#list, this.#none, this.#tools);
    this.show(this.#state);
  }

  focus(): void {
    this.#search.focus();
  }

  show(state: PeopleState): void {
    this.#state = state;
    this.#paint();
  }

  #paint(): void {
    const { entries, isHost, locked } = this.#state;
    const shown = ordered(matching(entries, this.#search.value));
    const ids = new Set(shown.map(({ person }) => person.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.root.remove();
      this.#rows.delete(id);
    }
    shown.forEach((entry, index) => {
      const row = this.#rowOf(entry.person.id);
      row.update(entry, isHost);
      // Moving a row takes the focus from it: only those that must move do.
      const at = this.#list.children[index];
      if (at !== row.root) this.#list.insertBefore(row.root, at ?? null);
    });
    this.#none.hidden = shown.length > 0;
    this.#locked.hidden = !locked;
    this.#tools.hidden = !isHost;
    this.#muteAll.disabled = !entries.some(({ person }) =>
      !person.isSelf && !person.micMuted);
    this.#lock.replaceChildren(icon(locked ? 'unlock' : 'lock'),
      locked ? 'Unlock room' : 'Lock room');
  }

  #rowOf(id: string): PersonRow {
    const known = this.#rows.get(id);
    if (known) return known;
    const row = new PersonRow((person, anchor) =>
      this.actions.menu(person, anchor));
    this.#rows.set(id, row);
    return row;
  }
}

/** One person in the list. */
class PersonRow {
  readonly root = el('li', { class: 'person' });
  #letters = el('span', {
    class: 'person-avatar', attrs: { 'aria-hidden': 'true' },
  });
  #name = el('span', { class: 'person-name' });
  #host = sign('crown', 'Host');
  #hand = sign('hand', 'Hand raised');
  #mic = el('span', { class: 'sign' });
  #camera = el('span', { class: 'sign' });
  #bars = el('span', { class: 'bars', attrs: { role: 'img' } },
    el('i'), el('i'), el('i'), el('i'));
  #more: HTMLButtonElement;
  #person: Person | undefined;
  #painted = '';

  constructor(menu: (person: Person, anchor: HTMLElement) => void) {
    this.#more = el('button', {
      type: 'button', class: 'icon-button',
      attrs: { 'aria-haspopup': 'menu', 'aria-expanded': 'false' },
      onclick: () => this.#person && menu(this.#person, this.#more),
    }, icon('more'));
    this.#host.classList.add('host');
    this.#hand.classList.add('hand');
    this.root.append(this.#letters, this.#name, this.#hand, this.#host,
      this.#mic, this.#camera, this.#bars, this.#more);
  }

  update({ person, hand, quality }: PersonEntry, forHost: boolean): void {
    this.#person = person;
    const { id, name, isSelf, isHost, micMuted, cameraOff } = person;
    // Most updates are about others: this row is painted when it differs.
    const now = JSON.stringify([name, isSelf, isHost, micMuted, cameraOff,
      hand === undefined, quality, forHost]);
    if (now === this.#painted) return;
    this.#painted = now;
    this.root.dataset['person'] = id;
    this.root.style.setProperty('--hue', String(hueOf(name)));
    this.#letters.textContent = initials(name);
    this.#name.textContent = isSelf ? `${name} (you)` : name;
    this.#name.title = name;
    this.#host.hidden = !isHost;
    this.#hand.hidden = hand === undefined;
    paintSign(this.#mic, micMuted ? 'micOff' : 'mic',
      micMuted ? 'Microphone off' : 'Microphone on', micMuted);
    paintSign(this.#camera, cameraOff ? 'cameraOff' : 'camera',
      cameraOff ? 'Camera off' : 'Camera on', cameraOff);
    this.#paintQuality(quality);
    this.#more.hidden = !forHost;
    // One's own row keeps the room, so that all signs stand in line.
    flag(this.#more, 'data-absent', isSelf);
    this.#more.disabled = isSelf;
    this.#more.title = `What to do about ${name}`;
    this.#more.setAttribute('aria-label', `Actions for ${name}`);
  }

  #paintQuality(quality: Quality | undefined): void {
    flag(this.#bars, 'data-absent', quality === undefined);
    if (quality === undefined) return;
    this.#bars.dataset['quality'] = String(quality);
    this.#bars.setAttribute('aria-label', QUALITY_WORDS[quality]);
    this.#bars.title = QUALITY_WORDS[quality];
  }
}

function sign(name: IconName, label: string): HTMLElement {
  const node = el('span', { class: 'sign' });
  paintSign(node, name, label, false);
  return node;
}

function paintSign(
  node: HTMLElement,
  name: IconName,
  label: string,
  off: boolean,
): void {
  node.replaceChildren(icon(name));
  node.setAttribute('role', 'img');
  node.setAttribute('aria-label', label);
  node.title = label;
  flag(node, 'data-off', off);
}
