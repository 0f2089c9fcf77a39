/** Something small above a button, until it is dismissed. */

/**
 * Shows `node` above `anchor`; returns what closes it. It closes by itself on
 * Escape, on a click elsewhere, and on a second click on the anchor.
 */
export function openPopover(
  anchor: HTMLElement,
  node: HTMLElement,
): () => void {
  const closing = new AbortController();
  const { signal } = closing;
  const close = () => {
    closing.abort();
    node.remove();
    anchor.setAttribute('aria-expanded', 'false');
  };
  document.addEventListener('pointerdown', (event) => {
    const target = event.target as Node;
    if (!node.contains(target) && !anchor.contains(target)) close();
  }, { signal });
  node.addEventListener('keydown', (event) => {
    moveFocus(node, event);
    if (event.key !== 'Escape') return;
    close();
    anchor.focus();
  }, { signal });
  anchor.addEventListener('click', (event) => {
    event.stopImmediatePropagation();
    close();
  }, { signal, capture: true });
  anchor.setAttribute('aria-expanded', 'true');
  document.body.append(node);
  place(node, anchor);
  return close;
}

function moveFocus(node: HTMLElement, event: KeyboardEvent): void {
  const step = {
    ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1,
  }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...node.querySelectorAll('button')];
  const at = items.findIndex((item) => item === document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
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
  node.style.left = `${left}px`;
  node.style.top = `${above >= edge ? above : box.bottom + 10}px`;
}
