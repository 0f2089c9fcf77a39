/** What people tell each other besides voice and picture. Pure. */

/** A line of chat, or a sign that passes. */
export type Message =
  | ChatMessage
  | { type: 'reaction'; sign: string };

export interface ChatMessage {
  type: 'chat';
  text: string;
  /** Tells it from the author's other messages, since it may come twice. */
  id?: string;
}

export const TEXT_LIMIT = 4000;
/** The server keeps no longer one. */
const ID_LIMIT = 64;

/** The signs that can be sent; others are not shown. */
export const SIGNS = ['👏', '👍', '❤️', '😂', '😮', '🎉'] as const;

export function encode(message: Message): string {
  return JSON.stringify(message);
}

/** Reads what came from someone else: undefined unless it is as it should. */
export function decode(data: unknown): Message | undefined {
  const fields = parseFields(data, TEXT_LIMIT * 4);
  if (!fields) return undefined;
  const { type, text, sign, id } = fields;
  if (type === 'chat') return chatOf(text, id);
  if (type === 'reaction' && SIGNS.some((known) => known === sign)) {
    return { type, sign: sign as string };
  }
  return undefined;
}

/** What someone has written, within its limits; undefined if it is nothing. */
export function chatOf(text: unknown, id: unknown): ChatMessage | undefined {
  const kept = typeof text === 'string' ? text.slice(0, TEXT_LIMIT).trim() : '';
  if (!kept) return undefined;
  const named = typeof id === 'string' && id && id.length <= ID_LIMIT;
  return { type: 'chat', text: kept, ...named ? { id } : {} };
}

/** An id for a message of one's own, that nobody can guess. */
export function newMessageId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The members of a JSON object; undefined of anything else. */
export function parseFields(
  data: unknown,
  limit: number,
): Record<string, unknown> | undefined {
  if (typeof data !== 'string' || data.length > limit) return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
