/** The own picture besides the tiles: it floats in a corner, or is hidden. */

import {
  cornerBox, cornerToward, cornerWords, nearestCorner, nextCorner,
  type Corner,
} from '../corner';
import type { Rect } from '../layout';
import type { Direction } from '../neighbour';
import type { SettingValues } from '../settings';
import { el, flag } from './dom';
import { icon, type IconName } from './icons';
import { announce } from './live';
import type { PictureTile } from './tile';

export type SelfMode = SettingValues['selfView'];

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down',
};
/** A hand that trembles by less than this only presses. */
const DRAG_FROM = 5;

/** A picture that is being dragged. */
interface Drag {
  pointer: number;
  /** From the pointer to the picture's corner. */
  dx: number;
  dy: number;
  startX: number;
  startY: number;
  moved: boolean;
}

export class SelfView {
  /** Brings the hidden picture back. */
  readonly back: HTMLButtonElement;
  /** Where this person wants the own picture. */
  mode: SelfMode = 'tile';
  #corner: Corner = 'bottom-right';
  #tile: PictureTile | undefined;
  #stage = { width: 0, height: 0 };
  #drag: Drag | undefined;

  /** @param choose keeps another mode for this person */
  constructor(private readonly choose: (mode: SelfMode) => void) {
    this.back = el('button', {
      type: 'button', class: 'self-back', title: 'Show your picture',
      attrs: { 'aria-label': 'You are hidden: show your picture' },
      onclick: () => {
        choose('tile');
        this.#tile?.root.focus({ preventScroll: true });
      },
    }, icon('eyeOff'), el('span', {}, 'You'));
    this.back.hidden = true;
  }

  /** Takes the tile of this person; there is one at a time. */
  adopt(tile: PictureTile): void {
    this.#tile = tile;
    const tool = (label: string, name: IconName, kind: string,
      run: () => void) => el('button', {
      type: 'button', class: `tile-tool ${kind}`, title: label,
      attrs: { 'aria-label': label }, onclick: run,
    }, icon(name));
    tile.addTools(
      tool('Let your picture float', 'float', 'float-on', () =>
        this.#change('float')),
      tool('Move to the next corner', 'move', 'float-only', () =>
        this.#moveTo(nextCorner(this.#corner))),
      tool('Put your picture back among the others', 'grid', 'float-only',
        () => this.#change('tile')),
      tool('Hide your picture', 'eyeOff', 'hide-self', () =>
        this.#change('hidden')));
    const { root } = tile;
    root.addEventListener('keydown', (event) => this.#key(event));
    root.addEventListener('pointerdown', (event) => this.#begin(event));
    root.addEventListener('pointermove', (event) => this.#follow(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      root.addEventListener(end, (event) => this.#end(event));
    }
  }

  /** Floats or hides the picture that is not among the tiles. */
  place(away: boolean, stage: { width: number; height: number }): void {
    this.#stage = stage;
    const floats = away && this.mode === 'float';
    this.back.hidden = !away || floats;
    if (!this.#tile) return;
    flag(this.#tile.root, 'data-floating', floats);
    if (!away || this.#drag?.moved) return;
    this.#tile.place(floats ? cornerBox(this.#corner, stage) : undefined,
      false);
  }

  #change(mode: SelfMode): void {
    const focused = this.#tile?.root.contains(document.activeElement);
    this.choose(mode);
    if (!focused) return;
    const next = mode === 'hidden' ? this.back : this.#tile?.root;
    next?.focus({ preventScroll: true });
  }

  get #floats(): boolean {
    return this.#tile?.root.hasAttribute('data-floating') ?? false;
  }

  #moveTo(corner: Corner): void {
    this.#corner = corner;
    this.#tile?.place(cornerBox(corner, this.#stage), false);
    announce(`Your picture is in ${cornerWords(corner)}`);
  }

  #key(event: KeyboardEvent): void {
    const direction = DIRECTIONS[event.key];
    if (!direction || !event.shiftKey || !this.#floats) return;
    event.preventDefault();
    event.stopPropagation();
    this.#moveTo(cornerToward(this.#corner, direction));
  }

  #begin(event: PointerEvent): void {
    const box = this.#tile?.box;
    const onTool = (event.target as Element).closest('button') !== null;
    if (!box || !this.#floats || onTool || event.button !== 0) return;
    const { clientX, clientY, pointerId } = event;
    this.#drag = {
      pointer: pointerId, dx: box.x - clientX, dy: box.y - clientY,
      startX: clientX, startY: clientY, moved: false,
    };
    this.#tile?.root.setPointerCapture(pointerId);
  }

  #follow(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId || !this.#tile) return;
    const far = Math.hypot(event.clientX - drag.startX,
      event.clientY - drag.startY);
    if (!drag.moved && far < DRAG_FROM) return;
    drag.moved = true;
    flag(this.#tile.root, 'data-dragged', true);
    this.#tile.place(this.#under(event, drag), false);
  }

  /** The box that follows the pointer, inside of the stage. */
  #under({ clientX, clientY }: PointerEvent, { dx, dy }: Drag): Rect {
    const { width, height } = cornerBox(this.#corner, this.#stage);
    const within = (at: number, most: number) =>
      Math.min(Math.max(0, at), Math.max(0, most));
    return {
      width, height,
      x: within(clientX + dx, this.#stage.width - width),
      y: within(clientY + dy, this.#stage.height - height),
    };
  }

  #end(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId || !this.#tile) return;
    this.#drag = undefined;
    flag(this.#tile.root, 'data-dragged', false);
    if (!drag.moved) return;
    const corner = event.type === 'pointercancel' ? this.#corner
      : nearestCorner(this.#under(event, drag), this.#stage);
    this.#moveTo(corner);
  }
}
