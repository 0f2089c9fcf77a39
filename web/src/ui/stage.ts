/** The space where everyone is seen: a grid, or one large beside a strip. */

import { arrange, SCREEN, SELF, type View } from '../arrangement';
import type { FlowSample } from '../flow';
import { neededWidth } from '../layer_choice';
import { neighbour } from '../neighbour';
import { PageOrder } from '../page_order';
import type { Person } from '../people_list';
import type { PipScene } from '../pip_choice';
import type { Quality } from '../quality';
import type { Trouble } from '../trouble_words';
import type { Sights } from '../viewer';
import { el, flag } from './dom';
import { isShown } from './focus';
import { openActions } from './menu';
import { OffStageSpeakers, type Elsewhere } from './off_stage_speakers';
import { Pager } from './pager';
import { Roving, type Step } from './roving';
import { ScreenChoice } from './screen_choice';
import { SelfView, type SelfMode } from './self_view';
import { onSwipe } from './swipe';
import { ScreenTile, Tile, type PictureTile } from './tile';

export interface StageActions {
  why(id: string): void;
  /** Gives a picture the whole screen, or takes it back. */
  full(picture: HTMLElement): void;
  /** Another picture is large, or other people are here. */
  changed(): void;
  chooseSelfView(mode: SelfMode): void;
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
  #order = new PageOrder();
  #pageOf = new Map<string, number>();
  #main: string | undefined;
  #self: SelfView;
  #unseen = new OffStageSpeakers((id) => this.#elsewhere(id),
    (id) => this.#showPage(id));
  #view: View = 'grid';
  #speaker: string | undefined;
  #pinned: string | undefined;
  #page = 0;
  #flow: ((id: string) => readonly FlowSample[]) | undefined;
  #roving: Roving;

  constructor(private readonly actions: StageActions) {
    this.#self = new SelfView((mode) => actions.chooseSelfView(mode));
    this.#screen = new ScreenTile(SCREEN, this.#tileActions());
    this.#screen.root.append(this.#choice.root);
    this.root.append(
      el('p', { class: 'sr-only', id: 'stage-keys' },
        'Arrow keys go from picture to picture. Enter opens what can be done.'),
      this.#screen.root, this.#pager.root, this.#unseen.root,
      this.#self.back);
    onSwipe(this.root, (step) => this.turnPage(step));
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
    this.#order.setPeople(people.map(({ id }) => id));
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

  /** Shows oneself among the others, floating, or not at all. */
  setSelfView(mode: SelfMode): void {
    this.#self.mode = mode;
    this.#arrange();
  }

  /** Goes this many pages on. */
  turnPage(step: number): void {
    this.#pager.turn(step);
  }

  /** Whom there is to see where only one has room. */
  spotlight(): Omit<PipScene, 'picturesOnly'> {
    return {
      people: this.#people, pinned: this.#pinned, sharer: this.sharer,
      speaker: this.#speaker,
    };
  }

  /** Looks anew where everything is. */
  refresh(): void {
    this.#follow();
  }

  setSpeaker(id: string): void {
    this.#speaker = id;
    if (this.#view !== 'grid') this.#arrange();
    else this.actions.changed();
  }

  setLevel(id: string, level: number, speaking: boolean): void {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    tile.setLevel(level, speaking);
    this.#order.heard(id, speaking, performance.now());
    if (id !== SELF) this.#unseen.heard(id, speaking);
    if (speaking && !tile.box) this.#promote();
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
    // A picture that has the whole screen covers all others.
    const whole = document.fullscreenElement;
    const covering = whole && this.root.contains(whole);
    if (covering && whole !== tile.root) return 0;
    return covering
      ? neededWidth({ width: innerWidth, height: innerHeight }, 'contain',
        devicePixelRatio)
      : neededWidth(tile.box, screen ? 'contain' : 'cover', devicePixelRatio);
  }

  #tileActions() {
    return {
      pin: (id: string) =>
        this.#setPinned(this.#pinned === id ? undefined : id),
      why: (id: string) => this.actions.why(id),
      full: (picture: HTMLElement) => this.actions.full(picture),
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
    if (person.isSelf) this.#self.adopt(tile);
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
    const away = this.#selfIsAway();
    const now = arrange({
      people: this.#order.ids.filter((id) => id !== SELF || !away),
      hasScreen: this.sharer !== undefined,
      view: this.#view,
      pinned: this.#pinned,
      speaker: this.#speaker,
      page: this.#page,
      width,
      height,
    });
    this.#page = now.page;
    this.#pageOf = now.pageOf;
    if (this.#main !== now.main) {
      this.#main = now.main;
      // Nobody has asked for the one who is large in a long silence.
      const asked = [this.#speaker, this.#pinned].includes(now.main);
      if (asked) this.#order.setMain(now.main);
      return this.#arrange();
    }
    for (const [id, tile] of this.#tiles) {
      if (id === SELF && away) continue;
      tile.place(now.places.get(id), id === now.main);
    }
    this.#self.place(away, {
      width, height: now.pager && now.main === undefined
        ? now.pager.y : height,
    });
    this.#screen.place(now.places.get(SCREEN), now.main === SCREEN);
    this.#pager.show(now.page, now.pages, now.pager);
    this.#unseen.refresh();
    this.#roving.refresh();
    for (const tool of this.root.querySelectorAll<HTMLElement>(
      '.tile-tools button')) tool.tabIndex = -1;
    this.actions.changed();
  }

  /** Whether one's own picture floats or is hidden now. */
  #selfIsAway(): boolean {
    const { mode } = this.#self;
    if (mode === 'tile' || this.#pinned === SELF) return false;
    // Alone, a person who floats would look at an empty stage.
    return mode === 'hidden' || this.#people.length > 1;
  }

  /** Who speaks comes to the first page; people see it come from there. */
  #promote(): void {
    if (this.#page > 0) return;
    const first = new Set([...this.#tiles.keys()]
      .filter((id) => this.#tiles.get(id)?.box));
    const focused = this.#pictures().find(({ root }) =>
      root.contains(document.activeElement) || root.matches(':hover'));
    const fixed = new Set([this.#main, this.#pinned, focused?.id]);
    const moved = this.#order.promote(first, fixed, performance.now());
    if (moved) this.#arrange();
  }

  #elsewhere(id: string): Elsewhere | undefined {
    const tile = this.#tiles.get(id);
    if (!tile || tile.box || id === SELF) return undefined;
    return { name: tile.personName, before: (this.#pageOf.get(id) ?? 0) < this.#page };
  }

  /** Turns to a person's page; one that has none is shown large. */
  #showPage(id: string): void {
    const page = this.#pageOf.get(id);
    if (page === undefined) return this.#setPinned(id);
    this.#pager.turn(page - this.#page);
    this.#tiles.get(id)?.root.focus({ preventScroll: true });
  }

  #pictures(): PictureTile[] {
    return [this.#screen, ...this.#order.ids.flatMap((id) =>
      this.#tiles.get(id) ?? [])];
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
