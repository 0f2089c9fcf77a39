/** The window of a call: header, stage, toolbar, and what floats above. */

import { SCREEN } from '../arrangement';
import type { FlowSample } from '../flow';
import { NameBatch } from '../name_batch';
import type { Outage } from '../outage';
import type { Person } from '../people_list';
import type { Quality } from '../quality';
import { settings } from '../settings';
import { el } from './dom';
import { icon, mark } from './icons';
import { copyButton, toast } from './notice';
import { NoticeStack } from './notice_stack';
import { OutageBanner } from './outage_banner';
import { SharingBar, type SharingActions } from './sharing_bar';
import { toggleShortcutDialog } from './shortcut_dialog';
import { SidePanel } from './side_panel';
import { Stage } from './stage';
import { themeButton } from './theme';
import { Toolbar, type Controls, type ToolbarActions } from './toolbar';
import { ViewControl } from './view_control';
import { WhyPanel, type WhyFacts } from './why_panel';

/** What can be told of the pictures, by the id of a person or SCREEN. */
export interface PictureInfo {
  samples(id: string): readonly FlowSample[];
  why(id: string): WhyFacts;
  /** Figures are being looked at, or no longer. */
  watched(watched: boolean): void;
}

export interface CallViewOptions {
  room: string;
  link: string;
  /** This person has been in the room before. */
  returning?: boolean;
  actions: ToolbarActions;
  info: PictureInfo;
  presenter: Omit<SharingActions, 'stop'>;
  /** Where it says that the call is being recorded. */
  recording: HTMLElement;
  togglePeople(): void;
  /** Shows the ways to invite somebody. */
  invite(): void;
}

export class CallView {
  readonly root: HTMLElement;
  readonly stage: Stage;
  readonly views: ViewControl;
  readonly panel = new SidePanel(() => this.#toolbar.chatButton);
  readonly notices = new NoticeStack();
  #why = new WhyPanel();
  #whyOf: string | undefined;
  #charts = false;
  #info: PictureInfo;
  #chartButton = el('button', {
    type: 'button', class: 'icon-button', title: 'Charts (S)',
    attrs: { 'aria-label': 'Show charts', 'aria-pressed': 'false' },
    onclick: () => this.toggleCharts(),
  }, icon('chart'));
  #helpButton = el('button', {
    type: 'button', class: 'icon-button help', title: 'Keyboard shortcuts (?)',
    attrs: { 'aria-label': 'Keyboard shortcuts', 'aria-haspopup': 'dialog' },
    onclick: () => toggleShortcutDialog(),
  }, icon('keyboard'));
  #toolbar: Toolbar;
  #count = el('span');
  #banner: OutageBanner;
  #sharing: SharingBar;
  #invite: HTMLElement;
  #inviteTitle = el('strong');
  /** Others are here or have been. */
  #hadCompany: boolean;
  #names = new Map<string, string>();
  /** False until the first list of people has come. */
  #known = false;
  #counter: HTMLButtonElement;
  #locked = el('span', {
    class: 'pill locked', title: 'This room is locked: no one else can come in',
  }, icon('lock'), el('span', {}, 'Locked'));
  #comings = new NameBatch(toast, 'joined', 'left');

  constructor(options: CallViewOptions) {
    const {
      room, link, actions, info, returning, togglePeople, invite, presenter,
      recording,
    } = options;
    this.#info = info;
    this.#hadCompany = returning ?? false;
    this.#banner = new OutageBanner(() => actions.leave());
    this.stage = new Stage({
      why: (id) => this.openWhy(id),
      full: (picture) => void this.views.full.togglePicture(picture),
      changed: () => this.views.pip.refresh(),
      chooseSelfView: (mode) => settings().set('selfView', mode),
    });
    this.views = new ViewControl(this.stage, actions);
    this.#toolbar = new Toolbar(actions, () =>
      [...this.root.querySelectorAll<HTMLButtonElement>('.call-head button')]);
    this.#counter = el('button', {
      type: 'button', class: 'pill people-button', title: 'People (P)',
      attrs: { 'aria-expanded': 'false' }, onclick: () => togglePeople(),
    }, icon('people'), this.#count);
    this.#sharing = new SharingBar({
      choose: () => presenter.choose(),
      pause: (paused) => presenter.pause(paused),
      setContent: (content) => presenter.setContent(content),
      stop: () => actions.toggleShare(),
    });
    this.#invite = el('section', {
      class: 'invite', attrs: { 'aria-label': 'Invitation' },
    },
      el('div', {},
        this.#inviteTitle,
        el('p', {}, 'Send the link to whoever should join.')),
      el('div', { class: 'invite-buttons' },
        copyButton(() => link, 'button primary'),
        el('button', {
          type: 'button', class: 'button',
          attrs: { 'aria-haspopup': 'dialog' }, onclick: () => invite(),
        }, 'More ways')));
    this.root = el('main', { class: 'call' },
      el('a', {
        class: 'skip-link', href: '#toolbar',
        onclick: (event) => {
          event.preventDefault();
          this.#toolbar.focus();
        },
      }, 'Skip to the buttons of the call'),
      el('header', { class: 'call-head' },
        mark(), el('h1', { title: room }, room), this.#counter, this.#locked,
        el('span', { class: 'spacer' }),
        this.views.button, this.views.full.button,
        this.#chartButton, this.#helpButton,
        copyButton(() => link, 'button quiet copy'), themeButton()),
      recording, this.notices.root,
      el('div', { class: 'call-body' }, this.stage.root, this.panel.root),
      this.#invite, ...this.#banner.nodes,
      this.#sharing.root,
      this.#toolbar.root);
    this.setLocked(false);
  }

  setPeople(people: Person[]): void {
    this.#announce(people);
    this.stage.setPeople(people);
    this.#count.textContent = String(people.length);
    this.#counter.setAttribute('aria-label',
      `People: ${people.length} in this call`);
    this.#hadCompany ||= people.length > 1;
    this.#inviteTitle.textContent = this.#hadCompany
      ? 'You are the only one here now' : 'You’re the first one here';
    this.#sharing.setOthers(people
      .filter(({ isSelf, screen }) => screen && !isSelf)
      .map(({ name }) => name));
    this.#invite.hidden = people.length !== 1;
  }

  setPeopleOpen(open: boolean): void {
    this.#counter.setAttribute('aria-expanded', String(open));
  }

  /** Whether newcomers are refused. */
  setLocked(locked: boolean): void {
    this.#locked.hidden = !locked;
  }

  toggleCharts(): void {
    this.#charts = !this.#charts;
    this.#chartButton.setAttribute('aria-pressed', String(this.#charts));
    this.stage.setFlow(this.#charts
      ? (id) => this.#info.samples(id) : undefined);
    this.#tellWatched();
  }

  /** Opens what is known of a picture; closes it if it was open. */
  openWhy(id: string): void {
    if (this.#whyOf === id) return this.panel.close();
    const name = id === SCREEN ? 'this screen'
      : id === 'self' ? 'you' : this.#names.get(id) ?? 'this picture';
    this.panel.open(`Why ${name}?`, this.#why.root, () => {
      this.#whyOf = undefined;
      this.#tellWatched();
    });
    this.#whyOf = id;
    this.#tellWatched();
    this.drawFigures();
  }

  /** Draws charts and figures anew, those that are open. */
  drawFigures(): void {
    if (this.#charts) this.stage.drawFlow();
    if (this.#whyOf !== undefined) {
      this.#why.update(this.#info.why(this.#whyOf));
    }
  }

  #tellWatched(): void {
    this.#info.watched(this.#charts || this.#whyOf !== undefined);
  }

  setLevel(id: string, level: number, speaking: boolean): void {
    this.stage.setLevel(id, level, speaking);
    this.views.pip.setSpeaking(id, speaking);
  }

  setQuality(id: string, quality: Quality): void {
    this.stage.setQuality(id, quality);
  }

  setControls(controls: Controls): void {
    this.#toolbar.update(controls);
    this.#sharing.show(controls.share);
    this.views.pip.setControls(controls);
  }

  /** Gives back the screen and the small window. */
  close(): void {
    this.views.close();
  }

  /** Says what interrupts the call; undefined: that it goes on. */
  setOutage(outage: Outage | undefined): void {
    this.#banner.show(outage);
  }

  /** Everyone may return under a new id: that is no news worth telling. */
  expectReturns(): void {
    this.#known = false;
    this.#comings.forget();
  }

  /** Says who came and went, except for those who were there first. */
  #announce(people: Person[]): void {
    const now = new Map(people
      .filter(({ isSelf }) => !isSelf)
      .map(({ id, name }) => [id, name]));
    if (this.#known) {
      for (const [id, name] of now) {
        if (!this.#names.has(id)) this.#comings.add(id, name);
      }
      for (const [id, name] of this.#names) {
        if (!now.has(id)) this.#comings.undo(id, name);
      }
    }
    this.#known = true;
    this.#names = now;
  }
}
