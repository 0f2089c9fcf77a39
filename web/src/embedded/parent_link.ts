/** Hears what the site around the page's frame asks for, and answers. */

import { CallError } from '../../embed/src/call_error';
import type { Incoming } from '../../embed/src/frame_link';
import {
  MAX_PENDING, readRequest, VERSION, type CallEvents, type EventName,
  type Failure, type Request,
} from '../../embed/src/protocol';

export interface ParentLinkParts {
  /** The window that shows this page in a frame. */
  parent: unknown;
  /** Sends to that window, as long as it has that origin. */
  post(message: object, origin: string): void;
  /** Does what the site asks for; rejects with a CallError. */
  run(request: Request): Promise<unknown>;
}

/**
 * Takes requests of the parent window alone. That the parent may show this page
 * is what `frame-ancestors` has let the browser check; the origin of its first
 * `connect` is the only one that is listened to and told of events from then on.
 */
export class ParentLink {
  #origin = '';
  #pending = 0;

  constructor(private readonly parts: ParentLinkParts) {}

  /** The origin of the site; empty until it has connected. */
  get origin(): string {
    return this.#origin;
  }

  /** Says to whatever site there is that requests are taken. No secret. */
  announce(): void {
    this.parts.post({ troupe: VERSION, event: 'ready', data: {} }, '*');
  }

  /** Tells the site of an event, once it has connected. */
  tell<Name extends EventName>(event: Name, data: CallEvents[Name]): void {
    if (!this.#origin) return;
    this.parts.post({ troupe: VERSION, event, data }, this.#origin);
  }

  /** Takes a message of any window; those of others get no answer. */
  async handle({ source, origin, data }: Incoming): Promise<void> {
    if (source !== this.parts.parent) return;
    // A site without an origin cannot be told from others.
    if (!/^https?:/.test(origin)) return;
    if (this.#origin && origin !== this.#origin) return;
    const request = readRequest(data);
    if (!request) return;
    const { id } = request;
    const answer = (outcome: object) =>
      this.parts.post({ troupe: VERSION, id, ...outcome }, origin);
    if ('error' in request) return answer({ error: request.error });
    if (request.method === 'connect') this.#origin = origin;
    if (!this.#origin) {
      return answer({ error: {
        code: 'not-connected', message: 'connect has to come first',
      } });
    }
    if (this.#pending >= MAX_PENDING) {
      return answer({ error: {
        code: 'busy', message: 'Too many requests wait for answers',
      } });
    }
    this.#pending++;
    try {
      answer({ result: await this.parts.run(request) ?? null });
    } catch (error) {
      answer({ error: failureOf(error) });
    } finally {
      this.#pending--;
    }
  }
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof CallError ? error.code : 'failed', message };
}
