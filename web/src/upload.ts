/** Whether what this person sends still reaches the server. Pure. */

import { Mark } from './watched_time';

/** The server reports on each stream about once a second. */
export const REPORT_PATIENCE_MS = 5000;
/** ICE calls a path disconnected after some missing answers already. */
export const PATH_PATIENCE_MS = 1000;
/** Frames of the camera are counted once a second. */
export const CAMERA_PATIENCE_MS = 3000;

export type SelfTrouble =
  'unseen' | 'unheard' | 'unseen-and-unheard' | 'camera-stands';

export interface UploadSigns {
  voice: boolean;
  picture: boolean;
  /** ICE has given up the path. */
  pathLost: boolean;
  /** Packets sent so far. */
  packets: number;
  /** Changes with each RTCP report that the server sends. */
  reports: number;
  /** Frames of the camera so far; undefined if the browser does not tell. */
  frames: number | undefined;
}

export class UploadWatch {
  #reports = new Mark();
  #packets = new Mark();
  #frames = new Mark();
  #sendingSince: number | undefined;
  #lostSince: number | undefined;
  #pictureSince: number | undefined;

  /**
   * @param outage nothing gets through to the server at all
   * @param nowMs watched time (WatchedTime)
   */
  update(
    signs: UploadSigns,
    outage: boolean,
    nowMs: number,
  ): SelfTrouble | undefined {
    const sending = signs.voice || signs.picture;
    this.#reports.see(signs.reports, nowMs);
    this.#packets.see(signs.packets, nowMs);
    this.#sendingSince = sending ? this.#sendingSince ?? nowMs : undefined;
    this.#lostSince = signs.pathLost ? this.#lostSince ?? nowMs : undefined;
    const cameraStands = this.#cameraStands(signs, nowMs);
    if (!sending) return undefined;
    if (outage || this.#pathLost(nowMs) || this.#unreported(nowMs)) {
      if (!signs.voice) return 'unseen';
      return signs.picture ? 'unseen-and-unheard' : 'unheard';
    }
    return cameraStands ? 'camera-stands' : undefined;
  }

  #pathLost(nowMs: number): boolean {
    return this.#lostSince !== undefined &&
      nowMs - this.#lostSince >= PATH_PATIENCE_MS;
  }

  /** Packets leave, and no report comes. */
  #unreported(nowMs: number): boolean {
    const from = Math.max(this.#reports.atMs, this.#sendingSince ?? nowMs);
    return nowMs - from >= REPORT_PATIENCE_MS &&
      nowMs - this.#packets.atMs < REPORT_PATIENCE_MS;
  }

  #cameraStands({ picture, frames }: UploadSigns, nowMs: number): boolean {
    if (!picture || frames === undefined) {
      this.#pictureSince = undefined;
      return false;
    }
    this.#pictureSince ??= nowMs;
    this.#frames.see(frames, nowMs);
    return nowMs - Math.max(this.#frames.atMs, this.#pictureSince) >=
      CAMERA_PATIENCE_MS;
  }
}
