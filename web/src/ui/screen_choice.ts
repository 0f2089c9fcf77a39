/** Chooses between the screens that are shared at the same time. */

import { el } from './dom';
import { icon } from './icons';

export interface SharedScreen {
  id: string;
  /** Who shares it. */
  name: string;
}

export class ScreenChoice {
  readonly root = el('div', {
    class: 'screen-choice',
    attrs: { role: 'group', 'aria-label': 'Shared screens' },
  });

  constructor(private readonly choose: (id: string) => void) {
    this.root.hidden = true;
  }

  /** There is nothing to choose from fewer than two. */
  show(screens: readonly SharedScreen[], shown: string | undefined): void {
    this.root.hidden = screens.length < 2;
    const focused = this.root.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset['id'] : undefined;
    const buttons = this.root.hidden ? [] : screens.map(({ id, name }) => {
      const button = el('button', {
        type: 'button', class: 'screen-tab', title: `${name}’s screen`,
        attrs: {
          'aria-pressed': String(id === shown),
          'aria-label': `Show ${name}’s screen`,
        },
        onclick: () => this.choose(id),
      }, icon('screen'), el('span', {}, name));
      button.dataset['id'] = id;
      return button;
    });
    this.root.replaceChildren(...buttons);
    buttons.find(({ dataset }) => dataset['id'] === focused)?.focus();
  }
}
