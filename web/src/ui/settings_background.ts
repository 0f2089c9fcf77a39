/** The settings' page "Background": what is behind the own picture. */

import { cameraBackground } from '../background';
import { LIMIT_MS } from '../background/budget';
import { addressOf, CHOICES, OWN, PICTURES } from '../background/looks';
import { keepOwnPicture, ownPicture } from '../background/own_picture';
import { settings } from '../settings';
import { el, showTrack } from './dom';
import { icon } from './icons';
import { errorBox } from './notice';
import type {
  OpenSection, SettingsContext, SettingsSection,
} from './settings_section';

class BackgroundSection implements OpenSection {
  readonly root: HTMLElement;
  #video = el('video', {
    muted: true, autoplay: true, playsInline: true,
    attrs: { 'aria-label': 'Your picture' },
  });
  #hint = el('p', { class: 'background-hint' });
  #file = el('input', {
    type: 'file', accept: 'image/*', hidden: true,
    onchange: () => void this.#take(),
  });
  #group = el('div', {
    class: 'background-choices',
    attrs: { role: 'radiogroup', 'aria-label': 'Background' },
  });
  #pace = el('p', { class: 'background-pace' });
  #trouble = el('div', { class: 'form-error', attrs: { role: 'alert' } });
  /** The file that was chosen last cannot be used. */
  #fileFault = false;
  #ownAddress = '';
  #closed = false;
  #ends: Array<() => void>;

  constructor(private readonly context: SettingsContext) {
    this.root = el('div', { class: 'background-section' },
      el('div', { class: 'background-preview' }, this.#video, this.#hint),
      this.#trouble, this.#group, this.#file,
      el('button', {
        type: 'button', class: 'button', onclick: () => this.#file.click(),
      }, icon('attach'), 'Choose a picture…'),
      this.#pace);
    this.#ends = [
      context.media.onChange(() => this.#paint()),
      cameraBackground().onChange(() => this.#paint()),
      settings().onChange(() => this.#paintChoices()),
    ];
    this.#paint();
    this.#paintChoices();
    void this.#findOwn();
  }

  close(): void {
    this.#closed = true;
    this.#ends.forEach((end) => end());
    showTrack(this.#video, null);
    URL.revokeObjectURL(this.#ownAddress);
  }

  async #findOwn(): Promise<void> {
    const picture = await ownPicture();
    if (!picture || this.#closed) return;
    URL.revokeObjectURL(this.#ownAddress);
    this.#ownAddress = URL.createObjectURL(picture);
    this.#paintChoices();
  }

  /** Takes a picture from the disk and shows it. */
  async #take(): Promise<void> {
    const file = this.#file.files?.[0];
    this.#file.value = '';
    if (!file) return;
    this.#fileFault = false;
    try {
      await keepOwnPicture(file);
    } catch {
      this.#fileFault = true;
      this.#say('This file cannot be used',
        'Choose a picture (JPEG, PNG or WebP) of at most 30 MB.');
      return;
    }
    await this.#findOwn();
    choose(OWN);
  }

  #paintChoices(): void {
    const chosen = settings().get('background');
    const focused = this.#group.contains(document.activeElement);
    const offered = [...CHOICES,
      ...this.#ownAddress ? [{ id: OWN, title: 'Your picture' }] : []];
    this.#group.replaceChildren(...offered.map(({ id, title }) =>
      this.#choice(id, title, id === chosen)));
    if (focused) {
      this.#group.querySelector<HTMLElement>('input:checked')?.focus();
    }
  }

  #choice(id: string, title: string, checked: boolean): HTMLElement {
    const picture = PICTURES.find((one) => one.id === id);
    const address = id === OWN ? this.#ownAddress
      : picture && addressOf(picture.file);
    return el('label', { class: 'background-choice' },
      el('input', {
        type: 'radio', name: 'background', value: id, checked,
        onchange: () => {
          this.#fileFault = false;
          choose(id);
        },
      }),
      address
        ? el('img', { src: address, alt: '', loading: 'lazy' })
        : el('span', { class: `background-sign ${id}` }, icon(
          id === 'none' ? 'close' : 'people')),
      el('span', { class: 'background-title' }, title));
  }

  #paint(): void {
    const { media } = this.context;
    const camera = media.isOn('camera') ? media.track('camera') : null;
    const { pace, trouble, isLoading } = cameraBackground();
    showTrack(this.#video, camera);
    this.#video.classList.toggle('mirrored', settings().get('mirror'));
    this.#hint.textContent = isLoading ? 'Loading…'
      : camera ? '' : 'Your camera is off. Switch it on to see the background.';
    this.#pace.textContent = pace
      ? `${Math.round(pace.medianMs)} ms for each picture, ` +
        `${Math.round(pace.fps)} pictures a second. ` +
        `Above ${LIMIT_MS} ms it is switched off by itself.`
      : 'The background is made on this device. It needs more power.';
    if (trouble) this.#say(trouble.title, trouble.detail, true);
    else if (!this.#fileFault) this.#trouble.hidden = true;
  }

  #say(title: string, detail: string, mayRetry = false): void {
    // What is said again is not read aloud again.
    const said = `${title}\n${detail}`;
    if (!this.#trouble.hidden && this.#trouble.dataset['said'] === said) return;
    this.#trouble.dataset['said'] = said;
    this.#trouble.replaceChildren(...errorBox({ title, detail }),
      ...mayRetry ? [el('button', {
        type: 'button', class: 'button small',
        onclick: () => cameraBackground().retry(),
      }, 'Try again')] : []);
    this.#trouble.hidden = false;
  }
}

/** Keeps the choice; the same one again is another try. */
function choose(id: string): void {
  if (settings().get('background') === id) cameraBackground().retry();
  else settings().set('background', id);
}

export const backgroundSection: SettingsSection = {
  id: 'background',
  title: 'Background',
  icon: 'people',
  open: (context) => new BackgroundSection(context),
};
