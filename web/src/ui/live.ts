/** What is read aloud by screen readers without being asked for. */

import { el } from './dom';

/** Read by then; kept short, so that nobody comes across old news. */
const KEPT_MS = 6000;

let region: HTMLElement | undefined;

/**
 * Adds the region that is read aloud. It must stand in the page before the
 * first text comes, or some screen readers miss that text.
 */
export function openLiveRegion(): HTMLElement {
  if (!region?.isConnected) {
    region = el('div', { class: 'sr-only live', attrs: { role: 'status' } });
    document.body.append(region);
  }
  return region;
}

/** Has a sentence read aloud when the person's screen reader is free. */
export function announce(text: string): void {
  const line = el('p', {}, text);
  openLiveRegion().append(line);
  setTimeout(() => line.remove(), KEPT_MS);
}
