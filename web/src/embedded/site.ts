/** The site that shows this page in a frame: does what it asks, tells it. */

import { CallError } from '../../embed/src/call_error';
import type {
  CallEvents, ConnectParams, EventName, LeftReason, Method, Methods, Request,
  UiOptions,
} from '../../embed/src/protocol';
import type { CallWatcher } from '../call_watcher';
import type { LocalMedia, LocalSource } from '../local_media';
import { Farewell } from '../moderation_words';
import type { Person } from '../people_list';
import type { RunningCall } from '../running_call';
import { settings } from '../settings';
import { tokens } from '../token';
import { toast } from '../ui/notice';
import { explainMedia, explainServer } from '../words';
import { ParentLink } from './parent_link';
import { PeopleNews } from './people_news';

export type SiteWishes = Omit<ConnectParams, 'token' | 'ui'>;

/** What the site can have the page do. */
export interface EmbeddedPage {
  readonly media: LocalMedia;
  readonly running: RunningCall | undefined;
  /** Opens the lobby, or joins at once; nothing during a call. */
  begin(wishes: SiteWishes): void;
  /** False if a name or a room is missing. */
  join(name?: string): Promise<boolean>;
  leave(): Promise<void>;
}

type Commands = {
  [Name in Method]: (params: Methods[Name]) => unknown;
};

/** How long a site that says it steers the page may take to connect. */
const CONNECT_MS = 5000;
const WORDS = { mic: 'microphone', camera: 'camera' } as const;

/** Opens the page in a frame; a site that wants to steer it may say so. */
export async function openSite(page: EmbeddedPage): Promise<Site> {
  const site = new Site(page);
  const steered = new URLSearchParams(location.hash.slice(1)).has('embed');
  const patience = window.setTimeout(() => site.begin(),
    steered ? CONNECT_MS : 0);
  site.connected = () => window.clearTimeout(patience);
  return site;
}

export class Site implements CallWatcher {
  /** Is called when the site has connected. */
  connected: () => void = () => undefined;
  #link: ParentLink;
  #news = new PeopleNews();
  #latest: Person[] = [];
  #inCall = false;
  #shown = { mic: false, camera: false, screen: false };
  /** Those who wait until this person has joined. */
  #joining: Array<{ done(): void; failed(error: Error): void }> = [];

  constructor(private readonly page: EmbeddedPage) {
    this.#link = new ParentLink({
      parent: window.parent,
      post: (message, origin) => window.parent.postMessage(message, origin),
      run: (request) => this.#run(request),
    });
    window.addEventListener('message', (event) =>
      void this.#link.handle(event));
    this.#link.announce();
  }

  /** Opens the lobby for a site that does not steer the page. */
  begin(): void {
    this.page.begin({});
  }

  mediaChanged(): void {
    const { media } = this.page;
    this.#switched('mic', media.isOn('mic'), 'microphone-changed');
    this.#switched('camera', media.isOn('camera'), 'camera-changed');
  }

  joined(name: string, room: string): void {
    this.#inCall = true;
    this.#tell('joined', { name, room });
    for (const { done } of this.#joining.splice(0)) done();
    this.people(this.#latest);
  }

  /** The page could not join. */
  refused(error: unknown): void {
    const { title, detail } = explainServer(error);
    const message = `${title}. ${detail}`;
    const waiting = this.#joining.splice(0);
    const failure = new CallError('refused', message);
    for (const { failed } of waiting) failed(failure);
    if (waiting.length === 0) this.#tell('error', { code: 'refused', message });
  }

  /** The call is over; the error says why if this person did not leave. */
  left(error?: unknown): void {
    this.#inCall = false;
    this.#latest = [];
    this.#news.forget();
    this.#switched('screen', false, 'share-changed');
    this.#tell('left', {
      reason: reasonOf(error),
      message: error === undefined ? '' : explainServer(error).title,
    });
  }

  people(people: Person[]): void {
    this.#latest = people;
    if (!this.#inCall) return;
    for (const { event, data } of this.#news.update(people)) {
      this.#tell(event, data);
    }
    const self = people.find(({ isSelf }) => isSelf);
    this.#switched('screen', !!self?.screen, 'share-changed');
  }

  speaks(id: string): void {
    this.#tell('speaker', { id });
  }

  said(id: string, text: string): void {
    this.#tell('chat', { id, name: this.#news.nameOf(id), text });
  }

  #tell<Name extends EventName>(event: Name, data: CallEvents[Name]): void {
    this.#link.tell(event, data);
  }

  #switched(
    what: 'mic' | 'camera' | 'screen',
    on: boolean,
    event: 'microphone-changed' | 'camera-changed' | 'share-changed',
  ): void {
    if (this.#shown[what] === on) return;
    this.#shown[what] = on;
    this.#tell(event, { on });
  }

  async #run({ method, params }: Request): Promise<unknown> {
    return (this.#commands[method] as (given: object) => unknown)(params);
  }

  #commands: Commands = {
    connect: ({ token, ui, ...wishes }) => {
      this.connected();
      if (token) tokens.keep(token);
      dress(ui ?? {});
      this.page.begin(wishes);
    },
    join: ({ name }) => this.#join(name),
    leave: () => this.page.leave(),
    setMicrophone: ({ on }) => this.#switch('mic', on),
    setCamera: ({ on }) => this.#switch('camera', on),
    toggleShare: () => this.#toggleShare(),
    setLayout: ({ layout }) => {
      this.#running();
      settings().set('layout', layout);
    },
    sendChat: ({ text }) => this.#say(text.trim()),
    getPeople: () => this.#news.people,
  };

  #running(): RunningCall {
    const { running } = this.page;
    if (!running) throw new CallError('not-in-call', 'There is no call');
    return running;
  }

  async #join(name: string | undefined): Promise<void> {
    if (this.page.running) return;
    const joined = new Promise<void>((done, failed) => {
      this.#joining.push({ done, failed });
    });
    joined.catch(() => undefined);
    if (!await this.page.join(name)) {
      this.#joining = [];
      throw new CallError('invalid-params', 'The name or the room is missing');
    }
    await joined;
  }

  async #switch(source: LocalSource, on: boolean): Promise<void> {
    const { media } = this.page;
    if (media.isOn(source) === on) return;
    try {
      await (on ? media.switchOn(source) : media.switchOff(source));
    } catch (error) {
      throw new CallError('device', explainMedia(error, WORDS[source]).title);
    }
    // The person is to know that it was not they.
    const host = new URL(this.#link.origin).host;
    toast(`${host} has switched your ${WORDS[source]} ${on ? 'on' : 'off'}`);
  }

  async #toggleShare(): Promise<boolean> {
    const { call: { share }, people } = this.#running();
    if (!share.active && !await people.mayShare()) return false;
    try {
      if (share.active) share.stop();
      else await share.choose();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CallError('device', `The screen is not shared: ${why}`);
    }
    return share.active;
  }

  async #say(text: string): Promise<void> {
    const { conversation } = this.#running();
    if (text === '') throw new CallError('invalid-params', 'There is no text');
    if (!conversation.controls) {
      throw new CallError('failed', 'This server has no chat');
    }
    await conversation.say(text);
  }
}

function reasonOf(error: unknown): LeftReason {
  if (error === undefined) return 'left';
  return error instanceof Farewell ? error.kind : 'lost';
}

/** Shows and hides parts of the page as the site wants it. */
function dress({ header = true, toolbar = true, theme }: UiOptions): void {
  const { classList, dataset } = document.documentElement;
  classList.toggle('no-header', !header);
  classList.toggle('no-toolbar', !toolbar);
  if (theme) dataset['theme'] = theme;
}
