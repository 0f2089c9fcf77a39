/** What is to be seen and heard at a moment of a recording. Pure. */

import {
  layoutGrid, rowBoxes, rowOptions, screenBoxes, shift, spotlightBoxes,
  stripOptions, type Rect,
} from '../layout';
import type { Part, Replay, Turn } from './manifest';

/** The parts that have a moment between these two in them. */
export function partsBetween(
  parts: readonly Part[],
  fromMs: number,
  toMs: number,
): Part[] {
  return parts.filter((one) => one.fromMs <= toMs && one.toMs > fromMs);
}

/** Whether a part has nothing then: paused, or lost. */
export function isBlank({ blanks }: Part, atMs: number): boolean {
  return blanks.some(([from, to]) => from <= atMs && atMs < to);
}

/** Whether a part has a picture then. */
export function showsPicture(part: Part, atMs: number): boolean {
  return part.hasPicture && !isBlank(part, atMs);
}

/** Who of these had the floor last; undefined if none of them had. */
export function speakerAt(
  turns: readonly Turn[],
  atMs: number,
  present: ReadonlySet<string>,
): string | undefined {
  let speaker: string | undefined;
  for (const turn of turns) {
    if (turn.atMs > atMs) break;
    if (present.has(turn.peerId)) speaker = turn.peerId;
  }
  return speaker;
}

export interface Scene {
  large: Part | undefined;
  /** All others, in an order that does not change as people speak. */
  small: Part[];
  speaker: string | undefined;
  /** Names of those who were there, and of whom nothing is recorded then. */
  unrecorded: string[];
}

/** Whom a person wants to see large. */
export type Pin = Pick<Part, 'peerId' | 'source'>;

export function isPinned(part: Part, pin: Pin | undefined): boolean {
  return part.peerId === pin?.peerId && part.source === pin.source;
}

/** The last screen that began wins, then the speaker, then who is seen. */
export function sceneAt(
  { parts, turns, members, durationMs }: Replay,
  time: number,
  pin?: Pin,
): Scene {
  // The last picture stays when all is over.
  const atMs = Math.min(time, durationMs - 1);
  const now = partsBetween(parts, atMs, atMs);
  const present = new Set(now.map(({ peerId }) => peerId));
  const speaker = speakerAt(turns, atMs, present);
  const cameras = now.filter(({ source }) => source === 'camera');
  const large = now.find((one) => isPinned(one, pin)) ??
    now.filter((one) => one.source === 'screen' && showsPicture(one, atMs))
      .at(-1) ??
    cameras.find(({ peerId }) => peerId === speaker) ??
    cameras.find((one) => showsPicture(one, atMs)) ?? now[0];
  return {
    large,
    small: now.filter((one) => one !== large),
    speaker,
    unrecorded: members.filter(({ peerId, fromMs, toMs }) =>
      fromMs <= atMs && atMs < toMs && !present.has(peerId))
      .map(({ name }) => name),
  };
}

/** Where each goes: the large one first. */
export function boxesFor(
  { large, small }: Scene,
  width: number,
  height: number,
): Rect[] {
  if (!large) return [];
  const count = small.length;
  const wide = width >= height;
  const { stage, strip } = large.source === 'screen'
    ? screenBoxes(count, width, height)
    : wide && width < height * 1.5 ? rowBoxes(count, width, height)
      : spotlightBoxes(count, width, height);
  const inRow = strip.width > strip.height * 1.5;
  const options = inRow && wide ? rowOptions(width, height)
    : stripOptions(width, height);
  return [stage, ...shift(
    layoutGrid(count, strip.width, strip.height, options), strip.x, strip.y)];
}
