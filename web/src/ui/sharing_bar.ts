/** What a presenter sees of the own share: a small picture, and buttons. */

import { sharingWords } from '../moderation_words';
import type { ShareState } from '../screen_share';
import { surfaceWords, type ScreenContent } from '../screen_words';
import { el, flag, showTrack } from './dom';
import { icon, type IconName } from './icons';

export interface SharingActions {
  choose(): void;
  pause(paused: boolean): void;
  setContent(content: ScreenContent): void;
  stop(): void;
}

const CONTENTS: ReadonlyArray<[ScreenContent, string, string]> = [
  ['text', 'Text', 'Text and slides: stays sharp, may move less'],
  ['film', 'Film', 'Film and animation: moves well, may be less sharp'],
];

export class SharingBar {
  readonly root: HTMLElement;
  #title = el('span', { class: 'sharing-title' }, sharingWords([]));
  #surface = el('span', { class: 'sharing-surface' });
  #video = el('video', {
    class: 'sharing-preview', muted: true, autoplay: true, playsInline: true,
    attrs: { 'aria-label': 'What the others see of your screen' },
  });
  #pause: HTMLButtonElement;
  #preview: HTMLButtonElement;
  #contents = new Map<ScreenContent, HTMLButtonElement>();
  #state: ShareState | undefined;
  /** What the person wants; undefined: shown unless it shows itself. */
  #wanted: boolean | undefined;

  constructor(private readonly actions: SharingActions) {
    this.#pause = barButton(() => actions.pause(!this.#state?.paused));
    this.#preview = barButton(() => {
      this.#wanted = !this.#previewing;
      this.#paint();
    });
    const change = barButton(() => actions.choose());
    paint(change, 'swap', 'Change what you share', 'Change');
    this.root = el('div', { class: 'banner sharing' },
      this.#video,
      el('div', { class: 'sharing-words' }, this.#title, this.#surface),
      this.#contentChoice(),
      el('div', { class: 'sharing-buttons' },
        this.#preview, this.#pause, change,
        el('button', {
          type: 'button', class: 'button small sharing-stop',
          onclick: () => actions.stop(),
        }, 'Stop')));
    this.root.hidden = true;
  }

  /** Says who shares besides. */
  setOthers(names: readonly string[]): void {
    const words = sharingWords(names);
    if (this.#title.textContent !== words) this.#title.textContent = words;
  }

  /** Shows the share; undefined: nothing is shared. */
  show(state: ShareState | undefined): void {
    if (!state || state.picture !== this.#state?.picture) {
      this.#wanted = undefined;
    }
    this.#state = state;
    this.root.hidden = state === undefined;
    this.#paint();
  }

  get #previewing(): boolean {
    return this.#state !== undefined &&
      (this.#wanted ?? !this.#state.showsItself);
  }

  #paint(): void {
    const state = this.#state;
    const previewing = this.#previewing;
    showTrack(this.#video, state && previewing ? state.picture : null);
    this.#video.hidden = !previewing;
    if (!state) return;
    flag(this.root, 'data-paused', state.paused);
    this.#surface.textContent = state.paused
      ? `${surfaceWords(state.surface)} · Paused`
      : surfaceWords(state.surface);
    paint(this.#pause, state.paused ? 'play' : 'pause',
      state.paused ? 'Go on sharing' : 'Pause sharing',
      state.paused ? 'Go on' : 'Pause');
    paint(this.#preview, previewing ? 'eyeOff' : 'eye',
      previewing ? 'Hide the preview' : 'Show the preview');
    for (const [content, button] of this.#contents) {
      button.setAttribute('aria-pressed', String(content === state.content));
    }
  }

  #contentChoice(): HTMLElement {
    return el('div', {
      class: 'sharing-content',
      attrs: { role: 'group', 'aria-label': 'What your screen shows' },
    }, ...CONTENTS.map(([content, label, title]) => {
      const button = el('button', {
        type: 'button', title, attrs: { 'aria-pressed': 'false' },
        onclick: () => this.actions.setContent(content),
      }, label);
      this.#contents.set(content, button);
      return button;
    }));
  }
}

function barButton(run: () => void): HTMLButtonElement {
  return el('button', {
    type: 'button', class: 'button small quiet', onclick: run,
  });
}

function paint(
  button: HTMLButtonElement,
  name: IconName,
  label: string,
  text = '',
): void {
  if (button.getAttribute('aria-label') === label) return;
  button.setAttribute('aria-label', label);
  button.title = label;
  button.replaceChildren(icon(name), ...text ? [el('span', {}, text)] : []);
}
