/** Plays the parts of a recording on one clock. */

import { el } from '../ui/dom';
import { rateFor, ReplayClock } from './clock';
import type { Part, Replay } from './manifest';
import { isBlank, partsBetween } from './scene';

/** How often the parts are compared with the clock. */
const TICK_MS = 100;
/** Parts are opened so long before they begin, and closed after they end. */
const AHEAD_MS = 8000;
const AFTER_MS = 1000;
/** Near its end a file has nothing more to wait for. */
const TAIL_MS = 300;
/** While it stands, a part may be off by this much. */
const STILL_MS = 15;
/** Not sooner than this does a part jump again. */
const JUMP_AGAIN_MS = 1500;

export interface PlayerListener {
  /** A part's element is there: it is to be shown, or only heard. */
  opened(part: Part, video: HTMLVideoElement): void;
  closed(part: Part): void;
  /** The part cannot be played; the others go on. */
  failed(part: Part): void;
  /** A moment has passed, or the person has done something. */
  ticked(): void;
  /** The browser plays nothing before the person has clicked. */
  refused(): void;
}

interface Opened {
  part: Part;
  video: HTMLVideoElement;
  failed: boolean;
  jumpedAtMs: number;
}

export class Player {
  readonly clock: ReplayClock;
  #open = new Map<Part, Opened>();
  #volume = 1;
  #muted = false;
  #timer: number;

  constructor(
    private readonly replay: Replay,
    private readonly address: (file: string) => string,
    private readonly listener: PlayerListener,
  ) {
    this.clock = new ReplayClock(replay.durationMs);
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
  }

  get atMs(): number {
    return this.clock.at(performance.now());
  }

  /** How far the parts that play are ahead of the clock, in milliseconds. */
  get drifts(): number[] {
    const atMs = this.atMs;
    return [...this.#open.values()]
      .filter(({ part, video }) => covers(part, atMs) && !video.paused)
      .map((one) => aheadOf(one, atMs));
  }

  toggle(): void {
    if (this.clock.playing) this.clock.pause(performance.now());
    else this.clock.play(performance.now());
    this.#tick();
  }

  seek(toMs: number): void {
    this.clock.seek(toMs, performance.now());
    this.#tick();
  }

  setRate(rate: number): void {
    this.clock.setRate(rate, performance.now());
    this.#tick();
  }

  /** @param volume from 0 to 1 */
  setVolume(volume: number, muted: boolean): void {
    this.#volume = volume;
    this.#muted = muted;
    for (const { video } of this.#open.values()) this.#sound(video);
  }

  close(): void {
    window.clearInterval(this.#timer);
    for (const part of [...this.#open.keys()]) this.#closePart(part);
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.clock.playing && this.clock.atEnd(nowMs)) this.clock.pause(nowMs);
    const atMs = this.clock.at(nowMs);
    this.#openWhatIsNear(atMs);
    const all = [...this.#open.values()].filter(({ failed }) => !failed);
    const now = all.filter(({ part }) => covers(part, atMs));
    this.clock.hold(now.some((one) => !isReady(one, atMs)), nowMs);
    for (const one of all) {
      if (!now.includes(one)) this.#rest(one);
      else if (this.clock.runs) this.#follow(one, atMs, nowMs);
      else this.#stand(one, atMs);
    }
    this.listener.ticked();
  }

  #openWhatIsNear(atMs: number): void {
    const near = new Set(partsBetween(this.replay.parts,
      atMs - AFTER_MS, atMs + AHEAD_MS * this.clock.rate));
    for (const part of [...this.#open.keys()]) {
      if (!near.has(part)) this.#closePart(part);
    }
    for (const part of near) {
      if (!this.#open.has(part)) this.#openPart(part);
    }
  }

  #openPart(part: Part): void {
    const video = el('video', {
      preload: 'auto', playsInline: true, src: this.address(part.file),
      attrs: { 'aria-hidden': 'true' },
    });
    const opened = { part, video, failed: false, jumpedAtMs: -Infinity };
    video.addEventListener('error', () => {
      if (this.#open.get(part) !== opened) return;
      opened.failed = true;
      this.listener.failed(part);
    });
    this.#sound(video);
    this.#open.set(part, opened);
    this.listener.opened(part, video);
  }

  #closePart(part: Part): void {
    const opened = this.#open.get(part);
    this.#open.delete(part);
    this.listener.closed(part);
    // Gives back the connection and the decoder.
    opened?.video.removeAttribute('src');
    opened?.video.load();
  }

  /** It has not begun yet, or is over. */
  #rest({ video }: Opened): void {
    if (!video.paused) video.pause();
  }

  /** All stand: the part goes to where it shall begin. */
  #stand(one: Opened, atMs: number): void {
    const { part, video } = one;
    if (!video.paused) video.pause();
    if (video.seeking || video.readyState < HTMLMediaElement.HAVE_METADATA) {
      return;
    }
    // The file may be shorter than the manifest says.
    const toMs = Math.min(atMs - part.fromMs, lengthOf(one));
    if (Math.abs(video.currentTime * 1000 - toMs) > STILL_MS) {
      video.currentTime = toMs / 1000;
    }
  }

  #follow(one: Opened, atMs: number, nowMs: number): void {
    const { part, video } = one;
    if (video.ended || lengthOf(one) <= atMs - part.fromMs) return;
    if (video.paused) this.#play(video);
    const rate = rateFor(aheadOf(one, atMs), this.clock.rate);
    if (rate !== undefined) {
      if (video.playbackRate !== rate) video.playbackRate = rate;
    } else if (nowMs - one.jumpedAtMs > JUMP_AGAIN_MS) {
      one.jumpedAtMs = nowMs;
      video.currentTime = (atMs - part.fromMs) / 1000;
    }
  }

  #play(video: HTMLVideoElement): void {
    video.playbackRate = this.clock.rate;
    video.play().catch((error: unknown) => {
      const refused = error instanceof DOMException &&
        error.name === 'NotAllowedError';
      if (!refused || !this.clock.playing) return;
      this.clock.pause(performance.now());
      this.listener.refused();
    });
  }

  #sound(video: HTMLVideoElement): void {
    video.volume = this.#volume;
    video.muted = this.#muted;
  }
}

function covers({ fromMs, toMs }: Part, atMs: number): boolean {
  return fromMs <= atMs && atMs < toMs;
}

function aheadOf({ part, video }: Opened, atMs: number): number {
  return video.currentTime * 1000 - (atMs - part.fromMs);
}

/** What the file itself says, which may be less than the manifest does. */
function lengthOf({ video, part }: Opened): number {
  return Number.isFinite(video.duration) ? video.duration * 1000
    : part.toMs - part.fromMs;
}

/** Whether the part can go on for a moment, or has nothing to go on with. */
function isReady(one: Opened, atMs: number): boolean {
  const { part, video } = one;
  if (video.ended || isBlank(part, atMs)) return true;
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA &&
      lengthOf(one) - TAIL_MS <= atMs - part.fromMs) {
    return true;
  }
  return !video.seeking &&
    video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
}
