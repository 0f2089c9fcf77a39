/** The buttons of a call. */

import { el, flag } from './dom';
import { icon, type IconName } from './icons';

export interface Controls {
  mic: boolean;
  camera: boolean;
  sharing: boolean;
  /** Chat and reactions: undefined where the server has none. */
  chat: { open: boolean; unread: number; hand: boolean } | undefined;
}

export interface ToolbarActions {
  toggleMic(): void;
  toggleCamera(): void;
  toggleShare(): void;
  micMenu(anchor: HTMLElement): void;
  cameraMenu(anchor: HTMLElement): void;
  toggleChat(): void;
  reactMenu(anchor: HTMLElement): void;
  leave(): void;
}

interface Look {
  icon: IconName;
  label: string;
  off?: boolean;
  active?: boolean;
}

function paint(button: HTMLButtonElement, look: Look): void {
  button.replaceChildren(icon(look.icon));
  button.setAttribute('aria-label', look.label);
  button.title = look.label;
  flag(button, 'data-off', look.off ?? false);
  flag(button, 'data-active', look.active ?? false);
}

function roundButton(run: () => void): HTMLButtonElement {
  return el('button', { type: 'button', class: 'round', onclick: run });
}

function chevron(
  label: string,
  open: (anchor: HTMLElement) => void,
): HTMLButtonElement {
  const button = el('button', {
    type: 'button', class: 'chevron', title: label,
    attrs: {
      'aria-label': label, 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    },
    onclick: () => open(button),
  }, icon('up'));
  return button;
}

export function micLook(on: boolean): Look {
  return on
    ? { icon: 'mic', label: 'Mute (M)' }
    : { icon: 'micOff', label: 'Unmute (M)', off: true };
}

export function cameraLook(on: boolean): Look {
  return on
    ? { icon: 'camera', label: 'Turn camera off (V)' }
    : { icon: 'cameraOff', label: 'Turn camera on (V)', off: true };
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
        chevron('Choose microphone and speaker', (a) => actions.micMenu(a))),
      el('div', { class: 'split' }, this.#camera,
        chevron('Choose camera', (a) => actions.cameraMenu(a))));
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
  #react: HTMLButtonElement;
  #chat: HTMLButtonElement;
  #unread = el('span', { class: 'badge' });

  constructor(actions: ToolbarActions) {
    this.#media = new MediaButtons(actions);
    this.#share = roundButton(() => actions.toggleShare());
    // Phones cannot share their screen from a page.
    this.#share.hidden = !navigator.mediaDevices?.getDisplayMedia;
    this.#react = roundButton(() => actions.reactMenu(this.#react));
    this.#react.setAttribute('aria-haspopup', 'menu');
    this.#chat = roundButton(() => actions.toggleChat());
    const leave = el('button', {
      type: 'button', class: 'round leave', title: 'Leave the call',
      attrs: { 'aria-label': 'Leave the call' },
      onclick: () => actions.leave(),
    }, icon('leave'));
    this.root = el('div', {
      class: 'toolbar', attrs: { role: 'toolbar', 'aria-label': 'Call' },
    }, this.#media.root, this.#share, this.#react, this.#chat,
    leave);
    this.update({
      mic: false, camera: false, sharing: false, chat: undefined,
    });
  }

  update(controls: Controls): void {
    this.#media.update(controls);
    paint(this.#share, {
      icon: 'screen',
      label: controls.sharing
        ? 'Stop sharing your screen' : 'Share your screen',
      active: controls.sharing,
    });
    this.#updateChat(controls.chat);
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
      label: 'React, or raise your hand (H)',
      active: chat.hand,
    });
    paint(this.#chat, {
      icon: 'chat',
      label: chat.unread > 0 ? `Chat, ${chat.unread} new (C)` : 'Chat (C)',
      active: chat.open,
    });
    this.#unread.textContent = chat.unread > 9 ? '9+' : String(chat.unread);
    if (chat.unread > 0) this.#chat.append(this.#unread);
  }
}
