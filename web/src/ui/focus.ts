/** Where the keyboard is: after a new view, and after something has closed. */

/** Whether an element is there and can be seen. */
export function isShown(node: Element): boolean {
  return node.isConnected && node.getClientRects().length > 0;
}

/**
 * Remembers what has the focus. The returned function gives the focus back,
 * unless the person has moved on to something else outside of `from`.
 */
export function rememberFocus(from: Element): (instead?: HTMLElement) => void {
  const opener = document.activeElement;
  return (instead) => {
    const now = document.activeElement;
    const movedOn = now && now !== document.body && !from.contains(now);
    if (movedOn) return;
    const known = opener instanceof HTMLElement && opener !== document.body &&
      !from.contains(opener) && isShown(opener);
    (known ? opener : instead)?.focus({ preventScroll: true });
  };
}

/** Moves to the heading of a new view, which is then read aloud. */
export function focusHeading(view: Element): void {
  const heading = view.querySelector<HTMLElement>('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
