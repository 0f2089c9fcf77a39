/** The room before the room: see and hear yourself, choose a name, join. */

import { openCheck } from '../check/offer';
import type { LocalMedia, LocalSource } from '../local_media';
import { MicMeter } from '../mic_meter';
import { findRoomFault } from '../rooms';
import { meterLevel } from '../speaking';
import { explainMedia, explainWaiting, type Explanation } from '../words';
import { el, flag, showTrack } from './dom';
import { icon, mark } from './icons';
import { copyButton, errorBox, type ErrorLink } from './notice';
import { themeButton } from './theme';
import { speakerButtons } from './speaker_buttons';
import { MediaButtons } from './toolbar';

const SOURCES = ['camera', 'mic'] as const;
const DEVICES = { camera: 'camera', mic: 'microphone' };

export interface LobbyOptions {
  /** As the address has it, even if it cannot be a room's name. */
  room: string;
  name: string;
  /** A token says who this is: the name cannot be changed. */
  known: boolean;
  /** Whom the token names, where it leaves the name open. */
  user: string;
  /** True for someone who followed an invitation. */
  invited: boolean;
  media: LocalMedia;
  /** The room that a text names; empty if it cannot be a room's name. */
  roomOf(text: string): string;
  linkFor(room: string): string;
  join(name: string, room: string): Promise<void>;
  deviceMenu(source: LocalSource, anchor: HTMLElement): void;
  speakerMenu(anchor: HTMLElement): void;
  /** Resolves when the test sound has ended. */
  testSpeaker(): Promise<void>;
  openSettings(): void;
}

export class Lobby {
  readonly root: HTMLElement;
  #video = el('video', { muted: true, autoplay: true, playsInline: true });
  #hint = el('div', { class: 'preview-hint', attrs: { role: 'status' } });
  #meterBar = el('i');
  #meter = new MicMeter();
  #buttons: MediaButtons;
  #preview: HTMLElement;
  #name = el('input', {
    id: 'name', type: 'text', maxLength: 40, required: true,
    autocomplete: 'name', placeholder: 'How others will see you',
  });
  #room = el('input', {
    id: 'room', type: 'text', required: true, autocomplete: 'off',
    spellcheck: false, attrs: { 'aria-describedby': 'room-fault' },
    oninput: () => this.#checkRoom(),
  });
  #roomFault = el('div', {
    id: 'room-fault', class: 'form-error', attrs: { role: 'alert' },
  });
  #copy: HTMLButtonElement;
  #join = el('button', { type: 'submit', class: 'button primary wide' },
    'Join now');
  #error = el('div', { class: 'form-error', attrs: { role: 'alert' } });
  #errors: Partial<Record<LocalSource, unknown>> = {};
  /** What the browser has not given or refused yet. */
  #waiting = new Set<LocalSource>();
  /** Whether the browser may be asking the person. */
  #asks = true;
  #frame = 0;
  #joining = false;
  #forget: () => void;

  constructor(private readonly options: LobbyOptions) {
    const { media } = options;
    this.#buttons = new MediaButtons({
      toggleMic: () => this.toggle('mic'),
      toggleCamera: () => this.toggle('camera'),
      micMenu: (anchor) => options.deviceMenu('mic', anchor),
      cameraMenu: (anchor) => options.deviceMenu('camera', anchor),
    });
    this.#preview = el('div', { class: 'preview' }, this.#video, this.#hint,
      el('div', {
        class: 'meter', attrs: { 'aria-hidden': 'true' },
        title: 'Your microphone',
      }, this.#meterBar),
      this.#buttons.root);
    this.#buttons.root.append(speakerButtons(options));
    this.#name.value = options.name;
    this.#name.readOnly = options.known;
    this.#room.value = options.room;
    this.#copy = copyButton(() => options.linkFor(this.#roomName), 'button');
    this.#error.hidden = true;
    this.#checkRoom();
    this.root = el('main', { class: 'lobby' }, this.#head(),
      el('div', { class: 'lobby-body' }, this.#preview, this.#form()));
    this.#forget = media.onChange(() => this.#paint());
    this.#paint();
    this.#animate();
  }

  /** Opens camera and microphone, and says what keeps them from starting. */
  async start(wanted: readonly LocalSource[] = SOURCES): Promise<void> {
    for (const source of wanted) this.#waiting.add(source);
    void this.#lookForQuestion();
    this.#paint();
    const errors = await this.options.media.start(wanted);
    this.#waiting.clear();
    this.setErrors(errors);
  }

  /** Reports what kept camera or microphone from starting. */
  setErrors(errors: Partial<Record<LocalSource, unknown>>): void {
    this.#errors = errors;
    this.#paint();
  }

  /** Says why joining failed, or would, and where there is a way out. */
  showError(
    explanation: Explanation,
    link?: ErrorLink,
    offerCheck = false,
  ): void {
    this.#error.replaceChildren(...errorBox(explanation, link),
      ...offerCheck ? [checkButton('Check your connection', 'small')] : []);
    this.#error.hidden = false;
  }

  toggle(source: LocalSource): void {
    delete this.#errors[source];
    this.#waiting.add(source);
    void this.#lookForQuestion();
    this.#paint();
    this.options.media.toggle(source).catch((error: unknown) => {
      this.#errors[source] = error;
    }).finally(() => {
      this.#waiting.delete(source);
      this.#paint();
    });
  }

  close(): void {
    this.#forget();
    cancelAnimationFrame(this.#frame);
    this.#meter.close();
    showTrack(this.#video, null);
  }

  #head(): HTMLElement {
    return el('header', { class: 'lobby-head' }, mark(),
      el('span', { class: 'wordmark' }, 'Troupe'),
      el('span', { class: 'spacer' }),
      el('button', {
        type: 'button', class: 'icon-button', title: 'Settings (,)',
        attrs: {
          'aria-label': 'Settings', 'aria-haspopup': 'dialog',
          'aria-keyshortcuts': ',',
        },
        onclick: () => this.options.openSettings(),
      }, icon('gear')), themeButton());
  }

  get #roomName(): string {
    return this.options.roomOf(this.#room.value);
  }

  /** Says what is wrong with the room's name. Returns whether it can be used. */
  #checkRoom(): boolean {
    const usable = this.#roomName !== '';
    const fault = usable ? undefined : findRoomFault(this.#room.value);
    this.#roomFault.replaceChildren(...fault ? errorBox(fault) : []);
    this.#roomFault.hidden = !fault;
    this.#room.setAttribute('aria-invalid', String(!usable));
    this.#copy.disabled = !usable;
    return usable;
  }

  /** Without an answer of the browser it may be asking. */
  async #lookForQuestion(): Promise<void> {
    try {
      const name = 'camera' as PermissionName;
      const { state } = await navigator.permissions.query({ name });
      this.#asks = state !== 'granted';
      this.#paint();
    } catch {
      // This browser does not tell.
    }
  }

  #form(): HTMLElement {
    const { invited, user } = this.options;
    const room = this.#roomName;
    const lead = invited && room
      ? ['You are invited to ', el('b', {}, room), '.']
      : ['Check your picture, choose a name, and begin.'];
    return el('form', {
      class: 'lobby-form',
      onsubmit: (event: Event) => {
        event.preventDefault();
        void this.submit();
      },
    },
    el('h1', {}, 'Places, please.'),
    el('p', { class: 'lead' }, ...lead),
    el('label', { htmlFor: 'name' }, 'Your name'), this.#name,
    user !== '' && el('p', { class: 'field-note' },
      'You are invited as ', el('b', {}, user), '.'),
    el('label', { htmlFor: 'room' }, 'Room'),
    el('div', { class: 'room-row' }, this.#room, this.#copy),
    this.#roomFault, this.#error, this.#join, checkButton(
      'Check camera, microphone and network', 'quiet check-link'));
  }

  /**
   * Joins with what the form says, and that name if there is one. Returns
   * whether it could try: the name or the room may be missing.
   */
  async submit(given?: string): Promise<boolean> {
    if (this.#joining) return true;
    if (given && !this.options.known) this.#name.value = given;
    const missing = this.#missing();
    if (missing) {
      missing.focus();
      return false;
    }
    this.#error.hidden = true;
    this.#busy(true);
    try {
      await this.options.join(this.#name.value.trim(), this.#roomName);
    } finally {
      this.#busy(false);
    }
    return true;
  }

  /** The field that has to be filled in. */
  #missing(): HTMLElement | undefined {
    if (this.#name.value.trim() === '') return this.#name;
    return this.#checkRoom() ? undefined : this.#room;
  }

  #busy(on: boolean): void {
    this.#joining = on;
    // A disabled button would lose the focus.
    this.#join.setAttribute('aria-disabled', String(on));
    this.#join.textContent = on ? 'Joining…' : 'Join now';
  }

  #paint(): void {
    const { media } = this.options;
    const camera = media.isOn('camera') ? media.track('camera') : null;
    showTrack(this.#video, camera);
    flag(this.#preview, 'data-camera-off', !camera);
    flag(this.#preview, 'data-mic-off', !media.isOn('mic'));
    this.#buttons.update({ mic: media.isOn('mic'), camera: !!camera });
    this.#meter.follow(media.track('mic'));
    this.#paintHint(!!camera);
  }

  #paintHint(hasPicture: boolean): void {
    const trouble = SOURCES
      .filter((source) => this.#errors[source] !== undefined)
      .map((source) => explainMedia(this.#errors[source], DEVICES[source]));
    const awaited = SOURCES.filter((source) => this.#waiting.has(source) &&
      !this.options.media.isOn(source));
    if (awaited.length > 0) {
      trouble.push(explainWaiting(
        awaited.map((source) => DEVICES[source]).join(' and '), this.#asks));
    }
    const lines = trouble.map(({ title, detail }) =>
      el('p', {}, el('strong', {}, title), el('span', {}, detail)));
    if (lines.length === 0 && !hasPicture) {
      lines.push(el('p', {}, el('strong', {}, 'Your camera is off')));
    }
    this.#hint.replaceChildren(...lines);
    this.#hint.hidden = lines.length === 0;
  }

  #animate(): void {
    const level = this.options.media.isOn('mic') ? this.#meter.level() : 0;
    this.#meterBar.style.transform = `scaleX(${meterLevel(level).toFixed(3)})`;
    this.#frame = requestAnimationFrame(() => this.#animate());
  }
}

function checkButton(text: string, kind: string): HTMLButtonElement {
  return el('button', {
    type: 'button', class: `button ${kind}`, onclick: openCheck,
  }, text);
}
