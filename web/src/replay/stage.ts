/** The pictures of a replay: one large, the others small. */

import { hueOf, initials } from '../people';
import { el, flag } from '../ui/dom';
import type { Part, Replay } from './manifest';
import { boxesFor, isPinned, sceneAt, showsPicture, type Pin } from './scene';

interface Tile {
  root: HTMLButtonElement;
  paint(): void;
}

export class ReplayStage {
  readonly root = el('div', {
    class: 'replay-stage', attrs: { role: 'group', 'aria-label': 'Pictures' },
  });
  #tiles = new Map<Part, Tile>();
  #pin: Pin | undefined;
  #atMs = 0;
  #wait = el('div', { class: 'replay-wait', attrs: { role: 'status' } });
  #placed = '';

  /** @param unrecorded is told the names of those who are not recorded */
  constructor(
    private readonly replay: Replay,
    private readonly unrecorded: (names: string[]) => void,
  ) {
    this.root.append(this.#wait);
    new ResizeObserver(() => this.show(this.#atMs)).observe(this.root);
  }

  add(part: Part, video: HTMLVideoElement): void {
    const name = nameOf(this.replay, part.peerId);
    const root = el('button', {
      type: 'button', class: 'replay-tile',
      onclick: () => this.#togglePin(part),
      attrs: { 'data-source': part.source, 'data-person': name },
    }, el('span', { class: 'replay-avatar', attrs: { 'aria-hidden': 'true' } },
      initials(name)), video,
    el('span', { class: 'replay-name' }, labelOf(name, part)));
    root.style.setProperty('--hue', String(hueOf(name)));
    const paint = () => {
      const pinned = isPinned(part, this.#pin);
      root.setAttribute('aria-pressed', String(pinned));
      root.title = pinned ? 'Show the speaker large again' : 'Keep large';
    };
    this.#tiles.set(part, { root, paint });
    root.hidden = true;
    paint();
    this.root.append(root);
  }

  remove(part: Part): void {
    this.#tiles.get(part)?.root.remove();
    this.#tiles.delete(part);
  }

  /** Says that it waits for something; empty: no longer. */
  setWaiting(text: string): void {
    if (this.#wait.textContent !== text) this.#wait.textContent = text;
    this.#wait.hidden = text === '';
  }

  /** Shows the moment. */
  show(atMs: number): void {
    this.#atMs = atMs;
    const scene = sceneAt(this.replay, atMs, this.#pin);
    const shown = [...scene.large ? [scene.large] : [], ...scene.small];
    for (const [part, { root }] of this.#tiles) {
      root.hidden = !shown.includes(part);
    }
    const { clientWidth, clientHeight } = this.root;
    const boxes = boxesFor(scene, clientWidth, clientHeight);
    shown.forEach((part, index) => {
      const root = this.#tiles.get(part)?.root;
      const box = boxes[index];
      if (!root || !box) return;
      flag(root, 'data-large', part === scene.large);
      flag(root, 'data-speaking', part.source === 'camera' &&
        part.peerId === scene.speaker);
      flag(root, 'data-blank', !showsPicture(part, atMs));
      root.style.translate = `${Math.round(box.x)}px ${Math.round(box.y)}px`;
      root.style.width = `${Math.round(box.width)}px`;
      root.style.height = `${Math.round(box.height)}px`;
      // Too low for a picture: it is heard all the same.
      if (box.width < 24 || box.height < 24) root.hidden = true;
    });
    const now = scene.unrecorded.join('\n');
    if (now !== this.#placed) this.unrecorded(scene.unrecorded);
    this.#placed = now;
  }

  #togglePin(part: Part): void {
    const { peerId, source } = part;
    this.#pin = isPinned(part, this.#pin) ? undefined : { peerId, source };
    for (const { paint } of this.#tiles.values()) paint();
    this.show(this.#atMs);
  }
}

function labelOf(name: string, { source }: Part): string {
  return source === 'screen' ? `${name}’s screen` : name;
}

/** The last name of a person. */
export function nameOf({ members }: Replay, peerId: string): string {
  return members.filter((one) => one.peerId === peerId).at(-1)?.name ??
    'Someone';
}
