/** Where a floating picture is: in a corner of the stage. Pure geometry. */

import type { Rect } from './layout';
import type { Direction } from './neighbour';

/** "bottom-right" and the like. */
export type Corner = `${'top' | 'bottom'}-${'left' | 'right'}`;

/** Clockwise. */
const CORNERS: readonly Corner[] =
  ['bottom-right', 'bottom-left', 'top-left', 'top-right'];
const EDGE = 12;

/** How large a picture floats in a window of this size. */
export function floatSize(width: number, height: number) {
  const tall = height > width;
  const wide = Math.round(tall
    ? Math.min(132, Math.max(88, width * 0.28))
    : Math.min(256, Math.max(120, width * 0.18)));
  return { width: wide, height: Math.round(wide * (tall ? 4 / 3 : 9 / 16)) };
}

/** The box of a picture that floats in a corner of the stage. */
export function cornerBox(
  corner: Corner,
  stage: { width: number; height: number },
): Rect {
  const size = floatSize(stage.width, stage.height);
  const [row, column] = corner.split('-');
  return {
    ...size,
    x: column === 'left' ? EDGE : stage.width - size.width - EDGE,
    y: row === 'top' ? EDGE : stage.height - size.height - EDGE,
  };
}

/** The corner to which a picture glides that was let go here. */
export function nearestCorner(
  box: Rect,
  stage: { width: number; height: number },
): Corner {
  const low = box.y + box.height / 2 > stage.height / 2;
  const right = box.x + box.width / 2 > stage.width / 2;
  return `${low ? 'bottom' : 'top'}-${right ? 'right' : 'left'}`;
}

/** The corner in a direction; the same one at the edge. */
export function cornerToward(corner: Corner, direction: Direction): Corner {
  const [row, column] = corner.split('-') as
    ['top' | 'bottom', 'left' | 'right'];
  switch (direction) {
    case 'up': return `top-${column}`;
    case 'down': return `bottom-${column}`;
    default: return `${row}-${direction}`;
  }
}

/** The corner after this one, clockwise. */
export function nextCorner(corner: Corner): Corner {
  return CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length]!;
}

/** "the lower right corner" */
export function cornerWords(corner: Corner): string {
  const [row, column] = corner.split('-');
  return `the ${row === 'top' ? 'upper' : 'lower'} ${column} corner`;
}
