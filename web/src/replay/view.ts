/** The window of a replay: what it is, the pictures, and the buttons. */

import { el } from '../ui/dom';
import { mark } from '../ui/icons';
import { themeButton } from '../ui/theme';
import { fileAddress } from './address';
import { ReplayBar } from './bar';
import type { Part, Replay } from './manifest';
import { Player } from './player';
import { nameOf, ReplayStage } from './stage';
import { dateWords, lengthWords } from './times';
import { partTrouble, remarks, unrecordedWords } from './words';

/** Shorter waits are not worth a word. */
const WAIT_MS = 400;

export class ReplayView {
  readonly root: HTMLElement;
  readonly player: Player;
  #stage: ReplayStage;
  #bar: ReplayBar;
  #unrecorded = el('p', { class: 'replay-unrecorded' });
  #notes = el('div', { class: 'replay-notes', attrs: { role: 'status' } });
  #heldSinceMs: number | undefined;
  #refused = false;

  constructor(private readonly replay: Replay, private readonly manifest: URL) {
    this.#stage = new ReplayStage(replay, (names) => {
      this.#unrecorded.textContent = unrecordedWords(names);
    });
    this.player = new Player(replay,
      (file) => fileAddress(manifest, file), {
        opened: (part, video) => this.#stage.add(part, video),
        closed: (part) => this.#stage.remove(part),
        failed: (part) => void this.#failed(part),
        ticked: () => this.#paint(),
        refused: () => { this.#refused = true; },
      });
    this.#bar = new ReplayBar(this.player, replay.durationMs);
    this.root = el('main', { class: 'replay' },
      el('header', { class: 'replay-head' }, mark(),
        el('div', { class: 'replay-title' },
          el('h1', {}, titleOf(replay)),
          el('p', { class: 'soft' }, factsOf(replay, manifest))),
        el('span', { class: 'spacer' }), themeButton()),
      this.#notes, this.#stage.root, this.#unrecorded, this.#bar.root);
    for (const remark of remarks(replay)) this.#note(remark);
  }

  focus(): void {
    this.#bar.focus();
  }

  #paint(): void {
    const { clock, atMs } = this.player;
    const nowMs = performance.now();
    if (!clock.playing || !clock.held) this.#heldSinceMs = undefined;
    else this.#heldSinceMs ??= nowMs;
    if (clock.playing && !clock.held) this.#refused = false;
    const waits = this.#heldSinceMs !== undefined &&
      nowMs - this.#heldSinceMs > WAIT_MS;
    this.#stage.setWaiting(this.#refused
      ? 'Your browser waits for you: press Play'
      : waits ? 'Loading…' : '');
    this.#stage.show(atMs);
    this.#bar.paint();
  }

  async #failed(part: Part): Promise<void> {
    const status = await fetch(fileAddress(this.manifest, part.file),
      { headers: { range: 'bytes=0-0' } }).then((answer) => answer.status,
      () => 0);
    this.#note(partTrouble(nameOf(this.replay, part.peerId), part.source,
      status));
  }

  #note(text: string): void {
    const known = [...this.#notes.children].some((one) =>
      one.textContent === text);
    if (!known) this.#notes.append(el('p', {}, text));
  }
}

export function titleOf({ title, room }: Replay): string {
  return title || (room ? `Recording of ${room}` : 'Recording');
}

/** When, how long, by whom; and from where, if that is elsewhere. */
function factsOf(
  { startedAtMs, durationMs, byName }: Replay,
  manifest: URL,
): string {
  return [
    dateWords(startedAtMs), lengthWords(durationMs),
    byName && `recorded by ${byName}`,
    manifest.origin !== location.origin && `from ${manifest.host}`,
  ].filter(Boolean).join(' · ');
}
