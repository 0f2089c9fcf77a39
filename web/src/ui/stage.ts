/** The space where everyone is seen: a grid, or one large beside a strip. */

import { arrange, SCREEN, type View } from '../arrangement';
import type { FlowSample } from '../flow';
import { neededWidth } from '../layer_choice';
import { neighbour } from '../neighbour';
import type { Person } from '../people_list';
import type { Quality } from '../quality';
import type { Trouble } from '../trouble_words';
import type { Sights } from '../viewer';
import { el, flag } from './dom';
import { isShown } from './focus';
import { openActions } from './menu';
import { Pager } from './pager';
import { Roving, type Step } from './roving';
import { ScreenChoice } from './screen_choice';
import { ScreenTile, Tile, type PictureTile } from './tile';

export interface StageActions {
  why(id: string): void;
}

export class Stage implements Sights {
  readonly root = el('div', {
    class: 'stage',
    attrs: {
      role: 'group', 'aria-label': 'Pictures', 'aria-describedby': 'stage-keys',
    },
  });
  #tiles = new Map<string, Tile>();
  #screen: ScreenTile;
  #pager = new Pager((page) => this.#turnTo(page));
  /** Who shares, in the order in which they began. */
  #sharers: string[] = [];
  /** Whose screen was asked for; until then the latest is shown. */
  #chosenScreen: string | undefined;
  #choice = new ScreenChoice((id) => this.#chooseScreen(id));
  #people: Person[] = [];
  #view: View = 'grid';
  #speaker: string | undefined;
  #pinned: string | undefined;
  #page = 0;
  #flow: ((id: string) => readonly FlowSample[]) | undefined;
  #roving: Roving;

  constructor(private readonly actions: StageActions) {
    this.#screen = new ScreenTile(SCREEN, this.#tileActions());
    this.#screen.root.append(this.#choice.root);
    this.root.append(
      el('p', { class: 'sr-only', id: 'stage-keys' },
        'Arrow keys go from picture to picture. Enter opens what can be done.'),
      this.#screen.root, this.#pager.root);
    this.#roving = new Roving(this.root, () =>
      this.#pictures().map(({ root }) => root), this.#step);
    this.root.addEventListener('keydown', (event) => this.#openMenu(event));
    new ResizeObserver(() => this.#follow()).observe(this.root);
  }

  get view(): View {
    return this.#view;
  }

  /** Whose screen is shown, if anyone shares one. */
  get sharer(): string | undefined {
    return this.#chosenScreen ?? this.#sharers.at(-1);
  }

  setPeople(people: Person[]): void {
    const hadFocus = this.root.contains(document.activeElement);
    this.#people = people;
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
    this.#setScreen();
    this.#arrange();
    // Whoever has left takes no focus along.
    const lost = !this.root.contains(document.activeElement);
    if (hadFocus && lost) this.#roving.focus();
  }

  setView(view: View): void {
    this.#view = view;
    this.#page = 0;
    // A view that was asked for shows itself: what is pinned is let go.
    this.#setPinned(undefined);
  }

  setSpeaker(id: string): void {
    this.#speaker = id;
    if (this.#view === 'speaker') this.#arrange();
  }

  setLevel(id: string, level: number, speaking: boolean): void {
    this.#tiles.get(id)?.setLevel(level, speaking);
  }

  setQuality(id: string, quality: Quality): void {
    this.#tiles.get(id)?.setQuality(quality);
  }

  setTrouble(id: string, trouble: Trouble | undefined): void {
    this.#tiles.get(id)?.setTrouble(trouble);
  }

  setScreenTrouble(peerId: string, trouble: Trouble | undefined): void {
    if (peerId === this.sharer) this.#screen.setTrouble(trouble);
  }

  setHand(id: string, up: boolean): void {
    this.#tiles.get(id)?.setHand(up);
  }

  react(id: string, sign: string): void {
    this.#tiles.get(id)?.react(sign);
  }

  /** Shows a chart on every tile, from this; undefined shows none. */
  setFlow(flow: ((id: string) => readonly FlowSample[]) | undefined): void {
    this.#flow = flow;
    this.drawFlow();
  }

  drawFlow(): void {
    for (const [id, tile] of this.#tiles) tile.setFlow(this.#flow?.(id));
    this.#screen.setFlow(this.#flow?.(SCREEN));
  }

  neededWidth(peerId: string, source: 'camera' | 'screen'): number {
    const screen = source === 'screen';
    if (screen && peerId !== this.sharer) return 0;
    const tile: PictureTile | undefined = screen
      ? this.#screen : this.#tiles.get(peerId);
    const hidden = this.root.clientWidth === 0 || !this.root.isConnected;
    if (!tile?.box || hidden) return 0;
    return neededWidth(tile.box, screen ? 'contain' : 'cover',
      devicePixelRatio);
  }

  #tileActions() {
    return {
      pin: (id: string) =>
        this.#setPinned(this.#pinned === id ? undefined : id),
      why: (id: string) => this.actions.why(id),
    };
  }

  #setPinned(id: string | undefined): void {
    this.#pinned = id;
    for (const [other, tile] of this.#tiles) tile.setPinned(other === id);
    this.#screen.setPinned(id === SCREEN);
    this.#arrange();
  }

  #turnTo(page: number): void {
    this.#page = page;
    this.#arrange();
  }

  /** Tiles glide when people come and go, but stick to a window's edge. */
  #follow(): void {
    flag(this.root, 'data-still', true);
    this.#arrange();
    // Reading a size makes the browser apply the styles without transition.
    void this.root.offsetWidth;
    flag(this.root, 'data-still', false);
  }

  #add(person: Person): void {
    const tile = new Tile(person, this.#tileActions());
    this.#tiles.set(person.id, tile);
    this.root.append(tile.root);
  }

  #chooseScreen(id: string): void {
    this.#chosenScreen = id;
    this.#setScreen();
    this.#arrange();
  }

  /** The latest to share is shown; one's own screen would mirror itself. */
  #setScreen(): void {
    const sharing = new Map(this.#people
      .filter(({ screen, isSelf }) => screen && !isSelf)
      .map((person) => [person.id, person]));
    this.#sharers = this.#sharers.filter((id) => sharing.has(id));
    for (const id of sharing.keys()) {
      if (!this.#sharers.includes(id)) this.#sharers.push(id);
    }
    if (!sharing.has(this.#chosenScreen ?? '')) this.#chosenScreen = undefined;
    const shown = sharing.get(this.sharer ?? '');
    this.#choice.show(this.#sharers.map((id) =>
      ({ id, name: sharing.get(id)?.name ?? '' })), this.sharer);
    this.#screen.show(shown?.screen ?? null,
      shown ? `${shown.name} ${shown.screenPaused
        ? 'has paused the screen' : 'is presenting'}` : '');
  }

  #arrange(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === 0 || height === 0) return;
    const now = arrange({
      people: [...this.#tiles.keys()],
      hasScreen: this.sharer !== undefined,
      view: this.#view,
      pinned: this.#pinned,
      speaker: this.#speaker,
      page: this.#page,
      width,
      height,
    });
    this.#page = now.page;
    for (const [id, tile] of this.#tiles) {
      tile.place(now.places.get(id), id === now.main);
    }
    this.#screen.place(now.places.get(SCREEN), now.main === SCREEN);
    this.#pager.show(now.page, now.pages, now.pager);
    this.#roving.refresh();
    for (const tool of this.root.querySelectorAll<HTMLElement>(
      '.tile-tools button')) tool.tabIndex = -1;
  }

  #pictures(): PictureTile[] {
    return [this.#screen, ...this.#tiles.values()];
  }

  #step: Step = (items, from, direction) => {
    const shown = this.#pictures().filter(({ root, box }) =>
      box && items.includes(root));
    const start = shown.find(({ root }) => root === from);
    const next = start && neighbour(
      shown.map(({ id, box }) => ({ id, box: box! })), start.id, direction);
    return shown.find(({ id }) => id === next)?.root;
  };

  /** What the buttons of a tile do, as a menu: one stop for the keyboard. */
  #openMenu(event: KeyboardEvent): void {
    const tile = this.#pictures().find(({ root }) => root === event.target);
    if (!tile || !['Enter', 'ContextMenu'].includes(event.key)) return;
    event.preventDefault();
    const label = tile.root.getAttribute('aria-label') ?? '';
    openActions(tile.root, label, tile.toolButtons().filter(isShown)
      .map((button) => ({
        label: button.getAttribute('aria-label') ?? '',
        icon: button.querySelector('svg')!.cloneNode(true) as SVGElement,
        run: () => button.click(),
      })));
  }
}
