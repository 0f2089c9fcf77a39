/** Which layers suit a picture of a given size on the screen. Pure. */

/** How many layers a consumer can choose from. */
export interface LayerCount {
  spatial: number;
  temporal: number;
}

/** Indexes of layers, 0 being the smallest and the slowest. */
export interface Layers {
  spatial: number;
  temporal: number;
}

/** A picture may be stretched by this before a larger layer is wanted … */
const STRETCH = 1.25;
/** … and by this if the smaller one is being shown: no flicker at the edge. */
const STRETCH_KEPT = 1.45;
/** A smaller layer is taken once it suffices with this much to spare. */
const SPARE = 1.05;
/** Device pixels below which a picture needs no full frame rate. */
const TINY = 220;
const TINY_KEPT = 280;

/**
 * @param needed device pixels of width that the picture fills
 * @param sourceWidth pixels of width of the largest layer
 * @param current what is wanted now, for hysteresis
 */
export function chooseLayers(
  needed: number,
  sourceWidth: number,
  count: LayerCount,
  current?: Layers,
): Layers {
  return {
    spatial: chooseSpatial(needed, sourceWidth, count.spatial,
      current?.spatial),
    temporal: chooseTemporal(needed, count.temporal, current?.temporal),
  };
}

function chooseSpatial(
  needed: number,
  sourceWidth: number,
  count: number,
  current: number | undefined,
): number {
  const width = (layer: number) => sourceWidth / 2 ** (count - 1 - layer);
  const top = Math.max(0, count - 1);
  let wanted = 0;
  while (wanted < top && width(wanted) * STRETCH < needed) wanted++;
  if (current === undefined || wanted === current) return wanted;
  if (current > top) return wanted;
  const keeps = wanted > current
    ? needed <= width(current) * STRETCH_KEPT
    : needed > width(wanted) * SPARE && wanted === current - 1;
  return keeps ? current : wanted;
}

function chooseTemporal(
  needed: number,
  count: number,
  current: number | undefined,
): number {
  const top = Math.max(0, count - 1);
  if (count < 3) return top;
  const slow = current !== undefined && current < top;
  return needed < (slow ? TINY_KEPT : TINY) ? top - 1 : top;
}

/**
 * The width a picture needs to fill a box: a face is cropped to cover it, a
 * screen fits into it.
 */
export function neededWidth(
  box: { width: number; height: number },
  fit: 'cover' | 'contain',
  pixelRatio: number,
): number {
  const byHeight = box.height * 16 / 9;
  const width = fit === 'cover'
    ? Math.max(box.width, byHeight) : Math.min(box.width, byHeight);
  // Beyond twice, nobody sees the difference in a moving picture.
  return width * Math.min(2, pixelRatio);
}
