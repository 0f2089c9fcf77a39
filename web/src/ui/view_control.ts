/** How the call is shown: layout, own picture, full screen, small window. */

import type { View } from '../arrangement';
import { settings } from '../settings';
import { carryOverView, LAYOUTS, nextLayout } from '../view_choice';
import { el } from './dom';
import { FullScreen } from './full_screen';
import { icon, type IconName } from './icons';
import { announce } from './live';
import { openMenu, type MenuAction } from './menu';
import { Pip, type PipActions } from './pip';
import type { SelfMode } from './self_view';
import type { Stage } from './stage';

const ICONS: Record<View, IconName> = {
  grid: 'grid', speaker: 'speaker', sidebar: 'sidebar',
};
const SELF_MODES: ReadonlyArray<{ id: SelfMode; label: string }> = [
  { id: 'tile', label: 'Among the others' },
  { id: 'float', label: 'Floats in a corner' },
  { id: 'hidden', label: 'Hidden: only the others see you' },
];

export class ViewControl {
  /** Opens the menu of layouts. */
  readonly button = el('button', {
    type: 'button', class: 'icon-button',
    attrs: {
      'aria-label': 'View', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
      'aria-keyshortcuts': 'G',
    },
    onclick: () => this.#open(),
  });
  readonly full: FullScreen;
  readonly pip: Pip;
  #forget: () => void;

  constructor(private readonly stage: Stage, actions: PipActions) {
    this.full = new FullScreen(() => stage.refresh());
    this.pip = new Pip(actions, () => stage.spotlight());
    carryOverView(localStorage, settings());
    this.#forget = settings().onChange((name) => {
      if (name === 'layout') this.#setLayout();
      if (name === 'selfView') stage.setSelfView(settings().get('selfView'));
    });
    this.#setLayout();
    stage.setSelfView(settings().get('selfView'));
  }

  /** Goes on to the next layout. */
  next(): void {
    const layout = nextLayout(settings().get('layout'));
    settings().set('layout', layout);
    announce(`Layout: ${nameOf(layout)}`);
  }

  /** What the menu "More" offers. */
  actions(): MenuAction[] {
    if (!this.pip.possible) return [];
    return [this.pip.isOpen ? {
      label: 'Close the small window', icon: 'pip',
      run: () => this.pip.close(),
    } : {
      label: 'Picture in picture', icon: 'pip',
      run: () => void this.pip.open(),
    }];
  }

  close(): void {
    this.#forget();
    this.full.close();
    this.pip.close();
  }

  #setLayout(): void {
    const layout = settings().get('layout');
    this.stage.setView(layout);
    this.button.replaceChildren(icon(ICONS[layout]));
    this.button.title = `View: ${nameOf(layout).toLowerCase()} (G)`;
  }

  #open(): void {
    const layout = settings().get('layout');
    const selfMode = settings().get('selfView');
    openMenu(this.button, 'View', [{
      title: 'Layout',
      items: LAYOUTS.map(({ id, name, is }) =>
        ({ id, label: `${name}: ${is}`, chosen: id === layout })),
      choose: (id) => settings().set('layout', id as View),
    }, {
      title: 'Your picture',
      items: SELF_MODES.map(({ id, label }) =>
        ({ id, label, chosen: id === selfMode })),
      choose: (id) => settings().set('selfView', id as SelfMode),
    }]);
  }
}

function nameOf(layout: View): string {
  return LAYOUTS.find(({ id }) => id === layout)!.name;
}
