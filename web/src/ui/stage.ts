/** The space where everyone is seen: a grid, or a screen with a strip. */

import type { Person } from '../call';
import { layoutGrid, layoutSpotlight } from '../layout';
import type { Quality } from '../quality';
import { el, showTrack } from './dom';
import { icon } from './icons';
import { place, Tile } from './tile';

export class Stage {
  readonly root = el('div', { class: 'stage' });
  #tiles = new Map<string, Tile>();
  #screenVideo = el('video', {
    muted: true, autoplay: true, playsInline: true,
  });
  #screenName = el('span', { class: 'name' });
  #screen = el('section', { class: 'screen-tile' }, this.#screenVideo,
    el('div', { class: 'tile-foot' }, icon('screen'), this.#screenName));
  /** Who shares, in the order in which they began. */
  #sharers: string[] = [];

  constructor() {
    this.#screen.hidden = true;
    this.root.append(this.#screen);
    new ResizeObserver(() => this.#arrange()).observe(this.root);
  }

  setPeople(people: Person[]): void {
    const present = new Set(people.map(({ id }) => id));
    for (const [id, tile] of this.#tiles) {
      if (present.has(id)) continue;
      tile.root.remove();
      this.#tiles.delete(id);
    }
    for (const person of people) {
      const tile = this.#tiles.get(person.id);
      if (tile) tile.update(person);
      else this.#add(person);
    }
    this.#setScreen(people);
    this.#arrange();
  }

  setLevel(id: string, level: number, speaking: boolean): void {
    this.#tiles.get(id)?.setLevel(level, speaking);
  }

  setQuality(id: string, quality: Quality): void {
    this.#tiles.get(id)?.setQuality(quality);
  }

  #add(person: Person): void {
    const tile = new Tile(person);
    this.#tiles.set(person.id, tile);
    this.root.append(tile.root);
  }

  /** The latest to share is shown; one's own screen would mirror itself. */
  #setScreen(people: Person[]): void {
    const sharing = new Map(people
      .filter(({ screen, isSelf }) => screen && !isSelf)
      .map((person) => [person.id, person]));
    this.#sharers = this.#sharers.filter((id) => sharing.has(id));
    for (const id of sharing.keys()) {
      if (!this.#sharers.includes(id)) this.#sharers.push(id);
    }
    const shown = sharing.get(this.#sharers.at(-1) ?? '');
    this.#screen.hidden = !shown;
    showTrack(this.#screenVideo, shown?.screen ?? null);
    const label = shown ? `${shown.name} is presenting` : '';
    this.#screenName.textContent = label;
    this.#screen.setAttribute('aria-label', label);
  }

  #arrange(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0) return;
    const tiles = [...this.#tiles.values()];
    if (this.#screen.hidden) {
      const rects = layoutGrid(tiles.length, width, height);
      tiles.forEach((tile, index) => tile.place(rects[index]!));
      return;
    }
    const { stage, tiles: rects } = layoutSpotlight(
      tiles.length, width, height);
    place(this.#screen, stage);
    tiles.forEach((tile, index) => tile.place(rects[index]!));
  }
}
