/** Dark or light: the system's choice until the person makes one. */

import { el } from './dom';
import { icon } from './icons';

type Theme = 'dark' | 'light';
const KEY = 'troupe.theme';

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function storedTheme(): Theme | undefined {
  const value = localStorage.getItem(KEY);
  return value === 'dark' || value === 'light' ? value : undefined;
}

export function applyTheme(): void {
  const theme = storedTheme();
  if (theme) document.documentElement.dataset['theme'] = theme;
}

export function themeButton(): HTMLButtonElement {
  const button = el('button', { class: 'icon-button', type: 'button' });
  const paint = () => {
    const dark = (storedTheme() ?? systemTheme()) === 'dark';
    const label = dark ? 'Use light colours' : 'Use dark colours';
    button.replaceChildren(icon(dark ? 'sun' : 'moon'));
    button.setAttribute('aria-label', label);
    button.title = label;
  };
  button.addEventListener('click', () => {
    const now = storedTheme() ?? systemTheme();
    localStorage.setItem(KEY, now === 'dark' ? 'light' : 'dark');
    applyTheme();
    paint();
  });
  paint();
  return button;
}
