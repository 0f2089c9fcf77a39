/** A small menu above a button, with one choice per group. */

import { el } from './dom';
import { icon } from './icons';

export interface MenuGroup {
  title: string;
  items: Array<{ id: string; label: string; chosen: boolean }>;
  choose(id: string): void;
}

/** Opens the menu; it closes on a choice, Escape, or a click elsewhere. */
export function openMenu(
  anchor: HTMLElement,
  label: string,
  groups: MenuGroup[],
): void {
  const menu = el('div', {
    class: 'menu', attrs: { role: 'menu', 'aria-label': label },
  });
  const closing = new AbortController();
  const close = () => {
    closing.abort();
    menu.remove();
    anchor.setAttribute('aria-expanded', 'false');
  };
  for (const group of groups) {
    menu.append(el('div', { class: 'menu-title' }, group.title));
    for (const item of group.items) menu.append(entry(item, group, close));
    if (group.items.length === 0) {
      menu.append(el('div', { class: 'menu-none' }, 'None found'));
    }
  }
  const { signal } = closing;
  document.addEventListener('pointerdown', (event) => {
    const target = event.target as Node;
    if (!menu.contains(target) && !anchor.contains(target)) close();
  }, { signal });
  menu.addEventListener('keydown', (event) => {
    moveFocus(menu, event);
    if (event.key !== 'Escape') return;
    close();
    anchor.focus();
  }, { signal });
  anchor.addEventListener('click', close, { signal, capture: true });
  anchor.setAttribute('aria-expanded', 'true');
  document.body.append(menu);
  place(menu, anchor);
  menu.querySelector<HTMLElement>('[aria-checked="true"], button')?.focus();
}

function entry(
  item: MenuGroup['items'][number],
  group: MenuGroup,
  close: () => void,
): HTMLElement {
  return el('button', {
    type: 'button',
    class: 'menu-item',
    attrs: { role: 'menuitemradio', 'aria-checked': String(item.chosen) },
    onclick: () => {
      close();
      group.choose(item.id);
    },
  }, icon('check'), el('span', {}, item.label));
}

function moveFocus(menu: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll('button')];
  const at = items.findIndex((item) => item === document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
}

function place(menu: HTMLElement, anchor: HTMLElement): void {
  const edge = 12;
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(
    Math.max(edge, box.left + box.width / 2 - width / 2),
    innerWidth - width - edge,
  );
  const above = box.top - height - 10;
  menu.style.left = `${left}px`;
  menu.style.top = `${above >= edge ? above : box.bottom + 10}px`;
}
