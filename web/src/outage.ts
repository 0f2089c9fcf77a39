/** Whether the call as a whole is interrupted, and why. Pure. */

import { Mark } from './watched_time';

/**
 * offline: this device has no network. server: nothing comes from the server.
 * signaling: requests are not answered, but media flows. media: the server
 * answers, but no media comes.
 */
export type OutageReason = 'offline' | 'server' | 'signaling' | 'media';

export interface Outage {
  reason: OutageReason;
  /** How long it has lasted. */
  forMs: number;
}

/** What can be seen of the server at one moment. */
export interface Signs {
  /** The browser believes in a network. */
  online: boolean;
  /** The signaling connection is lost and being found again. */
  reconnecting: boolean;
  /** Changes with each message of the server. */
  signaled: number;
  /** The server sends a message at least this often, once it is known. */
  pingEveryMs: number | undefined;
  /** Changes with each packet of the ICE paths, STUN and RTCP included. */
  path: number;
  /** ICE has given up a path. */
  pathLost: boolean;
  /** When the last voice or picture moved; undefined where none is due. */
  mediaAtMs: number | undefined;
  /** How many people should be heard at the moment. */
  voicesDue: number;
}

/** Nothing from the server for this long is an outage. */
export const OUTAGE_AFTER_MS = 3000;
/** After this silence the server is asked whether it still answers. */
export const ASK_AFTER_MS = 1500;
const ASK_EVERY_MS = 2000;
const ANSWER_WITHIN_MS = 1000;
/** A question without an answer is not repeated before this. */
const GIVE_UP_MS = 10_000;
/** Most lost connections are back before anyone needs to know. */
const RECONNECT_WITHIN_MS = 1000;
/** STUN alone comes every 2.5 s, and is read once a second. */
const QUIET_PATH_MS = 4000;

export class OutageWatch {
  #signal = new Mark();
  #path = new Mark();
  #askedAt: number | undefined;
  #lostSince: number | undefined;
  #pathLostSince: number | undefined;
  #since: number | undefined;

  /** @param nowMs watched time (WatchedTime) */
  update(signs: Signs, nowMs: number): Outage | undefined {
    this.#signal.see(signs.signaled, nowMs);
    this.#path.see(signs.path, nowMs);
    this.#lostSince = since(signs.reconnecting, this.#lostSince, nowMs);
    this.#pathLostSince = since(signs.pathLost, this.#pathLostSince, nowMs);
    if (signs.reconnecting) this.#askedAt = undefined;
    const reason = this.#reason(signs, nowMs);
    if (!reason) {
      this.#since = undefined;
      return undefined;
    }
    this.#since ??= this.#beginning(reason, signs);
    return { reason, forMs: nowMs - this.#since };
  }

  /** Whether to ask the server now; true once for each question. */
  asks(signs: Signs, nowMs: number): boolean {
    if (signs.reconnecting || !this.#doubtful(signs, nowMs)) return false;
    const asked = this.#askedAt ?? -Infinity;
    const answered = this.#signal.atMs >= asked;
    if (nowMs - asked < (answered ? ASK_EVERY_MS : GIVE_UP_MS)) return false;
    this.#askedAt = nowMs;
    return true;
  }

  #doubtful(signs: Signs, nowMs: number): boolean {
    return nowMs - this.#heardAt(signs) >= ASK_AFTER_MS ||
      nowMs - (signs.mediaAtMs ?? nowMs) >= ASK_AFTER_MS ||
      this.#pingOverdue(signs, nowMs);
  }

  #reason(signs: Signs, nowMs: number): OutageReason | undefined {
    const reason = this.#lostReason(signs, nowMs) ??
      this.#silentReason(signs, nowMs);
    return reason && !signs.online ? 'offline' : reason;
  }

  #lostReason(signs: Signs, nowMs: number): OutageReason | undefined {
    if (this.#lostSince === undefined) return undefined;
    if (this.#since === undefined &&
        nowMs - this.#lostSince < RECONNECT_WITHIN_MS) {
      return undefined;
    }
    return nowMs - (signs.mediaAtMs ?? this.#path.atMs) < OUTAGE_AFTER_MS
      ? 'signaling' : 'server';
  }

  #silentReason(signs: Signs, nowMs: number): OutageReason | undefined {
    const { mediaAtMs } = signs;
    const unanswered = this.#unanswered(nowMs);
    const silent = nowMs - this.#heardAt(signs) >= OUTAGE_AFTER_MS;
    const mediaSilent = mediaAtMs !== undefined &&
      nowMs - mediaAtMs >= OUTAGE_AFTER_MS;
    if (unanswered && (silent || mediaSilent)) return 'server';
    if (mediaSilent && !unanswered && this.#pathBroken(signs, nowMs)) {
      return 'media';
    }
    if (mediaAtMs === undefined && this.#pathLostSince !== undefined &&
        nowMs - this.#pathLostSince >= OUTAGE_AFTER_MS) {
      return 'media';
    }
    return unanswered && this.#pingOverdue(signs, nowMs)
      ? 'signaling' : undefined;
  }

  /** Not the sender of the one picture, but the way to this page. */
  #pathBroken({ voicesDue }: Signs, nowMs: number): boolean {
    return this.#pathLostSince !== undefined || voicesDue > 1 ||
      nowMs - this.#path.atMs >= QUIET_PATH_MS;
  }

  #unanswered(nowMs: number): boolean {
    return this.#askedAt !== undefined && this.#signal.atMs < this.#askedAt &&
      nowMs - this.#askedAt >= ANSWER_WITHIN_MS;
  }

  #pingOverdue({ pingEveryMs }: Signs, nowMs: number): boolean {
    return pingEveryMs !== undefined &&
      nowMs - this.#signal.atMs >= pingEveryMs + OUTAGE_AFTER_MS;
  }

  #heardAt({ mediaAtMs }: Signs): number {
    return Math.max(this.#signal.atMs, this.#path.atMs, mediaAtMs ?? 0);
  }

  #beginning(reason: OutageReason, signs: Signs): number {
    const { mediaAtMs } = signs;
    return this.#lostSince ??
      (reason === 'signaling' ? this.#askedAt : mediaAtMs) ??
      this.#heardAt(signs);
  }
}

function since(
  on: boolean,
  before: number | undefined,
  nowMs: number,
): number | undefined {
  return on ? before ?? nowMs : undefined;
}
