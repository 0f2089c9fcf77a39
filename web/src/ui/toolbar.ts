/** The buttons of a call. */

import { el, flag } from './dom';
import { icon, type IconName } from './icons';

export interface Controls {
  mic: boolean;
  camera: boolean;
  sharing: boolean;
}

export interface ToolbarActions {
  toggleMic(): void;
  toggleCamera(): void;
  toggleShare(): void;
  micMenu(anchor: HTMLElement): void;
  cameraMenu(anchor: HTMLElement): void;
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

  constructor(actions: ToolbarActions) {
    this.#media = new MediaButtons(actions);
    this.#share = roundButton(() => actions.toggleShare());
    // Phones cannot share their screen from a page.
    this.#share.hidden = !navigator.mediaDevices?.getDisplayMedia;
    const leave = el('button', {
      type: 'button', class: 'round leave', title: 'Leave the call',
      attrs: { 'aria-label': 'Leave the call' },
      onclick: () => actions.leave(),
    }, icon('leave'));
    this.root = el('div', {
      class: 'toolbar', attrs: { role: 'toolbar', 'aria-label': 'Call' },
    }, this.#media.root, this.#share, leave);
    this.update({ mic: false, camera: false, sharing: false });
  }

  update(controls: Controls): void {
    this.#media.update(controls);
    paint(this.#share, {
      icon: 'screen',
      label: controls.sharing ? 'Stop sharing your screen' : 'Share your screen',
      active: controls.sharing,
    });
  }
}
