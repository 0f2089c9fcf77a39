/** What the server keeps of the chat, for those who were away. Pure. */

import { chatOf, type ChatMessage } from './messages';

/** A message that came while this page was not listening. */
export interface EarlierMessage {
  peerId: string;
  /** What its author was called then, who may have left. */
  name: string;
  text: string;
  id?: string;
  atMs: number;
}

export interface History {
  /** How many messages the server keeps; 0 if it keeps none. */
  limit: number;
  messages: EarlierMessage[];
}

/** The data producers of this page's own chat, by label. */
export const CHAT_LABEL = 'words';
const NAME_LIMIT = 256;

/** Reads the server's answer; what is not as it should be is left out. */
export function readHistory(answer: unknown, nowMs: number): History {
  const { limit, messages } = fieldsOf(answer);
  const list: unknown[] = Array.isArray(messages) ? messages : [];
  return {
    limit: typeof limit === 'number' ? limit : 0,
    messages: list.flatMap((one) => readMessage(one, nowMs) ?? []),
  };
}

function readMessage(one: unknown, nowMs: number): EarlierMessage | undefined {
  const { peerId, name, label, text, id, ageMs } = fieldsOf(one);
  const said = chatOf(text, id);
  if (!said || label !== CHAT_LABEL || typeof peerId !== 'string' ||
      typeof name !== 'string' || typeof ageMs !== 'number') return undefined;
  const { type, ...rest } = said;
  return {
    ...rest, peerId, name: name.slice(0, NAME_LIMIT),
    atMs: nowMs - Math.max(0, ageMs),
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object'
    ? value as Record<string, unknown> : {};
}

/** Ids above this are forgotten, the oldest first. */
const REMEMBERED = 2000;

/**
 * Which messages are shown already: one may come by its author's channel and in
 * the history, in either order, and each history has what the last one had.
 */
export class ShownMessages {
  #ids = new Set<string>();
  /** How often a text without id is shown, by author and text. */
  #texts = new Map<string, number>();

  /** This person has written it. */
  noteOwn(id: string): void {
    this.#remember(id);
  }

  /** A message came by its author's channel. False if it is shown already. */
  note(peerId: string, { id, text }: ChatMessage): boolean {
    if (id !== undefined) return this.#isNew(peerId, id);
    const key = JSON.stringify([peerId, text]);
    this.#count(key, (this.#texts.get(key) ?? 0) + 1);
    return true;
  }

  /** Those of a history that are not shown yet; from now on they are. */
  take(messages: EarlierMessage[]): EarlierMessage[] {
    const inHistory = new Map<string, number>();
    return messages.filter(({ peerId, id, text }) => {
      // One's own have had another author's id before a return.
      if (id !== undefined) return !this.#ids.has(id) && this.#isNew(peerId, id);
      const key = JSON.stringify([peerId, text]);
      const times = (inHistory.get(key) ?? 0) + 1;
      inHistory.set(key, times);
      if (times <= (this.#texts.get(key) ?? 0)) return false;
      this.#count(key, times);
      return true;
    });
  }

  #isNew(peerId: string, id: string): boolean {
    const key = JSON.stringify([peerId, id]);
    if (this.#ids.has(key)) return false;
    this.#remember(key);
    return true;
  }

  #remember(key: string): void {
    this.#ids.add(key);
    const [oldest] = this.#ids;
    if (this.#ids.size > REMEMBERED && oldest) this.#ids.delete(oldest);
  }

  #count(key: string, times: number): void {
    this.#texts.delete(key);
    this.#texts.set(key, times);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > REMEMBERED && oldest) this.#texts.delete(oldest);
  }
}
