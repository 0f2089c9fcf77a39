/** A call of a Troupe server in a page of another site. */

import { CallError } from './call_error';
import { FrameLink } from './frame_link';
import {
  FRAME_ALLOW, type CallEvents, type CallPerson, type ConnectParams,
  type EventName, type Layout, type Method, type Methods,
} from './protocol';

export interface CallOptions extends ConnectParams {
  /** The element that gets the frame, which fills it. */
  parent: HTMLElement;
  /** The address of the server: "https://meet.example.org/". */
  url: string;
  /** The room; without one the person chooses it, or the token names it. */
  room?: string;
}

type Listener<Name extends EventName> = (data: CallEvents[Name]) => void;

/** How long the frame may take to load. */
const LOAD_MS = 30_000;
/** How long dispose() waits for the goodbye to reach the server. */
const GOODBYE_MS = 1000;

/**
 * A frame with a call in it. Methods wait until the frame has loaded; they
 * reject with a CallError.
 */
export class TroupeCall {
  /** The frame, for styles and focus. */
  readonly frame: HTMLIFrameElement;
  #connect: ConnectParams;
  #link: FrameLink;
  #listeners = new Map<EventName, Set<Listener<EventName>>>();
  #open!: { promise: Promise<void>; done(): void; failed(error: Error): void };
  #isOpen = false;
  #loading: ReturnType<typeof setTimeout>;
  #ended: Promise<void> | undefined;
  #hear: (event: MessageEvent) => void;

  /** Throws a TypeError if `url` is no address of a web server. */
  constructor(options: CallOptions) {
    const { parent, url, room, ...connect } = options;
    const address = addressOf(url, room);
    this.#connect = connect;
    this.frame = frameFor(address);
    this.#expectFrame();
    this.#link = new FrameLink({
      frame: () => this.frame.contentWindow,
      origin: address.origin,
      post: (message, method) => this.#post(message, address.origin, method),
      loaded: () => void this.#loaded(),
      event: (name, data) => this.#emit(name, data),
    });
    this.#hear = (event) => this.#link.handle(event);
    window.addEventListener('message', this.#hear);
    this.#loading = setTimeout(() => this.#notLoaded(address), LOAD_MS);
    parent.append(this.frame);
  }

  /** Calls back on each such event. Returns a function that ends it. */
  on<Name extends EventName>(
    name: Name,
    listener: (data: CallEvents[Name]) => void,
  ): () => void {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener as Listener<EventName>));
    return () => void all.delete(listener as Listener<EventName>);
  }

  /** Joins, or joins again after leaving. Resolves once in the room. */
  async join(params: { name?: string } = {}): Promise<void> {
    await this.#request('join', params);
  }

  /** Leaves the room; the frame stays. */
  async leave(): Promise<void> {
    await this.#request('leave', {});
  }

  /** Before joining as well. Rejects with "device" if it does not start. */
  async setMicrophone(on: boolean): Promise<void> {
    await this.#request('setMicrophone', { on });
  }

  async setCamera(on: boolean): Promise<void> {
    await this.#request('setCamera', { on });
  }

  /**
   * Shares a screen, or ends that; resolves with whether it is shared now. Call
   * it from a click: browsers demand one before they show their chooser.
   */
  async toggleShare(): Promise<boolean> {
    return await this.#request('toggleShare', {}) === true;
  }

  async setLayout(layout: Layout): Promise<void> {
    await this.#request('setLayout', { layout });
  }

  /** Says a line to everyone in the room. */
  async sendChat(text: string): Promise<void> {
    await this.#request('sendChat', { text });
  }

  /** Everyone in the room, this person first; empty outside of a room. */
  async getPeople(): Promise<CallPerson[]> {
    return await this.#request('getPeople', {}) as CallPerson[];
  }

  /** Leaves and takes the frame away. No event comes after that. */
  dispose(): Promise<void> {
    this.#ended ??= this.#dispose();
    return this.#ended;
  }

  async #dispose(): Promise<void> {
    clearTimeout(this.#loading);
    this.#listeners.clear();
    this.frame.style.display = 'none';
    if (this.#isOpen) {
      const patience = new Promise((done) => setTimeout(done, GOODBYE_MS));
      await Promise.race([patience,
        this.#link.request('leave', {}).catch(() => undefined)]);
    }
    window.removeEventListener('message', this.#hear);
    this.frame.remove();
    const error = new CallError('closed', 'The call was disposed of');
    this.#link.failAll(error);
    this.#open.failed(error);
  }

  async #request<Name extends Method>(
    method: Name,
    params: Methods[Name],
  ): Promise<unknown> {
    if (this.#ended) throw new CallError('closed', 'The call was disposed of');
    await this.#open.promise;
    return this.#link.request(method, params);
  }

  /** The frame loads, for the first time or anew: requests wait. */
  #expectFrame(): void {
    this.#isOpen = false;
    let done = () => undefined as void;
    let failed = (_error: Error) => undefined as void;
    const promise = new Promise<void>((resolve, reject) => {
      done = resolve;
      failed = reject;
    });
    // There may be no request that waits for it.
    promise.catch(() => undefined);
    this.#open = { promise, done, failed };
  }

  async #loaded(): Promise<void> {
    clearTimeout(this.#loading);
    if (this.#isOpen) this.#expectFrame();
    const { done, failed } = this.#open;
    try {
      await this.#link.request('connect', this.#connect);
      this.#isOpen = true;
      done();
      this.#emit('ready', {});
    } catch (error) {
      // It has loaded again meanwhile: that time counts.
      if (error instanceof CallError && error.code === 'closed') return;
      failed(error as Error);
      this.#failed(error as CallError);
    }
  }

  #notLoaded({ origin }: URL): void {
    const error = new CallError('timeout', 'The call did not load. Can ' +
      `${origin} be reached, and does its key http.frame-ancestors list ` +
      `${location.origin}?`);
    this.#open.failed(error);
    this.#failed(error);
  }

  #failed({ code, message }: CallError): void {
    this.#emit('error', { code, message });
  }

  #emit<Name extends EventName>(name: Name, data: CallEvents[Name]): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(data);
      } catch (error) {
        // A listener's mistake is not the call's.
        setTimeout(() => { throw error; });
      }
    }
  }

  #post(message: object, targetOrigin: string, method: Method): void {
    const frame = this.frame.contentWindow;
    if (method === 'toggleShare') {
      try {
        // Passes the click on, which the chooser of screens needs.
        const options = { targetOrigin, delegate: 'display-capture' };
        return frame?.postMessage(message, options);
      } catch {
        // There was no click, or this browser cannot pass it on.
      }
    }
    frame?.postMessage(message, targetOrigin);
  }
}

function addressOf(url: string, room: string | undefined): URL {
  const address = new URL(url, location.href);
  if (!/^https?:$/.test(address.protocol)) {
    throw new TypeError(`${url} is no address of a web server`);
  }
  if (room) address.searchParams.set('room', room);
  // Tells the page to wait for what connect() says.
  address.hash = 'embed';
  return address;
}

function frameFor(address: URL): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.title = 'Video call';
  frame.allow = FRAME_ALLOW;
  Object.assign(frame.style, { width: '100%', height: '100%', border: '0' });
  frame.src = address.href;
  return frame;
}
