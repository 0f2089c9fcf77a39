/** A small menu above a button: one choice per group, or things to do. */

import { el } from './dom';
import { icon, type IconName } from './icons';
import { openPopover } from './popover';

export interface MenuGroup {
  title: string;
  items: Array<{ id: string; label: string; chosen: boolean }>;
  choose(id: string): void;
  /** Things to do that belong to the group. */
  actions?: MenuAction[];
}

export interface MenuAction {
  label: string;
  icon: IconName | SVGElement;
  /** It cannot be undone. */
  danger?: boolean;
  run(): void;
}

/** Opens the menu; it closes on a choice, Escape, or a click elsewhere. */
export function openMenu(
  anchor: HTMLElement,
  label: string,
  groups: MenuGroup[],
): void {
  let close = () => undefined as void;
  const menu = menuNode(label, groups.map((group) =>
    el('div', { attrs: { role: 'group', 'aria-label': group.title } },
      el('div', {
        class: 'menu-title', attrs: { 'aria-hidden': 'true' },
      }, group.title),
      ...group.items.map((item) => choice(item, group, () => close())),
      group.items.length === 0 && !group.actions &&
        el('div', { class: 'menu-none' }, 'None found'),
      ...(group.actions ?? []).map((one) => action(one, () => close())))));
  close = openPopover(anchor, menu);
}

/** Opens a menu of things to do. */
export function openActions(
  anchor: HTMLElement,
  label: string,
  actions: MenuAction[],
): void {
  let close = () => undefined as void;
  const menu = menuNode(label, actions.map((one) =>
    action(one, () => close())));
  close = openPopover(anchor, menu);
}

function menuNode(label: string, content: HTMLElement[]): HTMLElement {
  return el('div', {
    class: 'menu', attrs: { role: 'menu', 'aria-label': label },
  }, ...content);
}

function choice(
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

function action(one: MenuAction, close: () => void): HTMLElement {
  return el('button', {
    type: 'button',
    class: one.danger ? 'menu-item danger' : 'menu-item',
    attrs: { role: 'menuitem' },
    onclick: () => {
      close();
      one.run();
    },
  }, typeof one.icon === 'string' ? icon(one.icon) : one.icon,
  el('span', {}, one.label));
}
