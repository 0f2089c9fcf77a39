/** Finds the links in a text. Pure; whoever shows them makes the anchors. */

/** A piece of a text; with `href` it is a link. */
export interface TextPart {
  text: string;
  href?: string;
}

/**
 * What may begin a link: one of three schemes, or "www.". No other scheme is
 * ever a link, so that none can run a script.
 */
const CANDIDATE = /(?:https?:\/\/|mailto:|www\.)[^\s<>"\u0000-\u001f]+/giu;

/** Marks that end a sentence around a link more often than the link. */
const TRAILING = '.,;:!?\'’”»…*_~|';

const CLOSING: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Splits a text into links and what stands between them. */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const begin = match.index ?? 0;
    if (begin < at || isInsideWord(text, begin)) continue;
    const shown = withoutTrailing(match[0]);
    const href = hrefOf(shown);
    if (href === undefined) continue;
    if (begin > at) parts.push({ text: text.slice(at, begin) });
    parts.push({ text: shown, href });
    at = begin + shown.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

/** "xhttp://a" and "javascript:http://a" are no links. */
function isInsideWord(text: string, begin: number): boolean {
  return begin > 0 && /[\p{L}\p{N}_:/@.-]/u.test(text[begin - 1]!);
}

/** Leaves out punctuation at the end, and a bracket that the link opened not. */
function withoutTrailing(link: string): string {
  const unopened: Record<string, number> = {};
  for (const [closing, opening] of Object.entries(CLOSING)) {
    unopened[closing] = count(link, closing) - count(link, opening);
  }
  let end = link.length;
  while (end > 0) {
    const last = link[end - 1]!;
    if ((unopened[last] ?? 0) > 0) unopened[last]!--;
    else if (!TRAILING.includes(last)) break;
    end--;
  }
  return link.slice(0, end);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** The address that a link leads to; undefined of what is none. */
function hrefOf(shown: string): string | undefined {
  const written = /^www\./iu.test(shown) ? `https://${shown}` : shown;
  let url: URL;
  try {
    url = new URL(written);
  } catch {
    return undefined;
  }
  if (url.protocol === 'mailto:') {
    return /^[^@]+@[^@]+$/u.test(url.pathname) ? url.href : undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // "https://bank.example@evil.example" leads elsewhere than it seems to.
  if (url.username || url.password) return undefined;
  const bare = url.hostname === '' || url.hostname.endsWith('..');
  return bare || (written !== shown && !/\..+\./u.test(url.hostname))
    ? undefined : url.href;
}
