/** Plays everyone's voice, on the chosen speaker. */

import type { Person } from '../people_list';
import { el } from './dom';

export class AudioOut {
  #root = el('div', { hidden: true });
  #players = new Map<string, HTMLAudioElement>();
  #speaker = '';

  constructor(private readonly blocked: () => void) {
    document.body.append(this.#root);
  }

  static canChoose(): boolean {
    return 'setSinkId' in HTMLMediaElement.prototype;
  }

  get speaker(): string {
    return this.#speaker;
  }

  setPeople(people: Person[]): void {
    const voices = new Map(people
      .flatMap(({ id, audio, screenSound }) =>
        [[id, audio], [`screen of ${id}`, screenSound]] as const)
      .flatMap(([id, track]) => (track ? [[id, track] as const] : [])));
    for (const [id, player] of this.#players) {
      if (voices.has(id)) continue;
      player.srcObject = null;
      player.remove();
      this.#players.delete(id);
    }
    for (const [id, track] of voices) this.#play(id, track);
  }

  choose(deviceId: string): void {
    this.#speaker = deviceId;
    for (const player of this.#players.values()) this.#route(player);
  }

  /** Starts what the browser refused to play before a click. */
  resume(): void {
    for (const player of this.#players.values()) void player.play();
  }

  close(): void {
    this.setPeople([]);
    this.#root.remove();
  }

  #play(id: string, track: MediaStreamTrack): void {
    let player = this.#players.get(id);
    if (!player) {
      player = el('audio', { autoplay: true });
      this.#players.set(id, player);
      this.#root.append(player);
      this.#route(player);
    }
    const current = player.srcObject as MediaStream | null;
    if (current?.getTracks()[0] === track) return;
    player.srcObject = new MediaStream([track]);
    player.play().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : '';
      if (name === 'NotAllowedError') this.blocked();
    });
  }

  #route(player: HTMLAudioElement): void {
    if (!this.#speaker || !AudioOut.canChoose()) return;
    player.setSinkId(this.#speaker).catch((error: unknown) =>
      console.warn('Cannot use that speaker', error));
  }
}
