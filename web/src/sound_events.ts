/**
 * When a call gives a sound: somebody joins, leaves or raises a hand. Pure.
 *
 * What happens within a moment gives one sound. There is none for what this
 * person does, for those who were there before, and for the return of all
 * after an interruption.
 */

export type CallSound = 'joined' | 'left' | 'hand';

/** How long events are gathered from the first one on. */
export const GATHER_MS = 1000;
/** Between two sounds of one kind; what happens meanwhile is silent. */
export const SOUND_PAUSE_MS = 3000;
/** In a larger room someone always comes or goes: that gives no sound. */
export const LARGE_ROOM = 20;
/** After entering, people and hands arrive that were there before. */
export const ENTRY_MS = 3000;

export interface SoundParts {
  play(sound: CallSound): void;
  /** Whether the person wants this sound. */
  wanted(sound: CallSound): boolean;
  later(run: () => void, ms: number): void;
  /** Any steady clock in milliseconds. */
  now(): number;
}

export class SoundEvents {
  #people: ReadonlySet<string> | undefined;
  #hands: ReadonlySet<string> = new Set();
  #enteredAt = 0;
  #gathered = { joined: new Set<string>(), left: new Set<string>(), hand: false };
  #waiting = false;
  #playedAt = new Map<CallSound, number>();

  constructor(private readonly parts: SoundParts) {}

  /** Takes the ids of all others, whenever they may have changed. */
  setPeople(ids: readonly string[]): void {
    const now = new Set(ids);
    const before = this.#people;
    this.#people = now;
    if (!before) {
      this.#enteredAt = this.parts.now();
      return;
    }
    if (this.#isEntering()) return;
    const { joined, left } = this.#gathered;
    for (const id of now) {
      if (!before.has(id) && !left.delete(id)) joined.add(id);
    }
    for (const id of before) {
      if (!now.has(id) && !joined.delete(id)) left.add(id);
    }
    if (joined.size + left.size > 0) this.#wait();
  }

  /** Takes the ids of all others whose hands are up. */
  setHands(ids: readonly string[]): void {
    const before = this.#hands;
    this.#hands = new Set(ids);
    if (this.#isEntering() || ids.every((id) => before.has(id))) return;
    this.#gathered.hand = true;
    this.#wait();
  }

  /** Everyone may return under a new id: that is no news. */
  expectReturns(): void {
    this.#people = undefined;
    this.#forget();
  }

  #isEntering(): boolean {
    return !this.#people || this.parts.now() - this.#enteredAt < ENTRY_MS;
  }

  #wait(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.parts.later(() => this.#flush(), GATHER_MS);
  }

  /** One sound for all: a hand asks for something, an arrival does not. */
  #flush(): void {
    this.#waiting = false;
    const { joined, left, hand } = this.#gathered;
    // This person is one of those in the room.
    const large = (this.#people?.size ?? 0) + 1 > LARGE_ROOM;
    this.#forget();
    const due: CallSound[] = [
      ...hand ? ['hand' as const] : [],
      ...joined.size > 0 && !large ? ['joined' as const] : [],
      ...left.size > 0 && !large ? ['left' as const] : [],
    ];
    const sound = due.find((one) => this.parts.wanted(one));
    if (!sound) return;
    const now = this.parts.now();
    const last = this.#playedAt.get(sound);
    if (last !== undefined && now - last < SOUND_PAUSE_MS) return;
    this.#playedAt.set(sound, now);
    this.parts.play(sound);
  }

  #forget(): void {
    this.#gathered = { joined: new Set(), left: new Set(), hand: false };
  }
}
