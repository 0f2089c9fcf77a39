/**
 * Remembers, across reloads of this tab, the secret that proves which member
 * of a room it is. The server gives it with a join.
 */

/** What is used of sessionStorage. */
export type PlaceStorage =
  Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What is used of navigator.locks. */
export interface PlaceLocks {
  request(
    name: string,
    options: { ifAvailable: true },
    held: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** The members of a join's answer that say who this tab is. */
export interface PlaceAnswer {
  peerId?: string;
  rejoinSecret?: string;
}

interface Kept {
  peerId: string;
  secret: string;
}

export class Place {
  #key: string;
  #kept: Kept | undefined;
  #release: (() => void) | undefined;

  constructor(
    room: string,
    private readonly storage: PlaceStorage | undefined,
    private readonly locks: PlaceLocks | undefined,
  ) {
    this.#key = `troupe.place.${room}`;
  }

  /**
   * The secret to show with a join. None where another tab is that member: a
   * duplicated tab has a copy of the storage, and is a member of its own.
   */
  async secret(): Promise<string | undefined> {
    if (this.#kept) return this.#kept.secret;
    const stored = this.#read();
    if (!stored || !await this.#hold(stored.peerId)) return undefined;
    this.#kept = stored;
    return stored.secret;
  }

  /** Keeps the secret of an answer, if it has one. */
  async keep({ peerId, rejoinSecret }: PlaceAnswer): Promise<void> {
    if (!peerId || !rejoinSecret) return;
    const before = this.#kept;
    this.#kept = { peerId, secret: rejoinSecret };
    this.#write(this.#kept);
    if (before?.peerId !== peerId) await this.#hold(peerId);
  }

  /** The membership is over: there is nothing to come back to. */
  forget(): void {
    this.release();
    try {
      this.storage?.removeItem(this.#key);
    } catch {
      // Nothing was kept.
    }
  }

  /** This tab is in no call any more, but may come back. */
  release(): void {
    this.#kept = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  /** False where another tab is that member. */
  #hold(peerId: string): Promise<boolean> {
    this.#release?.();
    this.#release = undefined;
    const { locks } = this;
    if (!locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      locks.request(`${this.#key}/${peerId}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((release) => { this.#release = release; });
      }).catch(() => resolve(true));
    });
  }

  #read(): Kept | undefined {
    try {
      const kept = JSON.parse(this.storage?.getItem(this.#key) ?? 'null');
      const whole = typeof kept?.peerId === 'string' &&
        typeof kept?.secret === 'string';
      return whole ? { peerId: kept.peerId, secret: kept.secret } : undefined;
    } catch {
      return undefined;
    }
  }

  #write(kept: Kept): void {
    try {
      this.storage?.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // Full or forbidden: a reload comes as somebody new.
    }
  }
}

/** Where this browser lets pages keep such things. */
export function placeIn(room: string): Place {
  let storage: Storage | undefined;
  try {
    storage = window.sessionStorage;
  } catch {
    // The person has forbidden it.
  }
  return new Place(room, storage, navigator.locks as PlaceLocks | undefined);
}
