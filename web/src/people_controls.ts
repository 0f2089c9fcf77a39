/** Joins the list of people, the hosts' rights and the notices of a call. */

import type { Call } from './call';
import { LobbyControls } from './lobby_controls';
import type { LocalMedia } from './local_media';
import {
  actWords, askWords, drainWords, shareQuestion, type HostAct,
} from './moderation_words';
import type { Person } from './people_list';
import type { Quality } from './quality';
import { openActions, type MenuAction } from './ui/menu';
import type { CallView } from './ui/call_view';
import { confirm } from './ui/confirm';
import { toast } from './ui/notice';
import { PeoplePanel } from './ui/people_panel';
import { explainMedia } from './words';

const COUNT_EVERY_MS = 1000;
/** A large room changes often: its list is drawn a few times a second. */
const PAINT_EVERY_MS = 150;

export interface PeopleParts {
  call(): Call;
  view(): CallView;
  media: LocalMedia;
  /** Whose hands are up, in the order in which they were raised. */
  hands(): ReadonlySet<string>;
  /** Shows the ways to invite somebody. */
  invite(): void;
}

export class PeopleControls {
  readonly panel: PeoplePanel;
  readonly lobby: LobbyControls;
  #people: Person[] = [];
  #qualities = new Map<string, Quality>();
  #messages = 0;
  #countdown: number | undefined;
  #painting: number | undefined;

  constructor(private readonly parts: PeopleParts) {
    this.lobby = new LobbyControls({
      lobby: () => parts.call().lobby,
      isHost: () => this.#moderation.isHost,
      notices: () => parts.view().notices,
      openList: () => this.#open(),
      attempt: (act, done) => void this.#attempt(act, done),
    });
    this.panel = new PeoplePanel({
      menu: (person, anchor) => openActions(anchor,
        `Actions for ${person.name}`, this.#actionsFor(person)),
      muteAll: () => void this.#attempt(() => this.#moderation.muteAll(),
        'Everyone else is muted'),
      lock: (locked) => void this.#attempt(
        () => this.#moderation.lock(locked),
        locked ? 'The room is locked' : 'The room is open'),
      endForAll: () => void this.#endForAll(),
      invite: () => parts.invite(),
    }, this.lobby.section);
  }

  setPeople(people: Person[]): void {
    this.#people = people;
    for (const id of [...this.#qualities.keys()]) {
      if (!people.some((one) => one.id === id)) this.#qualities.delete(id);
    }
    this.parts.view().setLocked(this.#moderation.locked);
    this.paint();
  }

  setQuality(id: string, quality: Quality): void {
    if (this.#qualities.get(id) === quality) return;
    this.#qualities.set(id, quality);
    this.paint();
  }

  toggle(): void {
    const { panel } = this.parts.view();
    if (panel.shows(this.panel.root)) panel.close();
    else this.#open();
  }

  #open(): void {
    this.parts.view().panel.open('People', this.panel.root, () =>
      this.parts.view().setPeopleOpen(false));
    this.parts.view().setPeopleOpen(true);
    this.#paintNow();
    this.panel.focus();
  }

  /** Draws the list anew in a moment, if it can be seen. */
  paint(): void {
    this.#painting ??= window.setTimeout(() => this.#paintNow(),
      PAINT_EVERY_MS);
  }

  /** Says what a host or the server did. */
  told(act: HostAct): void {
    if (act.is === 'asked') return this.#asked(act);
    if (act.is === 'draining') return this.#draining(act.endsAtMs);
    toast(actWords(act));
  }

  /** A message of the server itself, to everyone in the room. */
  serverSaid(text: string): void {
    this.parts.view().notices.show(`message-${this.#messages++}`,
      { icon: 'bell', text });
  }

  /** Whether to share a screen; asks if others do already. */
  async mayShare(): Promise<boolean> {
    const others = this.#people.filter(({ isSelf, screen }) =>
      !isSelf && screen).map(({ name }) => name);
    return others.length === 0 ||
      confirm({ ...shareQuestion(others), accept: 'Share beside it' });
  }

  close(): void {
    window.clearInterval(this.#countdown);
    window.clearTimeout(this.#painting);
  }

  #paintNow(): void {
    window.clearTimeout(this.#painting);
    this.#painting = undefined;
    if (!this.parts.view().panel.shows(this.panel.root)) return;
    this.lobby.paint();
    const hands = new Map([...this.parts.hands()]
      .map((id, index) => [id, index]));
    this.panel.show({
      entries: this.#people.map((person) => ({
        person, hand: hands.get(person.id),
        quality: this.#qualities.get(person.id),
      })),
      isHost: this.#moderation.isHost,
      locked: this.#moderation.locked,
    });
  }

  get #moderation() {
    return this.parts.call().moderation;
  }

  #actionsFor(person: Person): MenuAction[] {
    const { id, name, micMuted, cameraOff, isHost, screen } = person;
    const moderation = this.#moderation;
    const ask = (kind: 'audio' | 'video') => () => void this.#attempt(
      () => moderation.askToUnmute(id, kind), `${name} is asked`);
    const mute = (kind: 'audio' | 'video') => () => void this.#attempt(
      () => moderation.mute(id, kind));
    const actions: MenuAction[] = [
      micMuted
        ? { icon: 'mic', label: 'Ask to unmute', run: ask('audio') }
        : { icon: 'micOff', label: 'Mute', run: mute('audio') },
      cameraOff && !screen
        ? { icon: 'camera', label: 'Ask to turn camera on', run: ask('video') }
        : {
          icon: 'cameraOff', run: mute('video'),
          label: screen ? 'Turn camera and screen off' : 'Turn camera off',
        },
    ];
    if (!isHost) {
      actions.push({
        icon: 'crown', label: 'Make host',
        run: () => void this.#attempt(() => moderation.makeHost(id),
          `${name} is a host now`),
      });
    }
    actions.push({
      icon: 'leave', label: 'Remove from the call', danger: true,
      run: () => void this.#remove(person),
    });
    return actions;
  }

  async #remove({ id, name }: Person): Promise<void> {
    const sure = await confirm({
      title: `Remove ${name}?`,
      detail: `${name} is told, and can join again while the room is not ` +
        'locked.',
      accept: 'Remove', danger: true,
    });
    if (sure) await this.#attempt(() => this.#moderation.remove(id));
  }

  async #endForAll(): Promise<void> {
    const sure = await confirm({
      title: 'End the call for everyone?',
      detail: 'All people are disconnected at once. To go while the others ' +
        'stay, leave instead.',
      accept: 'End for all', danger: true,
    });
    if (sure) await this.#attempt(() => this.#moderation.endForAll());
  }

  #asked(act: Extract<HostAct, { is: 'asked' }>): void {
    const { media } = this.parts;
    const source = act.kind === 'audio' ? 'mic' : 'camera';
    if (media.isOn(source)) return;
    const { text, accept } = askWords(act.kind, act.by);
    const grant = () => {
      media.switchOn(source).catch((error: unknown) => toast(explainMedia(
        error, source === 'mic' ? 'microphone' : 'camera').title));
    };
    this.parts.view().notices.show(`asked-${source}`, {
      icon: source, text,
      answers: [
        { label: accept, primary: true, run: grant },
        { label: 'Not now', run: () => undefined },
      ],
    });
  }

  #draining(endsAtMs: number): void {
    const words = () => drainWords(endsAtMs - Date.now());
    const { notices } = this.parts.view();
    notices.show('draining', { icon: 'bell', text: words() });
    window.clearInterval(this.#countdown);
    this.#countdown = window.setInterval(() => {
      if (!notices.update('draining', words())) {
        window.clearInterval(this.#countdown);
      }
    }, COUNT_EVERY_MS);
  }

  async #attempt(act: () => Promise<void>, done?: string): Promise<void> {
    try {
      await act();
      if (done) toast(done);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      toast(/forbidden/i.test(text) ? 'Only hosts can do that' : text);
    }
  }
}
