/** One person in the grid. */

import type { Person } from '../call';
import type { Rect } from '../layout';
import { hueOf, initials } from '../people';
import { QUALITY_WORDS, type Quality } from '../quality';
import { meterLevel } from '../speaking';
import { el, flag, showTrack } from './dom';
import { icon } from './icons';

export class Tile {
  readonly root: HTMLElement;
  #video = el('video', { muted: true, autoplay: true, playsInline: true });
  #letters = el('span');
  #avatar = el('div', { class: 'avatar', attrs: { 'aria-hidden': 'true' } },
    this.#letters);
  #name = el('span', { class: 'name' });
  #bars = el('span', { class: 'bars', attrs: { role: 'img' } },
    el('i'), el('i'), el('i'), el('i'));

  constructor(person: Person) {
    const muted = el('span', { class: 'muted-mark' }, icon('micOff'));
    const foot = el('div', { class: 'tile-foot' }, muted, this.#name);
    this.root = el('section', { class: 'tile' },
      this.#video, this.#avatar, foot, this.#bars);
    this.root.dataset['person'] = person.id;
    flag(this.root, 'data-self', person.isSelf);
    this.#bars.hidden = true;
    this.update(person);
  }

  update(person: Person): void {
    const shown = person.isSelf ? `${person.name} (you)` : person.name;
    this.#name.textContent = shown;
    this.#letters.textContent = initials(person.name);
    this.root.style.setProperty('--hue', String(hueOf(person.name)));
    const hasPicture = !person.cameraOff && person.camera !== null;
    showTrack(this.#video, hasPicture ? person.camera : null);
    flag(this.root, 'data-muted', person.micMuted);
    flag(this.root, 'data-camera-off', !hasPicture);
    this.root.setAttribute('aria-label', [
      shown,
      person.micMuted ? 'microphone off' : 'microphone on',
      hasPicture ? 'camera on' : 'camera off',
    ].join(', '));
  }

  setLevel(level: number, speaking: boolean): void {
    flag(this.root, 'data-speaking', speaking);
    const shown = speaking ? meterLevel(level) : 0;
    this.root.style.setProperty('--level', shown.toFixed(2));
  }

  setQuality(quality: Quality): void {
    this.#bars.hidden = false;
    this.#bars.dataset['quality'] = String(quality);
    this.#bars.setAttribute('aria-label', QUALITY_WORDS[quality]);
    this.#bars.title = QUALITY_WORDS[quality];
  }

  place(rect: Rect): void {
    place(this.root, rect);
    flag(this.root, 'data-small', rect.width < 220);
    flag(this.root, 'data-tiny', rect.width < 150);
    const side = Math.min(rect.width, rect.height);
    this.root.style.setProperty('--avatar', `${Math.round(side * 0.38)}px`);
  }
}

/** Puts an absolutely positioned element into a rectangle. */
export function place(node: HTMLElement, rect: Rect): void {
  node.style.transform =
    `translate(${rect.x.toFixed(1)}px, ${rect.y.toFixed(1)}px)`;
  node.style.width = `${rect.width.toFixed(1)}px`;
  node.style.height = `${rect.height.toFixed(1)}px`;
}
