/**
 * The token that says who this person is (JSON Web Token). The page reads it
 * only to show it; the server alone decides what it is worth.
 */

import { roomName } from './rooms';

/** What a token says, as far as the page shows it. */
export interface TokenFacts {
  user: string;
  /** The name that others see; empty if the person chooses it. */
  name: string;
  /** The rooms that it is for; "*" is all. */
  rooms: string[];
  /** When it expires, in seconds since 1970; never if undefined. */
  expires: number | undefined;
  /** Whether it lets record; undefined if it leaves that to hosts. */
  record: boolean | undefined;
}

const KEY = 'troupe.token';

type TokenStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** The token of this tab, across reloads. */
export class TokenKeeper {
  #token = '';

  constructor(private readonly storage: TokenStorage | undefined) {
    try {
      this.#token = storage?.getItem(KEY) ?? '';
    } catch {
      // Forbidden: the token lasts until the page is left.
    }
  }

  get token(): string {
    return this.#token;
  }

  keep(token: string): void {
    this.#token = token;
    try {
      this.storage?.setItem(KEY, token);
    } catch {
      // Full or forbidden: as above.
    }
  }
}

export interface CleanedAddress {
  /** Empty if the address has none. */
  token: string;
  /** Path, query and fragment without it. */
  address: string;
}

/** Takes `?token=` or `#token=` out of an address; the latter wins. */
export function takeToken(href: string): CleanedAddress {
  const url = new URL(href);
  const hash = new URLSearchParams(url.hash.slice(1));
  const token = hash.get('token') || url.searchParams.get('token') || '';
  if (hash.has('token')) {
    hash.delete('token');
    url.hash = hash.toString();
  }
  if (url.searchParams.has('token')) url.searchParams.delete('token');
  return { token, address: url.pathname + url.search + url.hash };
}

/** Reads what a token says without checking it; undefined if it is none. */
export function readToken(token: string): TokenFacts | undefined {
  try {
    const part = token.split('.')[1] ?? '';
    const bytes = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
    const claims: unknown = JSON.parse(new TextDecoder().decode(
      Uint8Array.from(bytes, (letter) => letter.charCodeAt(0))));
    if (typeof claims !== 'object' || claims === null) return undefined;
    const { user, sub, name, room, exp, record } =
      claims as Record<string, unknown>;
    return {
      user: text(user) || text(sub),
      name: text(name),
      rooms: (Array.isArray(room) ? room : [room]).map(text).filter(Boolean),
      expires: typeof exp === 'number' ? exp : undefined,
      record: typeof record === 'boolean' ? record : undefined,
    };
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The room that a text names: as a token spells it if one does, since the
 * server compares letter by letter. Empty if it cannot be a room's name.
 */
export function roomOf(asked: string, facts: TokenFacts | undefined): string {
  const named = facts?.rooms.filter((room) => room !== '*') ?? [];
  if (named.includes(asked)) return asked;
  const name = roomName(asked);
  return named.find((room) => name !== '' && roomName(room) === name) ?? name;
}

/** The room of an address that names none: the token's, if it has just one. */
export function onlyRoom(facts: TokenFacts | undefined): string {
  const [room = '', ...others] = facts?.rooms ?? [];
  return others.length === 0 && room !== '*' ? room : '';
}

/** Whether the server may have ended a call because its token expired. */
export function hasExpired(
  facts: TokenFacts | undefined,
  nowMs: number,
): boolean {
  return facts?.expires !== undefined && facts.expires * 1000 <= nowMs;
}

/** What this browser keeps for a tab; undefined if the person forbids it. */
export function storageOfTab(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/** The token of this tab. */
export const tokens = new TokenKeeper(storageOfTab());
