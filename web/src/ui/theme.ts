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

export function applyTheme(): void {
  const theme = asTheme(localStorage.getItem(KEY));
  if (theme) document.documentElement.dataset['theme'] = theme;
}

export function themeButton(): HTMLButtonElement {
  const button = el('button', { class: 'icon-button theme', type: 'button' });
  const paint = () => {
    const dark = shownTheme() === 'dark';
    const label = dark ? 'Use light colours' : 'Use dark colours';
    button.replaceChildren(icon(dark ? 'sun' : 'moon'));
    button.setAttribute('aria-label', label);
    button.title = label;
  };
  button.addEventListener('click', () => {
    localStorage.setItem(KEY, shownTheme() === 'dark' ? 'light' : 'dark');
    applyTheme();
    paint();
  });
  paint();
  return button;
}
