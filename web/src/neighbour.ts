/** Which tile is beside another, for the arrow keys. Pure. */

import type { Rect } from './layout';

export type Direction = 'left' | 'right' | 'up' | 'down';

export interface Place {
  id: string;
  box: Rect;
}

/**
 * The nearest place in a direction; undefined at the edge. A place straight
 * ahead goes before a nearer one aside.
 */
export function neighbour(
  places: readonly Place[],
  from: string,
  direction: Direction,
): string | undefined {
  const start = places.find(({ id }) => id === from);
  if (!start) return undefined;
  const sideways = direction === 'left' || direction === 'right';
  const sign = direction === 'left' || direction === 'up' ? -1 : 1;
  let best: { id: string; far: number } | undefined;
  for (const { id, box } of places) {
    const dx = middle(box).x - middle(start.box).x;
    const dy = middle(box).y - middle(start.box).y;
    const ahead = sign * (sideways ? dx : dy);
    const aside = Math.abs(sideways ? dy : dx);
    if (id === from || ahead < 1) continue;
    const far = ahead + aside * 3;
    if (!best || far < best.far) best = { id, far };
  }
  return best?.id;
}

function middle({ x, y, width, height }: Rect): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}
