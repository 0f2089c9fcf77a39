/** The list of all keys, and the switch that turns them off. */

import {
  PLACE_KEYS, setShortcutsOn, SHORTCUTS, shortcutsOn,
} from '../shortcuts';
import { el } from './dom';
import { icon } from './icons';

/** Opens the list; closes it if it is open. */
export function toggleShortcutDialog(): void {
  const open = document.querySelector<HTMLDialogElement>('dialog.shortcuts[open]');
  if (open) return open.close();
  const dialog = build();
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    // The dialog's content covers it: only its backdrop is left.
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === '?') dialog.close();
  });
  dialog.showModal();
}

function build(): HTMLDialogElement {
  const dialog: HTMLDialogElement = el('dialog', {
    class: 'dialog shortcuts', attrs: { 'aria-labelledby': 'shortcuts-title' },
  }, el('div', { class: 'dialog-card' },
    el('header', { class: 'dialog-head' },
      el('h2', { id: 'shortcuts-title' }, 'Keyboard shortcuts'),
      el('button', {
        type: 'button', class: 'icon-button', title: 'Close',
        attrs: { 'aria-label': 'Close the list' },
        onclick: () => dialog.close(),
      }, icon('close'))),
    el('dl', { class: 'keys' },
      ...SHORTCUTS.flatMap(({ shown, does }) => row([shown], does)),
      ...PLACE_KEYS.flatMap(({ shown, does }) => row(shown, does))),
    switchRow()));
  return dialog;
}

function row(keys: string[], does: string): HTMLElement[] {
  return [
    el('dt', {}, ...keys.map((key) => el('kbd', {}, key))),
    el('dd', {}, does),
  ];
}

function switchRow(): HTMLElement {
  const box = el('input', { type: 'checkbox', id: 'shortcuts-on' });
  box.checked = shortcutsOn(localStorage);
  box.addEventListener('change', () =>
    setShortcutsOn(localStorage, box.checked));
  return el('label', { class: 'switch-row', htmlFor: 'shortcuts-on' }, box,
    el('span', {}, 'Use shortcuts of a single key',
      el('small', {}, 'Switch them off if speech input triggers them.')));
}
