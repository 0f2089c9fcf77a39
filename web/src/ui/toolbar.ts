/** The buttons of a call. */

import type { ShareState } from '../screen_share';
import { el, flag } from './dom';
import { icon, type IconName } from './icons';
import type { MenuAction } from './menu';
import { Overflow } from './overflow';
import { Roving } from './roving';

/** What a button shows and does. */
export interface Look {
  icon: IconName;
  label: string;
  /** The key that does the same. */
  key?: string;
  off?: boolean;
  active?: boolean;
}

export interface Controls {
  mic: boolean;
  camera: boolean;
  /** What is shared of this person's screen. */
  share: ShareState | undefined;
  /** Chat and reactions: undefined where the server has none. */
  chat: { open: boolean; unread: number; hand: boolean } | undefined;
  /** Undefined for those who may not record, or cannot here. */
  record: Look | undefined;
}

export interface ToolbarActions {
  toggleMic(): void;
  toggleCamera(): void;
  toggleShare(): void;
  micMenu(anchor: HTMLElement): void;
  cameraMenu(anchor: HTMLElement): void;
  toggleChat(): void;
  reactMenu(anchor: HTMLElement): void;
  toggleRecording(): void;
  /** What "More" offers besides buttons that have no room. */
  more(): MenuAction[];
  leave(): void;
}

export function paint(button: HTMLButtonElement, look: Look): void {
  button.replaceChildren(icon(look.icon));
  button.setAttribute('aria-label', look.label);
  button.title = look.key ? `${look.label} (${look.key})` : look.label;
  if (look.key) button.setAttribute('aria-keyshortcuts', look.key);
  flag(button, 'data-off', look.off ?? false);
  flag(button, 'data-active', look.active ?? false);
}

export function roundButton(run: () => void): HTMLButtonElement {
  return el('button', { type: 'button', class: 'round', onclick: run });
}

/** The narrow button beside a round one, which opens a menu. */
export function chevron(
  label: string,
  name: IconName,
  open: (anchor: HTMLElement) => void,
): HTMLButtonElement {
  const button = el('button', {
    type: 'button', class: 'chevron', title: label,
    attrs: {
      'aria-label': label, 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    },
    onclick: () => open(button),
  }, icon('up'));
  // In the menu "More" it is told apart by the icon of what it chooses.
  button.dataset['icon'] = name;
  return button;
}

export function micLook(on: boolean): Look {
  return on
    ? { icon: 'mic', label: 'Mute', key: 'M' }
    : { icon: 'micOff', label: 'Unmute', key: 'M', off: true };
}

export function cameraLook(on: boolean): Look {
  return on
    ? { icon: 'camera', label: 'Turn camera off', key: 'V' }
    : { icon: 'cameraOff', label: 'Turn camera on', key: 'V', off: true };
}

/** Microphone and camera buttons with device menus; the lobby has them too. */
export class MediaButtons {
  readonly root: HTMLElement;
  #mic: HTMLButtonElement;
  #camera: HTMLButtonElement;

  constructor(actions: Pick<ToolbarActions,
    'toggleMic' | 'toggleCamera' | 'micMenu' | 'cameraMenu'>) {
    this.#mic = roundButton(() => actions.toggleMic());
    this.#camera = roundButton(() => actions.toggleCamera());
    this.root = el('div', { class: 'media-buttons' },
      el('div', { class: 'split' }, this.#mic,
        chevron('Choose microphone and speaker', 'mic',
          (a) => actions.micMenu(a))),
      el('div', { class: 'split' }, this.#camera,
        chevron('Choose camera', 'camera', (a) => actions.cameraMenu(a))));
    this.update({ mic: false, camera: false });
  }

  update({ mic, camera }: { mic: boolean; camera: boolean }): void {
    paint(this.#mic, micLook(mic));
    paint(this.#camera, cameraLook(camera));
  }
}

export class Toolbar {
  readonly root: HTMLElement;
  #media: MediaButtons;
  #share: HTMLButtonElement;
  #record: HTMLButtonElement;
  #react: HTMLButtonElement;
  #chat: HTMLButtonElement;
  #unread = el('span', { class: 'badge', attrs: { 'aria-hidden': 'true' } });
  #overflow: Overflow;
  #roving: Roving;

  /** @param elsewhere buttons that go into "More" where they are not shown */
  constructor(
    actions: ToolbarActions,
    elsewhere: () => HTMLButtonElement[] = () => [],
  ) {
    this.#media = new MediaButtons(actions);
    this.#share = roundButton(() => actions.toggleShare());
    // Phones cannot share their screen from a page.
    this.#share.hidden = !navigator.mediaDevices?.getDisplayMedia;
    this.#record = roundButton(() => actions.toggleRecording());
    this.#record.classList.add('record');
    this.#react = roundButton(() => actions.reactMenu(this.#react));
    this.#react.setAttribute('aria-haspopup', 'menu');
    this.#chat = roundButton(() => actions.toggleChat());
    const leave = el('button', {
      type: 'button', class: 'round leave', title: 'Leave the call',
      attrs: { 'aria-label': 'Leave the call' },
      onclick: () => actions.leave(),
    }, icon('leave'));
    this.root = el('div', {
      class: 'toolbar', id: 'toolbar',
      attrs: { role: 'toolbar', 'aria-label': 'Call' },
    }, this.#media.root, this.#share, this.#record, this.#react, this.#chat,
    leave);
    this.#roving = new Roving(this.root, () => this.#buttons());
    this.#overflow = new Overflow(this.root, () => this.#leaving(), elsewhere,
      () => this.#roving.refresh(), () => actions.more());
    leave.before(this.#overflow.button);
    this.update({
      mic: false, camera: false, share: undefined, chat: undefined,
      record: undefined,
    });
  }

  update(controls: Controls): void {
    this.#media.update(controls);
    paint(this.#share, {
      icon: 'screen',
      label: controls.share
        ? 'Stop sharing your screen' : 'Share your screen',
      active: controls.share !== undefined,
    });
    this.#record.hidden = !controls.record;
    if (controls.record) paint(this.#record, controls.record);
    this.#updateChat(controls.chat);
    this.#overflow.fit();
  }

  /** Moves the keyboard to the button that had it last, or to the first. */
  focus(): void {
    this.#roving.focus();
  }

  /** The button of the chat, or what stands for it where it has no room. */
  get chatButton(): HTMLElement {
    return this.#chat.hasAttribute('data-overflown')
      ? this.#overflow.button : this.#chat;
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.root.querySelectorAll('button')];
  }

  /** Narrow windows keep microphone, camera, "More" and leaving. */
  #leaving(): HTMLButtonElement[] {
    const kept = [this.#overflow.button, ...this.root.querySelectorAll(
      '.leave, .split .round')];
    const rank = (button: HTMLButtonElement) =>
      button.matches('.chevron') ? 0 : button === this.#chat ? 2 : 1;
    return this.#buttons().filter((button) => !kept.includes(button))
      .sort((one, other) => rank(one) - rank(other));
  }

  #updateChat(chat: Controls['chat']): void {
    this.#react.hidden = !chat;
    flag(this.#chat, 'data-absent', !chat);
    if (!chat) {
      return paint(this.#chat, {
        icon: 'chat', label: 'This server has no chat',
      });
    }
    paint(this.#react, {
      icon: chat.hand ? 'hand' : 'smile',
      label: 'React, or raise your hand',
      key: 'H',
      active: chat.hand,
    });
    paint(this.#chat, {
      icon: 'chat',
      label: chat.unread > 0 ? `Chat, ${chat.unread} new` : 'Chat',
      key: 'C',
      active: chat.open,
    });
    this.#unread.textContent = chat.unread > 9 ? '9+' : String(chat.unread);
    if (chat.unread > 0) this.#chat.append(this.#unread);
  }
}
