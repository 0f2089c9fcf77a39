/** The sounds of a call: quiet, and only those that the person wants. */

import { playChime, type Note } from './chime';
import type { Person } from './people_list';
import type { Settings } from './settings';
import { SoundEvents, type CallSound } from './sound_events';

/** A voice in a call is about three times as loud. */
const LOUDNESS = 0.07;

/** Up for coming, down for going, and a call for attention. */
const NOTES: Record<CallSound, readonly Note[]> = {
  joined: [[523.25, 0, 0.16], [783.99, 0.1, 0.4]],
  left: [[659.25, 0, 0.16], [440, 0.1, 0.4]],
  hand: [[880, 0, 0.12], [1174.66, 0.09, 0.2], [880, 0.18, 0.45]],
};

export class CallSounds {
  #events: SoundEvents;
  #closed = false;

  /** @param speaker the id of the chosen speaker; empty for the system's */
  constructor(settings: Settings, private readonly speaker: () => string) {
    this.#events = new SoundEvents({
      play: (sound) => this.#play(sound),
      wanted: (sound) =>
        settings.get(sound === 'hand' ? 'handSound' : 'joinSound'),
      later: (run, ms) => { setTimeout(run, ms); },
      now: () => performance.now(),
    });
  }

  setPeople(people: readonly Person[]): void {
    this.#events.setPeople(people.filter(({ isSelf }) => !isSelf)
      .map(({ id }) => id));
  }

  setHands(ids: ReadonlySet<string>): void {
    this.#events.setHands([...ids].filter((id) => id !== 'self'));
  }

  expectReturns(): void {
    this.#events.expectReturns();
  }

  close(): void {
    this.#closed = true;
  }

  #play(sound: CallSound): void {
    if (this.#closed) return;
    playChime(NOTES[sound], { loudness: LOUDNESS, speaker: this.speaker() })
      .catch((error: unknown) => console.info('No sound', error));
  }
}
