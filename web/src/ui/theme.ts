/** Dark or light: the system's choice until the person makes one. */

import { el } from './dom';
import { icon } from './icons';

type Theme = 'dark' | 'light';
const KEY = 'troupe.theme';

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function asTheme(value: string | null | undefined): Theme | undefined {
  return value === 'dark' || value === 'light' ? value : undefined;
}

function shownTheme(): Theme {
  return asTheme(document.documentElement.dataset['theme']) ?? systemTheme();
}

/** Shows the chosen theme; without a choice, the system's. */
export function applyTheme(): void {
  const theme = asTheme(localStorage.getItem(KEY));
  if (theme) document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
  paintAll();
}

/** Follows the system, and choices that are made in other tabs. */
export function followTheme(): void {
  applyTheme();
  matchMedia('(prefers-color-scheme: light)')
    .addEventListener('change', paintAll);
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) applyTheme();
  });
}

/** A button that goes to the other theme, and names that one. */
export function themeButton(): HTMLButtonElement {
  const button = el('button', {
    class: 'icon-button theme', type: 'button',
    onclick: () => {
      localStorage.setItem(KEY, shownTheme() === 'dark' ? 'light' : 'dark');
      applyTheme();
    },
  });
  paint(button);
  return button;
}

function paint(button: HTMLButtonElement): void {
  const dark = shownTheme() === 'dark';
  const label = dark ? 'Use light colours' : 'Use dark colours';
  button.replaceChildren(icon(dark ? 'sun' : 'moon'));
  button.setAttribute('aria-label', label);
  button.title = label;
}

function paintAll(): void {
  document.querySelectorAll<HTMLButtonElement>('button.theme').forEach(paint);
}
