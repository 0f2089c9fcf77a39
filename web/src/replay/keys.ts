/** The keys of a replay. Pure. */

import type { KeyPress } from '../shortcuts';

export type ReplayCommand =
  | { does: 'toggle' | 'mute' | 'full-screen' | 'start' | 'end' }
  /** Seconds. */
  | { does: 'skip'; by: number }
  /** Steps. */
  | { does: 'volume' | 'speed'; by: number };

const COMMANDS: Record<string, ReplayCommand> = {
  ' ': { does: 'toggle' },
  k: { does: 'toggle' },
  arrowleft: { does: 'skip', by: -5 },
  arrowright: { does: 'skip', by: 5 },
  j: { does: 'skip', by: -10 },
  l: { does: 'skip', by: 10 },
  home: { does: 'start' },
  end: { does: 'end' },
  arrowup: { does: 'volume', by: 1 },
  arrowdown: { does: 'volume', by: -1 },
  m: { does: 'mute' },
  f: { does: 'full-screen' },
  '<': { does: 'speed', by: -1 },
  '>': { does: 'speed', by: 1 },
};

/** @param letters whether keys that write something count */
export function replayCommand(
  { key, ctrlKey, metaKey, altKey, repeat }: KeyPress,
  letters: boolean,
): ReplayCommand | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (!letters && key.length === 1 && key !== ' ') return undefined;
  const command = COMMANDS[key.toLowerCase()];
  // A held key goes on and on where that has a sense.
  return repeat && command?.does !== 'skip' && command?.does !== 'volume'
    ? undefined : command;
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** The speed so many steps faster; the last one at either end. */
export function nextSpeed(now: number, by: number): number {
  const at = SPEEDS.findIndex((one) => one === now);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + by))] ?? 1;
}
