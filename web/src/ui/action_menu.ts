/** A menu of things to do, above or below a button. */

import { el } from './dom';
import { icon, type IconName } from './icons';
import { openPopover } from './popover';

export interface MenuAction {
  icon: IconName;
  label: string;
  danger?: boolean;
  run(): void;
}

/** Opens the menu; it closes on a choice, Escape, or a click elsewhere. */
export function openActions(
  anchor: HTMLElement,
  label: string,
  actions: MenuAction[],
): void {
  let close = () => undefined as void;
  const menu = el('div', {
    class: 'menu actions', attrs: { role: 'menu', 'aria-label': label },
  }, ...actions.map((action) => el('button', {
    type: 'button', class: `menu-item ${action.danger ? 'danger' : ''}`,
    attrs: { role: 'menuitem' },
    onclick: () => {
      close();
      // A dialog that follows gives the focus back to what had it.
      anchor.focus();
      action.run();
    },
  }, icon(action.icon), el('span', {}, action.label))));
  close = openPopover(anchor, menu);
  menu.querySelector('button')?.focus();
}
