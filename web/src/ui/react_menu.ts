/** Signs to send, and a hand to raise. */

import { SIGNS } from '../data/messages';
import { el, flag } from './dom';
import { icon } from './icons';
import { openPopover } from './popover';

export interface ReactActions {
  handUp: boolean;
  raise(up: boolean): void;
  react(sign: string): void;
}

export function openReactMenu(
  anchor: HTMLElement,
  { handUp, raise, react }: ReactActions,
): void {
  let close = () => undefined as void;
  const hand = el('button', {
    type: 'button', class: 'button wide hand', attrs: { role: 'menuitem' },
    onclick: () => {
      close();
      raise(!handUp);
    },
  }, icon('hand'), handUp ? 'Lower your hand' : 'Raise your hand');
  flag(hand, 'data-up', handUp);
  const signs = SIGNS.map((sign) => el('button', {
    type: 'button', class: 'sign',
    attrs: { role: 'menuitem', 'aria-label': `React ${sign}` },
    onclick: () => {
      close();
      react(sign);
    },
  }, sign));
  const menu = el('div', {
    class: 'menu react-menu', attrs: { role: 'menu', 'aria-label': 'React' },
  }, el('div', { class: 'signs', attrs: { role: 'none' } }, ...signs), hand);
  close = openPopover(anchor, menu);
}
