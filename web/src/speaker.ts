/** Which speaker the others are heard on, and a sound to try it with. */

import { playChime } from './chime';

const KEY = 'troupe.speaker';
/** Two notes, as a door chime: frequency in Hz, begin and end in seconds. */
const CHIME = [[659.25, 0, 0.5], [523.25, 0.28, 1.1]] as const;
const LOUDNESS = 0.25;

export class Speaker {
  /** @param chosen is called with each device that is chosen */
  constructor(private readonly chosen: (deviceId: string) => void =
    () => undefined) {}

  /** The device's id; empty for the system's choice. */
  get id(): string {
    return localStorage.getItem(KEY) ?? '';
  }

  choose(deviceId: string): void {
    localStorage.setItem(KEY, deviceId);
    this.chosen(deviceId);
  }

  /** Plays the sound; resolves when it has ended. */
  test(): Promise<void> {
    return playChime(CHIME, { loudness: LOUDNESS, speaker: this.id });
  }
}
