/** Small pure helpers about people and how they are invited. */

/** One or two letters for an avatar; "?" for a name without any. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = [...(words[0] ?? '')][0] ?? '?';
  const last = words.length > 1 ? [...(words.at(-1) ?? '')][0] ?? '' : '';
  return (first + last).toLocaleUpperCase();
}

/** Hues (OKLCH degrees) in which white letters and a dim room look well. */
const HUES = [20, 45, 150, 178, 205, 232, 258, 282, 305, 330, 355];

/** A steady hue for a name, so that a person keeps one colour. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return HUES[hash % HUES.length]!;
}

/** The link that invites to a room. */
export function inviteLink(origin: string, path: string, room: string): string {
  return `${origin}${path}?room=${encodeURIComponent(room)}`;
}
