/** Shows the own picture as in a mirror, or as the others see it. */

import { settings } from '../settings';

/** Follows the setting; styles look at `data-mirror` of the page. */
export function followMirror(): void {
  const apply = () => {
    document.documentElement.dataset['mirror'] =
      settings().get('mirror') ? 'on' : 'off';
  };
  apply();
  settings().onChange((name) => {
    if (name === 'mirror') apply();
  });
}
