/** Notices that stay above the call until they are answered or over. */

import { el } from './dom';
import { icon, type IconName } from './icons';

export interface NoticeAnswer {
  label: string;
  primary?: boolean;
  run(): void;
}

export interface Notice {
  icon: IconName;
  text: string;
  answers?: NoticeAnswer[];
}

/** More than these hide the call: the oldest goes. */
const MOST = 4;

interface Shown {
  root: HTMLElement;
  text: HTMLElement;
}

export class NoticeStack {
  readonly root = el('div', {
    class: 'notices', attrs: { role: 'status', 'aria-live': 'polite' },
  });
  #shown = new Map<string, Shown>();

  /** Shows a notice in the place of the last with this key. */
  show(key: string, { icon: name, text, answers = [] }: Notice): void {
    this.close(key);
    const words = el('span', { class: 'notice-text' }, text);
    const buttons = answers.map(({ label, primary, run }) => el('button', {
      type: 'button', class: `button small ${primary ? 'primary' : ''}`,
      onclick: () => {
        this.close(key);
        run();
      },
    }, label));
    const dismiss = el('button', {
      type: 'button', class: 'icon-button', title: 'Close',
      attrs: { 'aria-label': 'Close this notice' },
      onclick: () => this.close(key),
    }, icon('close'));
    const root = el('div', { class: 'notice' }, icon(name), words,
      ...buttons, buttons.length === 0 && dismiss);
    this.#shown.set(key, { root, text: words });
    this.root.append(root);
    for (const [oldest] of this.#shown) {
      if (this.#shown.size <= MOST) break;
      this.close(oldest);
    }
  }

  /** Changes the words of a notice, silently; false if it is gone. */
  update(key: string, text: string): boolean {
    const shown = this.#shown.get(key);
    if (shown && shown.text.textContent !== text) shown.text.textContent = text;
    return shown !== undefined;
  }

  close(key: string): void {
    this.#shown.get(key)?.root.remove();
    this.#shown.delete(key);
  }
}
