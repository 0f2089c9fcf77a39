/** A "More" button: what a bar has no room for, and what is always there. */

import { el, flag } from './dom';
import { isShown } from './focus';
import { icon, type IconName } from './icons';
import { openActions, type MenuAction } from './menu';

export class Overflow {
  readonly button = el('button', {
    type: 'button', class: 'round more', title: 'More',
    attrs: {
      'aria-label': 'More', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    },
    onclick: () => this.#open(),
  }, icon('more'));

  /**
   * @param bar the row of buttons, this one's among them
   * @param leaving its other buttons, in the order in which they leave it
   * @param elsewhere buttons outside of it that narrow windows hide
   * @param fitted is called when buttons have left or returned
   * @param always things to do that only this menu offers
   */
  constructor(
    private readonly bar: HTMLElement,
    private readonly leaving: () => HTMLButtonElement[],
    private readonly elsewhere: () => HTMLButtonElement[],
    private readonly fitted: () => void,
    private readonly always: () => MenuAction[] = () => [],
  ) {
    this.button.hidden = true;
    new ResizeObserver(() => this.fit()).observe(bar);
  }

  /** Moves buttons into the menu until the others have room. */
  fit(): void {
    if (!isShown(this.bar)) return;
    const focused = document.activeElement;
    const leaving = this.leaving();
    for (const button of leaving) flag(button, 'data-overflown', false);
    this.button.hidden = this.always().length === 0 &&
      this.#away(this.elsewhere()).length === 0;
    for (const button of leaving) {
      if (this.#fits()) break;
      this.button.hidden = false;
      flag(button, 'data-overflown', true);
    }
    const lost = focused instanceof HTMLElement && this.bar.contains(focused) &&
      !isShown(focused);
    if (lost && !this.button.hidden) this.button.focus();
    this.fitted();
  }

  #fits(): boolean {
    const shown = [...this.bar.children].filter(isShown);
    const [first, last] = [shown[0], shown.at(-1)];
    if (!first || !last) return true;
    const needed = last.getBoundingClientRect().right -
      first.getBoundingClientRect().left;
    return needed <= this.bar.clientWidth + 0.5;
  }

  /** Those that would be there if there were room. */
  #away(buttons: HTMLButtonElement[]): HTMLButtonElement[] {
    return buttons.filter((one) => !one.hidden && !isShown(one));
  }

  #open(): void {
    const away = this.#away([...this.leaving(), ...this.elsewhere()]);
    const actions = [...away.map((one) => ({
      label: one.getAttribute('aria-label') ?? one.textContent ?? '',
      icon: iconOf(one),
      run: () => one.click(),
    })), ...this.always()];
    if (actions.length > 0) openActions(this.button, 'More', actions);
  }
}

/** The icon that a button names, or the one that it shows. */
function iconOf(button: HTMLButtonElement): IconName | SVGElement {
  const named = button.dataset['icon'] as IconName | undefined;
  const shown = button.querySelector('svg')?.cloneNode(true);
  return named ?? (shown instanceof SVGElement ? shown : 'more');
}
