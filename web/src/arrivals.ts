/** Whether the streams that are due still arrive. Pure; time is an argument. */

import type { Source } from './signaling';

/** A picture without a new frame for this long stands still. */
export const PICTURE_PATIENCE_MS = 1500;
/** The first frame may take this long: it waits for a key frame. */
export const FIRST_PICTURE_PATIENCE_MS = 5000;
/** A silent microphone still sends a packet every 0.4 s. */
export const VOICE_PATIENCE_MS = 3000;

/** One stream of someone, as it is seen at one moment. */
export interface StreamSight {
  id: string;
  personId: string;
  source: Source;
  /** Changes with each frame or packet that arrives. */
  mark: number | undefined;
  /** It should flow: not paused, not out of sight, not withheld. */
  due: boolean;
  /** The server has said that it receives nothing from the sender. */
  senderSilent: boolean;
}

/** What is wrong with someone's streams. */
export type PersonTrouble =
  'picture-stands' | 'picture-absent' | 'voice-silent' | 'interrupted';

interface Clock extends StreamSight {
  /** When it last moved, or when it became due. */
  atMs: number;
  started: boolean;
}

export class Arrivals {
  #clocks = new Map<string, Clock>();

  update(sights: StreamSight[], nowMs: number): void {
    const before = this.#clocks;
    this.#clocks = new Map(sights.map((sight) =>
      [sight.id, advance(before.get(sight.id), sight, nowMs)]));
  }

  /**
   * When the last of all voices and cameras moved; undefined where none is
   * due. A shared screen without changes may send nothing, so it counts only
   * if it does.
   */
  latestAtMs(): number | undefined {
    const due = [...this.#clocks.values()].filter((clock) => clock.due);
    if (due.every(({ source }) => source.startsWith('screen'))) return undefined;
    return Math.max(...due.map(({ atMs }) => atMs));
  }

  /** How many people should be heard at the moment. */
  voicesDue(): number {
    return new Set([...this.#clocks.values()]
      .filter(({ due, source }) => due && source === 'mic')
      .map(({ personId }) => personId)).size;
  }

  /**
   * @param nothingArrives of anyone. A single voice may be
   *   missing because others are louder, which the server does not tell.
   */
  troubleOf(
    personId: string,
    nowMs: number,
    nothingArrives: boolean,
  ): PersonTrouble | undefined {
    const own = [...this.#clocks.values()].filter((clock) =>
      clock.due && clock.personId === personId);
    const camera = own.find(({ source }) => source === 'camera');
    const voice = own.find(({ source }) => source === 'mic');
    const silent = voice !== undefined &&
      nowMs - voice.atMs >= VOICE_PATIENCE_MS &&
      (nothingArrives || voice.senderSilent);
    if (!camera) return silent ? 'voice-silent' : undefined;
    if (!stands(camera, nowMs)) return undefined;
    if (silent && !nothingArrives) return 'interrupted';
    return camera.started ? 'picture-stands' : 'picture-absent';
  }

  /** Milliseconds since this stream last moved; 0 where it is not due. */
  quietMs(streamId: string, nowMs: number): number {
    const clock = this.#clocks.get(streamId);
    return clock?.due ? nowMs - clock.atMs : 0;
  }
}

function advance(
  before: Clock | undefined,
  sight: StreamSight,
  nowMs: number,
): Clock {
  const moved = sight.mark !== undefined && sight.mark !== before?.mark;
  const begins = !before || (sight.due && !before.due);
  return {
    ...sight,
    atMs: moved || begins ? nowMs : before.atMs,
    // After a pause it waits for a key frame again.
    started: moved || (!begins && before.started),
  };
}

function stands(picture: Clock, nowMs: number): boolean {
  return nowMs - picture.atMs >= (picture.started
    ? PICTURE_PATIENCE_MS : FIRST_PICTURE_PATIENCE_MS);
}
