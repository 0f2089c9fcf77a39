/** Short messages, whole-window messages, and copying a link. */

import { freePlace } from '../free_place';
import type { Explanation } from '../words';
import { el } from './dom';
import { icon, mark } from './icons';
import { announce } from './live';

const TOAST_MS = 3500;
/** Long lines stay for as long as it takes to read them. */
const READING_MS_PER_LETTER = 70;
const MARGIN = 16;
/** Lines rise into their place from 8 px below, and keep a gap. */
const RISE = 12;
/** What a line must not cover: it is there to be pressed or filled in. */
const NEEDED = 'button, a[href], input, textarea, .banner, .invite';

let tray: HTMLElement | undefined;

/** Shows a line for a few seconds and has it read aloud. */
export function toast(text: string): void {
  if (!tray?.isConnected) {
    // Read aloud by the live region alone.
    tray = el('div', { class: 'toasts', attrs: { 'aria-hidden': 'true' } });
    document.body.append(tray);
    addEventListener('resize', placeTray);
  }
  const note = el('div', { class: 'toast' }, text);
  tray.append(note);
  while (tray.childElementCount > 3) tray.firstElementChild?.remove();
  placeTray();
  announce(text);
  setTimeout(() => note.remove(),
    Math.max(TOAST_MS, text.length * READING_MS_PER_LETTER));
}

/** Puts the lines where they cover no button. */
function placeTray(): void {
  if (!tray?.isConnected || tray.childElementCount === 0) return;
  const { width, height } = tray.getBoundingClientRect();
  const area = {
    x: MARGIN, y: MARGIN,
    width: innerWidth - 2 * MARGIN, height: innerHeight - 2 * MARGIN,
  };
  const needed = [...document.querySelectorAll(NEEDED)]
    .map((one) => one.getBoundingClientRect())
    .filter((box) => box.width > 0 && box.height > 0)
    .map(({ x, y, width: w, height: h }) =>
      ({ x, y: y - RISE, width: w, height: h + RISE }));
  const { x, y } = freePlace({ width, height }, area, needed);
  tray.style.alignItems = x === area.x ? 'start' : 'center';
  tray.style.left = `${Math.round(x)}px`;
  tray.style.top = `${Math.round(y)}px`;
}

const COPY_WORDS = {
  title: 'Copy the invitation link',
  prompt: 'Copy this link',
  done: 'Link copied. Send it to whoever should join.',
};

/** A button that copies a text, by default a link, and says so. */
export function copyButton(
  copied: () => string,
  className: string,
  label = 'Copy link',
  words = COPY_WORDS,
): HTMLButtonElement {
  const text = el('span', {}, label);
  const button = el('button', {
    class: className, type: 'button', title: words.title,
  }, icon('link'), text);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(copied());
    } catch {
      // No clipboard outside a secure page: show it to be copied by hand.
      window.prompt(words.prompt, copied());
      return;
    }
    text.textContent = 'Copied';
    button.replaceChildren(icon('check'), text);
    toast(words.done);
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
