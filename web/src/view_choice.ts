/** Which layout is chosen, and what each is called. */

import type { View } from './arrangement';
import type { Settings } from './settings';

/** All layouts, in the order in which a key goes through them. */
export const LAYOUTS: ReadonlyArray<{ id: View; name: string; is: string }> = [
  { id: 'grid', name: 'Grid', is: 'everyone in one size' },
  { id: 'speaker', name: 'Speaker', is: 'one large, others below' },
  { id: 'sidebar', name: 'Sidebar', is: 'one large, others beside' },
];

export function nextLayout(view: View): View {
  const at = LAYOUTS.findIndex(({ id }) => id === view);
  return LAYOUTS[(at + 1) % LAYOUTS.length]!.id;
}

/** Where earlier versions of the page kept "grid" or "speaker". */
const OLD_KEY = 'troupe.view';

/** Takes over, once, what an earlier version of the page kept. */
export function carryOverView(
  storage: Pick<Storage, 'getItem' | 'removeItem'>,
  settings: Pick<Settings, 'get' | 'set'>,
): void {
  const old = storage.getItem(OLD_KEY);
  if (old === null) return;
  storage.removeItem(OLD_KEY);
  if (old === 'speaker' && settings.get('layout') === 'grid') {
    settings.set('layout', 'speaker');
  }
}
