/** Where tiles go. Pure geometry: no DOM, no state. Units are CSS pixels. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GridOptions {
  gap: number;
  /** The widest a tile may be, as width / height. */
  maxAspect: number;
  /** The narrowest it may be; in tall windows less than the widest. */
  minAspect: number;
  /** The most rows; any number if it is not given. */
  maxRows?: number;
}

export const WIDE_ASPECT = 16 / 9;

/** Picks the tile shapes allowed in a window of this size. */
export function gridOptions(width: number, height: number): GridOptions {
  const portrait = height > width;
  return {
    gap: width < 600 ? 8 : 12,
    maxAspect: WIDE_ASPECT,
    minAspect: portrait ? 4 / 5 : WIDE_ASPECT,
  };
}

function tileSize(
  columns: number,
  rows: number,
  width: number,
  height: number,
  options: GridOptions,
): { width: number; height: number } {
  const cellWidth = (width - options.gap * (columns - 1)) / columns;
  const cellHeight = (height - options.gap * (rows - 1)) / rows;
  if (cellWidth <= 0 || cellHeight <= 0) return { width: 0, height: 0 };
  const aspect = Math.min(
    options.maxAspect,
    Math.max(options.minAspect, cellWidth / cellHeight),
  );
  const tileWidth = Math.min(cellWidth, cellHeight * aspect);
  return { width: tileWidth, height: tileWidth / aspect };
}

/**
 * Lays `count` tiles of equal size into a box so that each is as large as
 * possible. Rows are centred, the last one too when it is short.
 */
export function layoutGrid(
  count: number,
  width: number,
  height: number,
  options: GridOptions = gridOptions(width, height),
): Rect[] {
  if (count <= 0) return [];
  let best = { columns: 1, rows: count, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    if (rows > (options.maxRows ?? rows)) continue;
    const size = tileSize(columns, rows, width, height, options);
    if (size.width * size.height > best.width * best.height + 0.5) {
      best = { columns, rows, ...size };
    }
  }
  return placeRows(count, width, height, best, options.gap);
}

function placeRows(
  count: number,
  width: number,
  height: number,
  best: { columns: number; rows: number; width: number; height: number },
  gap: number,
): Rect[] {
  const usedHeight = best.rows * best.height + (best.rows - 1) * gap;
  const top = (height - usedHeight) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / best.columns);
    const inRow = Math.min(best.columns, count - row * best.columns);
    const usedWidth = inRow * best.width + (inRow - 1) * gap;
    const left = (width - usedWidth) / 2;
    return {
      x: left + (index - row * best.columns) * (best.width + gap),
      y: top + row * (best.height + gap),
      width: best.width,
      height: best.height,
    };
  });
}

/** The boxes of whoever is shown large, and of everyone else. */
export interface SpotlightBoxes {
  stage: Rect;
  strip: Rect;
}

/**
 * Gives one picture most of the window and `count` others a strip beside it
 * (wide windows) or below it (tall ones).
 *
 * @param tallest height of the large picture by its width, in a tall window:
 *   a screen is seldom taller than 4:3
 */
export function spotlightBoxes(
  count: number,
  width: number,
  height: number,
  tallest = 0.75,
): SpotlightBoxes {
  const { gap } = gridOptions(width, height);
  if (count <= 0) {
    return {
      stage: { x: 0, y: 0, width, height },
      strip: { x: 0, y: height, width, height: 0 },
    };
  }
  if (width >= height) {
    const columns = count > 6 ? 2 : 1;
    const side = Math.min(width * 0.32, Math.max(180, width * 0.17) * columns);
    return {
      stage: { x: 0, y: 0, width: width - side - gap, height },
      strip: { x: width - side, y: 0, width: side, height },
    };
  }
  const tall = Math.max(
    height * 0.42, Math.min(height * 0.66, width * tallest));
  return {
    stage: { x: 0, y: 0, width, height: tall },
    strip: { x: 0, y: tall + gap, width, height: height - tall - gap },
  };
}

/** A window lower than this has no room for a row below a picture. */
const LOWEST_FOR_ROW = 260;

/**
 * Gives one picture all but a low row below it, in which `count` others are.
 *
 * @param more height that the row needs besides its tiles
 */
export function rowBoxes(
  count: number,
  width: number,
  height: number,
  more = 0,
): SpotlightBoxes {
  if (count <= 0 || height < LOWEST_FOR_ROW) {
    return spotlightBoxes(count, width, height);
  }
  const { gap } = gridOptions(width, height);
  const low = Math.min(150, Math.max(92, height * 0.2)) + more;
  const top = height - low - gap;
  return {
    stage: { x: 0, y: 0, width, height: top },
    strip: { x: 0, y: top + gap, width, height: low },
  };
}

/** Shapes of most shared screens, as width / height. */
const SCREEN_ASPECT = 1.6;
/** A screen narrower than this is hard to read: the tiles beside it go. */
const READABLE_WIDTH = 400;

/**
 * Gives a shared screen as much of the window as can be: the others stand
 * beside it or below it, wherever they take less of it, and nowhere if they
 * would make it hard to read. Their strip is then empty.
 */
export function screenBoxes(
  count: number,
  width: number,
  height: number,
): SpotlightBoxes {
  const beside = spotlightBoxes(count, width, height);
  if (count <= 0) return beside;
  const { gap } = gridOptions(width, height);
  const low = Math.min(132, Math.max(76, height * 0.24));
  const top = Math.max(0, height - low - gap);
  const below = {
    stage: { x: 0, y: 0, width, height: top },
    strip: { x: 0, y: top + gap, width, height: low },
  };
  const best = screenWidth(below.stage) > screenWidth(beside.stage)
    ? below : beside;
  const alone = spotlightBoxes(0, width, height);
  const wide = screenWidth(best.stage);
  return wide < READABLE_WIDTH && wide < screenWidth(alone.stage) * 0.9
    ? alone : best;
}

/** How wide a screen is shown in a box. */
function screenWidth({ width, height }: Rect): number {
  return Math.min(width, height * SCREEN_ASPECT);
}

/** The tiles of a strip may be squarer than those of a grid. */
export function stripOptions(width: number, height: number): GridOptions {
  const { gap } = gridOptions(width, height);
  return { gap, maxAspect: WIDE_ASPECT, minAspect: 1 };
}

/** The tiles of a row stand side by side. */
export function rowOptions(width: number, height: number): GridOptions {
  return { ...stripOptions(width, height), maxRows: 1 };
}

export function shift(tiles: Rect[], dx: number, dy: number): Rect[] {
  return tiles.map((tile) => ({ ...tile, x: tile.x + dx, y: tile.y + dy }));
}
