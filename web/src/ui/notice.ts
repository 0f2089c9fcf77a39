/** Short messages, whole-window messages, and copying a link. */

import type { Explanation } from '../words';
import { el } from './dom';
import { icon, mark } from './icons';

const TOAST_MS = 3500;

let tray: HTMLElement | undefined;

/** Shows a line for a few seconds and has it read aloud. */
export function toast(text: string): void {
  if (!tray?.isConnected) {
    tray = el('div', { class: 'toasts', attrs: { role: 'status' } });
    document.body.append(tray);
  }
  const note = el('div', { class: 'toast' }, text);
  tray.append(note);
  while (tray.childElementCount > 3) tray.firstElementChild?.remove();
  setTimeout(() => note.remove(), TOAST_MS);
}

/** A button that copies a link and says so. */
export function copyButton(
  link: () => string,
  className: string,
  label = 'Copy link',
): HTMLButtonElement {
  const text = el('span', {}, label);
  const button = el('button', {
    class: className, type: 'button', title: 'Copy the invitation link',
    attrs: { 'aria-label': 'Copy the invitation link' },
  }, icon('link'), text);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(link());
    } catch {
      // No clipboard outside a secure page: show it to be copied by hand.
      window.prompt('Copy this link', link());
      return;
    }
    text.textContent = 'Copied';
    button.replaceChildren(icon('check'), text);
    toast('Link copied. Send it to whoever should join.');
    setTimeout(() => {
      text.textContent = label;
      button.replaceChildren(icon('link'), text);
    }, 2000);
  });
  return button;
}

export interface MessageAction {
  label: string;
  primary?: boolean;
  /** The button says this until what it began has ended. */
  busy?: string;
  run(): void | Promise<void>;
}

/** A way out of an error that leads to another page. */
export interface ErrorLink {
  label: string;
  href: string;
  /** In a tab of its own, for pages that refuse to be shown in a frame. */
  newTab: boolean;
}

/** An error in words, with its remedy. */
export function errorBox(
  { title, detail }: Explanation,
  link?: ErrorLink,
): HTMLElement[] {
  return [el('strong', {}, title), el('p', {}, detail), ...link ? [el('a', {
    class: 'button primary small', href: link.href,
    ...link.newTab ? { target: '_blank', rel: 'noopener' } : {},
  }, link.label)] : []];
}

/** A whole-window message: the call is over, or could not begin. */
export function messageScreen(
  { title, detail }: Explanation,
  actions: MessageAction[],
): HTMLElement {
  return el('main', { class: 'message' },
    el('div', { class: 'message-card' },
      mark(),
      el('h1', {}, title),
      el('p', {}, detail),
      messageButtons(actions)));
}

function messageButtons(actions: MessageAction[]): HTMLElement {
  const buttons = actions.map((action) => el('button', {
    type: 'button', class: action.primary ? 'button primary' : 'button',
  }, action.label));
  actions.forEach(({ busy, run }, index) => {
    buttons[index]!.addEventListener('click', () => {
      if (busy) {
        buttons[index]!.textContent = busy;
        buttons.forEach((button) => { button.disabled = true; });
      }
      void run();
    });
  });
  return el('div', { class: 'message-actions' }, ...buttons);
}
