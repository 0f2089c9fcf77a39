/** A menu above a button, until it is dismissed (ARIA APG: menu button). */

import { isShown } from './focus';

/**
 * Shows `node` above `anchor`, focuses its first or checked item, and returns
 * what closes it. It closes by itself on Escape, on Tab, on a click elsewhere,
 * and on a second click on the anchor. The focus returns to the anchor.
 * Above a button that is not shown itself, it stands above the focused one.
 */
export function openPopover(
  anchor: HTMLElement,
  node: HTMLElement,
): () => void {
  const focused = document.activeElement;
  const spot = isShown(anchor) || !(focused instanceof HTMLElement)
    ? anchor : focused;
  const closing = new AbortController();
  const { signal } = closing;
  const close = (returnFocus = true) => {
    if (signal.aborted) return;
    closing.abort();
    const inside = node.contains(document.activeElement);
    node.remove();
    tellExpanded(spot, false);
    if (returnFocus && inside) spot.focus({ preventScroll: true });
  };
  document.addEventListener('pointerdown', (event) => {
    const target = event.target as Node;
    if (!node.contains(target) && !spot.contains(target)) close(false);
  }, { signal });
  window.addEventListener('resize', () => close(), { signal });
  node.addEventListener('keydown', (event) => {
    // What the menu takes does nothing to what is behind it.
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      return close();
    }
    moveFocus(node, event);
  }, { signal });
  spot.addEventListener('click', (event) => {
    event.stopImmediatePropagation();
    close();
  }, { signal, capture: true });
  tellExpanded(spot, true);
  for (const item of itemsOf(node)) item.tabIndex = -1;
  (spot.closest('main') ?? document.body).append(node);
  place(node, spot);
  const first = node.querySelector<HTMLElement>('[aria-checked="true"]') ??
    itemsOf(node)[0];
  first?.focus({ preventScroll: true });
  return close;
}

function tellExpanded(anchor: HTMLElement, expanded: boolean): void {
  if (!anchor.hasAttribute('aria-haspopup')) return;
  anchor.setAttribute('aria-expanded', String(expanded));
}

function itemsOf(node: HTMLElement): HTMLElement[] {
  return [...node.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
}

function moveFocus(node: HTMLElement, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const items = itemsOf(node);
  const at = items.findIndex((item) => item === document.activeElement);
  const next = nextItem(items, at, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function nextItem(
  items: HTMLElement[],
  at: number,
  key: string,
): HTMLElement | undefined {
  const step = {
    ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1,
  }[key];
  if (step) return items[(at + step + items.length) % items.length];
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  // A letter goes to the next item that begins with it.
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find(({ textContent }) =>
    textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}

function place(node: HTMLElement, anchor: HTMLElement): void {
  const edge = 12;
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = node;
  const left = Math.min(
    Math.max(edge, box.left + box.width / 2 - width / 2),
    innerWidth - width - edge,
  );
  const above = box.top - height - 10;
  const below = Math.min(box.bottom + 10, innerHeight - height - edge);
  node.style.left = `${left}px`;
  node.style.top = `${Math.max(edge, above >= edge ? above : below)}px`;
}
