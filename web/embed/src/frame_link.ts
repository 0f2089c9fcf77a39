/** Asks a frame for things and hears what happens in it. */

import { CallError } from './call_error';
import {
  MAX_PENDING, readFrameMessage, VERSION, type CallEvents, type EventName,
  type Method, type Methods,
} from './protocol';

/** What is used of a MessageEvent. */
export interface Incoming {
  source: unknown;
  origin: string;
  data: unknown;
}

export interface FrameLinkParts {
  /** The window of the frame, and the only origin it may have. */
  frame(): unknown;
  origin: string;
  /** Sends to the frame, as long as it has that origin. */
  post(message: object, method: Method): void;
  /** The frame has loaded and waits for `connect`. */
  loaded(): void;
  event<Name extends EventName>(name: Name, data: CallEvents[Name]): void;
}

interface Pending {
  settle(result: unknown): void;
  fail(error: CallError): void;
}

/** How long an answer may take. */
const PATIENCE_MS: Partial<Record<Method, number>> = {
  // The browser may be asking for devices, or which screen.
  join: 60_000, setMicrophone: 60_000, setCamera: 60_000, toggleShare: 180_000,
};
const DEFAULT_PATIENCE_MS = 10_000;

export class FrameLink {
  #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(private readonly parts: FrameLinkParts) {}

  /** Takes a message of any window; those of other windows are ignored. */
  handle({ source, origin, data }: Incoming): void {
    const { frame, loaded, event } = this.parts;
    const sender = frame();
    if (!sender || source !== sender || origin !== this.parts.origin) return;
    const message = readFrameMessage(data);
    if (message?.is === 'event') {
      if (message.name !== 'ready') {
        return event(message.name, message.data as never);
      }
      this.failAll(new CallError('closed', 'The frame has loaded anew'));
      return loaded();
    }
    const pending = message && this.#pending.get(message.id);
    if (!message || !pending) return;
    if (message.is === 'result') pending.settle(message.result);
    else pending.fail(new CallError(message.error.code, message.error.message));
  }

  /** Rejects with a CallError. */
  request<Name extends Method>(
    method: Name,
    params: Methods[Name],
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        throw new CallError('busy', 'Too many requests wait for answers');
      }
      const id = ++this.#lastId;
      const done = () => {
        clearTimeout(timer);
        this.#pending.delete(id);
      };
      const timer = setTimeout(() => {
        done();
        reject(new CallError('timeout', `No answer to ${method}`));
      }, PATIENCE_MS[method] ?? DEFAULT_PATIENCE_MS);
      this.#pending.set(id, {
        settle: (result) => { done(); resolve(result); },
        fail: (error) => { done(); reject(error); },
      });
      this.parts.post({ troupe: VERSION, id, method, params }, method);
    });
  }

  /** Ends all requests that wait. */
  failAll(error: CallError): void {
    for (const pending of [...this.#pending.values()]) pending.fail(error);
  }
}
