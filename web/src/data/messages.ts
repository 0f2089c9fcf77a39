/** What people tell each other besides voice and picture. Pure. */

/** A line of chat, or a sign that passes. */
export type Message =
  | { type: 'chat'; text: string }
  | { type: 'reaction'; sign: string };

export const TEXT_LIMIT = 4000;

/** The signs that can be sent; others are not shown. */
export const SIGNS = ['👏', '👍', '❤️', '😂', '😮', '🎉'] as const;

export function encode(message: Message): string {
  return JSON.stringify(message);
}

/** Reads what came from someone else: undefined unless it is as it should. */
export function decode(data: unknown): Message | undefined {
  const fields = parseFields(data, TEXT_LIMIT * 4);
  if (!fields) return undefined;
  const { type, text, sign } = fields;
  if (type === 'chat' && typeof text === 'string') {
    const kept = text.slice(0, TEXT_LIMIT).trim();
    return kept ? { type, text: kept } : undefined;
  }
  if (type === 'reaction' && SIGNS.some((known) => known === sign)) {
    return { type, sign: sign as string };
  }
  return undefined;
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
