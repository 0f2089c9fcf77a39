/** A small menu above a button, with one choice per group. */

import { el } from './dom';
import { icon } from './icons';
import { openPopover } from './popover';

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
  let close = () => undefined as void;
  for (const group of groups) {
    menu.append(el('div', { class: 'menu-title' }, group.title));
    for (const item of group.items) {
      menu.append(entry(item, group, () => close()));
    }
    if (group.items.length === 0) {
      menu.append(el('div', { class: 'menu-none' }, 'None found'));
    }
  }
  close = openPopover(anchor, menu);
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
