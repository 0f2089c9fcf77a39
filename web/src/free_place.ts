/** Finds room for a note where it covers nothing that is needed. Pure. */

import type { Rect } from './layout';

const STEP = 8;

function overlaps(one: Rect, other: Rect): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width &&
    one.y < other.y + other.height && other.y < one.y + one.height;
}

/**
 * The lowest place in `area` where a note of that size covers none of the
 * obstacles: in the middle, else at the left, else at the right. Where there
 * is none, the one that covers the fewest.
 */
export function freePlace(
  size: { width: number; height: number },
  area: Rect,
  obstacles: readonly Rect[],
): { x: number; y: number } {
  const room = Math.max(0, area.width - size.width);
  const columns = [area.x + room / 2, area.x, area.x + room];
  const lowest = area.y + area.height - size.height;
  let best = { x: columns[0]!, y: Math.max(area.y, lowest) };
  let fewest = Infinity;
  for (let y = lowest; y >= area.y; y -= STEP) {
    for (const x of columns) {
      const covered = obstacles.filter((one) =>
        overlaps({ x, y, ...size }, one)).length;
      if (covered === 0) return { x, y };
      if (covered >= fewest) continue;
      fewest = covered;
      best = { x, y };
    }
  }
  return best;
}
