/** The buttons of a replay: play, seek, volume, speed, full screen. */

import { shortcutsOn } from '../shortcuts';
import { el } from '../ui/dom';
import { icon, type IconName } from '../ui/icons';
import { nextSpeed, replayCommand, SPEEDS, type ReplayCommand } from './keys';
import type { Player } from './player';
import { clockWords } from './times';

/** Where keys write, or choose. */
const TAKES_KEYS = 'select, input, textarea';
const PRESSABLE = 'button, a[href]';
const VOLUME_STEP = 0.1;

export class ReplayBar {
  readonly root: HTMLElement;
  #play = iconButton('replay-play', () => this.player.toggle());
  #mute = iconButton('replay-mute', () => this.#setMuted(!this.#muted));
  #full = iconButton('full-screen', () => void toggleFullScreen());
  #now = el('span', { class: 'replay-now' });
  #seek: HTMLInputElement;
  #volume: HTMLInputElement;
  #speed: HTMLSelectElement;
  #muted = false;

  constructor(
    private readonly player: Player,
    private readonly durationMs: number,
  ) {
    this.#seek = el('input', {
      type: 'range', class: 'replay-seek', min: '0', max: String(durationMs),
      step: '100', value: '0', attrs: { 'aria-label': 'Position' },
      oninput: () => this.player.seek(Number(this.#seek.value)),
    });
    this.#volume = el('input', {
      type: 'range', class: 'replay-volume', min: '0', max: '1', step: '0.05',
      value: '1', attrs: { 'aria-label': 'Volume' },
      oninput: () => this.#setMuted(false),
    });
    this.#speed = el('select', {
      attrs: { 'aria-label': 'Speed' },
      onchange: () => this.player.setRate(Number(this.#speed.value)),
    }, ...SPEEDS.map((speed) => el('option', { value: String(speed) },
      `${speed}×`)));
    this.#speed.value = '1';
    this.root = el('div', {
      class: 'replay-bar', attrs: { role: 'group', 'aria-label': 'Playback' },
    }, this.#play, this.#now, this.#seek,
    el('span', { class: 'replay-length' }, clockWords(durationMs)),
    el('span', { class: 'replay-sound' }, this.#mute, this.#volume),
    this.#speed, this.#full);
    this.#full.hidden = !document.fullscreenEnabled;
    document.addEventListener('keydown', (event) => this.#key(event));
    document.addEventListener('fullscreenchange', () => this.paint());
    this.paint();
  }

  paint(): void {
    const { atMs, clock } = this.player;
    look(this.#play, clock.playing ? 'pause' : 'play',
      clock.playing ? 'Pause' : 'Play', 'Space');
    look(this.#mute, this.#muted ? 'soundOff' : 'sound',
      this.#muted ? 'Sound on' : 'Sound off', 'M');
    const full = document.fullscreenElement !== null;
    look(this.#full, full ? 'fullScreenOff' : 'fullScreen',
      full ? 'Leave full screen' : 'Full screen', 'F');
    const now = clockWords(atMs);
    if (this.#now.textContent !== now) this.#now.textContent = now;
    this.#seek.value = String(atMs);
    this.#seek.style.setProperty('--done',
      `${(100 * atMs) / Math.max(1, this.durationMs)}%`);
    this.#seek.setAttribute('aria-valuetext',
      `${now} of ${clockWords(this.durationMs)}`);
  }

  focus(): void {
    this.#play.focus();
  }

  #setMuted(muted: boolean): void {
    this.#muted = muted;
    this.player.setVolume(Number(this.#volume.value), muted);
    this.paint();
  }

  #key(event: KeyboardEvent): void {
    const { target, key } = event;
    const command = replayCommand(event, shortcutsOn(localStorage));
    if (!command || !(target instanceof Element)) return;
    // The position moves by seconds, however long the recording is.
    if (target !== this.#seek && target.matches(TAKES_KEYS)) return;
    if (key === ' ' && target.closest(PRESSABLE)) return;
    event.preventDefault();
    this.#run(command);
  }

  #run(command: ReplayCommand): void {
    switch (command.does) {
      case 'toggle': return this.player.toggle();
      case 'start': return this.player.seek(0);
      case 'end': return this.player.seek(this.durationMs);
      case 'skip':
        return this.player.seek(this.player.atMs + command.by * 1000);
      case 'mute': return this.#setMuted(!this.#muted);
      case 'full-screen': return void toggleFullScreen();
      case 'volume':
        this.#volume.value =
          String(Number(this.#volume.value) + command.by * VOLUME_STEP);
        return this.#setMuted(false);
      case 'speed':
        this.#speed.value =
          String(nextSpeed(this.player.clock.rate, command.by));
        return this.player.setRate(Number(this.#speed.value));
    }
  }
}

function iconButton(name: string, run: () => void): HTMLButtonElement {
  return el('button', {
    type: 'button', class: `icon-button ${name}`, onclick: run,
  });
}

/** Draws a button, if it looks otherwise. */
function look(
  button: HTMLButtonElement,
  name: IconName,
  label: string,
  key: string,
): void {
  if (button.getAttribute('aria-label') === label) return;
  button.replaceChildren(icon(name));
  button.setAttribute('aria-label', label);
  button.setAttribute('aria-keyshortcuts', key);
  button.title = `${label} (${key})`;
}

/** A browser may refuse: then all stays as it is. */
async function toggleFullScreen(): Promise<void> {
  await (document.fullscreenElement ? document.exitFullscreen()
    : document.documentElement.requestFullscreen()).catch(() => undefined);
}
