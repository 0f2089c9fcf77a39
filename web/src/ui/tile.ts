/** One person in the grid, or the screen that someone shares. */

import type { FlowSample } from '../flow';
import type { Rect } from '../layout';
import { hueOf, initials } from '../people';
import type { Person } from '../people_list';
import { QUALITY_WORDS, type Quality } from '../quality';
import { meterLevel } from '../speaking';
import { troubleWords, type Trouble } from '../trouble_words';
import { Chart } from './chart';
import { el, flag, showTrack } from './dom';
import { icon } from './icons';

export interface TileActions {
  /** Shows this one large, or lets go of it. */
  pin(id: string): void;
  /** Opens what is known of this picture. */
  why(id: string): void;
  /** Gives this picture the whole screen, or takes it back. */
  full(picture: HTMLElement): void;
}

/** As long as the animation "float" of tile.css. */
const REACTION_MS = 2600;

/** What people and screens have in common: a picture, a name, buttons. */
export class PictureTile {
  readonly root: HTMLElement;
  protected video = el('video', {
    muted: true, autoplay: true, playsInline: true,
  });
  protected name = el('span', { class: 'name' });
  protected foot: HTMLElement;
  protected tools: HTMLElement;
  #pin: HTMLButtonElement;
  #chart: Chart | undefined;
  #trouble: Trouble | undefined;
  #troubleWords = el('span');
  #note = el('div', { class: 'trouble' }, icon('broken'), this.#troubleWords);
  #box: Rect | undefined;

  constructor(
    readonly id: string,
    className: string,
    actions: TileActions,
  ) {
    this.#pin = el('button', {
      type: 'button', class: 'tile-tool pin', onclick: () => actions.pin(id),
    }, icon('pin'));
    const why = el('button', {
      type: 'button', class: 'tile-tool why', title: 'Why this picture?',
      attrs: { 'aria-label': 'Why this picture?' },
      onclick: () => actions.why(id),
    }, icon('pulse'));
    const full = el('button', {
      type: 'button', class: 'tile-tool full', title: 'Full screen',
      attrs: { 'aria-label': 'Full screen' },
      onclick: () => actions.full(this.root),
    }, icon('fullScreen'));
    this.tools = el('div', { class: 'tile-tools' }, this.#pin, why, full);
    this.foot = el('div', { class: 'tile-foot' });
    this.root = el('div', {
      class: className, tabIndex: -1, attrs: { role: 'group' },
    }, this.video, this.#note, this.foot, this.tools);
    this.#note.hidden = true;
    this.root.addEventListener('dblclick', ({ target }) => {
      if (!(target as Element).closest('button')) actions.full(this.root);
    });
    this.setPinned(false);
  }

  /** Where it is on the stage; undefined when it is on another page. */
  get box(): Rect | undefined {
    return this.#box;
  }

  /** The buttons over the picture. */
  toolButtons(): HTMLButtonElement[] {
    return [...this.tools.querySelectorAll('button')];
  }

  /** Buttons that this picture has and others have not. */
  addTools(...buttons: HTMLButtonElement[]): void {
    this.tools.querySelector('.full')?.after(...buttons);
  }

  setPinned(pinned: boolean): void {
    flag(this.root, 'data-pinned', pinned);
    const label = pinned ? 'Unpin' : 'Pin';
    this.#pin.setAttribute('aria-label', label);
    this.#pin.setAttribute('aria-pressed', String(pinned));
    this.#pin.title = label;
  }

  /** Says what is wrong with this picture, and dims it. */
  setTrouble(trouble: Trouble | undefined): void {
    this.#trouble = trouble;
    flag(this.root, 'data-trouble', trouble !== undefined);
    this.#note.hidden = trouble === undefined;
    this.describe();
  }

  /** Describes itself to screen readers and on the tile. */
  protected describe(): void {
    const trouble = this.#trouble &&
      troubleWords(this.#trouble, this.shownName());
    this.#troubleWords.textContent = trouble ?? '';
    this.#note.title = trouble ?? '';
    this.root.setAttribute('aria-label', [
      ...this.description(), ...trouble ? [trouble] : [],
    ].join(', '));
  }

  protected shownName(): string {
    return this.name.textContent ?? '';
  }

  protected description(): string[] {
    return [this.shownName()];
  }

  /** Draws the chart, or takes it away if there is nothing to draw. */
  setFlow(samples: readonly FlowSample[] | undefined): void {
    if (!samples) {
      this.#chart?.root.remove();
      this.#chart = undefined;
      return;
    }
    if (!this.#chart) {
      this.#chart = new Chart();
      this.root.append(this.#chart.root);
    }
    this.#chart.draw(samples);
  }

  place(rect: Rect | undefined, main: boolean): void {
    this.#box = rect;
    flag(this.root, 'data-main', main);
    this.root.hidden = rect === undefined;
    if (!rect) return;
    this.root.style.transform =
      `translate(${rect.x.toFixed(1)}px, ${rect.y.toFixed(1)}px)`;
    this.root.style.width = `${rect.width.toFixed(1)}px`;
    this.root.style.height = `${rect.height.toFixed(1)}px`;
    flag(this.root, 'data-small', rect.width < 220 || rect.height < 150);
    flag(this.root, 'data-tiny', rect.width < 150);
    const side = Math.min(rect.width, rect.height);
    this.root.style.setProperty('--avatar', `${Math.round(side * 0.38)}px`);
  }
}

export class Tile extends PictureTile {
  #personName = '';
  #letters = el('span');
  #states: string[] = [];
  #hand = el('span', { class: 'hand-mark', title: 'Hand raised' },
    icon('hand'));
  #host = el('span', { class: 'host-mark', title: 'Host' }, icon('crown'));
  #bars = el('span', { class: 'bars', attrs: { role: 'img' } },
    el('i'), el('i'), el('i'), el('i'));

  constructor(person: Person, actions: TileActions) {
    super(person.id, 'tile', actions);
    this.video.after(el('div', {
      class: 'avatar', attrs: { 'aria-hidden': 'true' },
    }, this.#letters));
    this.foot.append(
      this.#hand, el('span', { class: 'muted-mark' }, icon('micOff')),
      this.name, this.#host);
    this.tools.append(this.#bars);
    this.root.dataset['person'] = person.id;
    flag(this.root, 'data-self', person.isSelf);
    this.#bars.hidden = true;
    this.#hand.hidden = true;
    this.update(person);
  }

  get personName(): string {
    return this.#personName;
  }

  update(person: Person): void {
    this.#personName = person.name;
    const shown = person.isSelf ? `${person.name} (you)` : person.name;
    this.name.textContent = shown;
    this.#letters.textContent = initials(person.name);
    this.root.style.setProperty('--hue', String(hueOf(person.name)));
    const hasPicture = !person.cameraOff && person.camera !== null;
    showTrack(this.video, hasPicture ? person.camera : null);
    flag(this.root, 'data-muted', person.micMuted);
    this.#host.hidden = !person.isHost;
    flag(this.root, 'data-camera-off', !hasPicture);
    this.#states = [
      ...person.isHost ? ['host'] : [],
      person.micMuted ? 'microphone off' : 'microphone on',
      person.cameraOff ? 'camera off'
        : hasPicture ? 'camera on' : 'picture not received',
    ];
    this.describe();
  }

  protected override description(): string[] {
    const hand = this.#hand.hidden ? [] : ['hand raised'];
    return [this.shownName(), ...hand, ...this.#states];
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

  setHand(up: boolean): void {
    flag(this.root, 'data-hand', up);
    this.#hand.hidden = !up;
    this.describe();
  }

  /** Lets a sign rise over the picture and fade; where it may not, stay. */
  react(sign: string): void {
    const note = el('span', {
      class: 'reaction', attrs: { 'aria-hidden': 'true' },
    }, sign);
    const drift = Math.round(Math.random() * 60 - 30);
    note.style.setProperty('--drift', `${drift}px`);
    setTimeout(() => note.remove(), REACTION_MS);
    this.root.append(note);
  }
}

export class ScreenTile extends PictureTile {
  constructor(id: string, actions: TileActions) {
    super(id, 'screen-tile', actions);
    this.foot.append(icon('screen'), this.name);
    this.root.hidden = true;
  }

  show(track: MediaStreamTrack | null, label: string): void {
    showTrack(this.video, track);
    this.name.textContent = label;
    if (!track) this.setTrouble(undefined);
    else this.describe();
  }
}
