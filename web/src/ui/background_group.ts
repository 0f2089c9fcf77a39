/** The choice of a background in the camera's menu. */

import { CHOICES } from '../background/looks';
import { settings } from '../settings';
import type { MenuGroup } from './menu';

export function backgroundGroup(): MenuGroup {
  const kept = settings();
  const chosen = kept.get('background');
  return {
    title: 'Background',
    items: CHOICES.map(({ id, title }) =>
      ({ id, label: title, chosen: id === chosen })),
    choose: (id) => kept.set('background', id),
  };
}
