/** Who is seen where: a grid, or one picture large. Pure. */

import {
  layoutGrid, gridOptions, screenBoxes, shift, spotlightBoxes, stripOptions,
} from './layout';
import type { GridOptions, Rect } from './layout';

export type View = 'grid' | 'speaker';

/** The key of the shared screen among the people's ids. */
export const SCREEN = ':screen';

export interface Scene {
  /** Ids in order; oneself is the first. */
  people: string[];
  hasScreen: boolean;
  view: View;
  pinned: string | undefined;
  speaker: string | undefined;
  page: number;
  width: number;
  height: number;
}

export interface Arrangement {
  /** Where those who are seen are; all others are on another page. */
  places: Map<string, Rect>;
  /** Who is shown large, if anyone. */
  main: string | undefined;
  page: number;
  pages: number;
  /** Where there is room to turn pages; undefined when there is only one. */
  pager: Rect | undefined;
}

const MOST_ON_A_PAGE = 49;
const PAGER_HEIGHT = 44;
/** A face may fill more of a phone than a screen can. */
const FACE_TALLEST = 1.2;

export function arrange(scene: Scene): Arrangement {
  const { width, height } = scene;
  const main = chooseMain(scene);
  const all = scene.hasScreen ? [SCREEN, ...scene.people] : scene.people;
  const others = all.filter((id) => id !== main);
  const small = width < 600;
  if (main === undefined) {
    const box = { x: 0, y: 0, width, height };
    const least = small ? 130 : 180;
    return { main, ...fill(others, box, least, scene.page, gridOptions) };
  }
  const { stage, strip } = main === SCREEN
    ? screenBoxes(others.length, width, height)
    : spotlightBoxes(others.length, width, height, FACE_TALLEST);
  if (strip.width === 0 || strip.height === 0) return alone(main, stage);
  const least = small || strip.height < 140 ? 92 : 130;
  const rest = fill(others, strip, least, scene.page,
    () => stripOptions(width, height));
  rest.places.set(main, stage);
  return { main, ...rest };
}

/** One picture, and no room for others. */
function alone(main: string, stage: Rect): Arrangement {
  return {
    main, places: new Map([[main, stage]]), page: 0, pages: 1,
    pager: undefined,
  };
}

/** A pin goes before a screen, a screen before whoever speaks. */
function chooseMain(scene: Scene): string | undefined {
  const { people, pinned, speaker, hasScreen } = scene;
  if (pinned !== undefined && (people.includes(pinned) ||
      (pinned === SCREEN && hasScreen))) {
    return pinned;
  }
  if (hasScreen) return SCREEN;
  if (scene.view === 'grid' || people.length < 2) return undefined;
  const known = speaker !== undefined && people.includes(speaker);
  return known ? speaker : people[1];
}

/** Lays out one page of tiles that are at least `least` pixels wide. */
function fill(
  ids: string[],
  box: Rect,
  least: number,
  askedPage: number,
  shape: (width: number, height: number) => GridOptions,
): Omit<Arrangement, 'main'> {
  const fits = (height: number) =>
    capacity(ids.length, box.width, height, least, shape);
  let height = box.height;
  let perPage = fits(height);
  if (perPage < ids.length) {
    height = Math.max(0, box.height - PAGER_HEIGHT);
    perPage = fits(height);
  }
  const pages = Math.max(1, Math.ceil(ids.length / perPage));
  const page = Math.min(Math.max(0, askedPage), pages - 1);
  const shown = ids.slice(page * perPage, (page + 1) * perPage);
  // The last page's tiles keep the size that they have on the others.
  const count = pages > 1 ? perPage : shown.length;
  const rects = shift(
    layoutGrid(count, box.width, height, shape(box.width, height)),
    box.x, box.y);
  const pager = pages === 1 ? undefined : {
    x: box.x, y: box.y + height, width: box.width, height: PAGER_HEIGHT,
  };
  return {
    places: new Map(shown.map((id, index) => [id, rects[index]!])),
    page, pages, pager,
  };
}

function capacity(
  count: number,
  width: number,
  height: number,
  least: number,
  shape: (width: number, height: number) => GridOptions,
): number {
  const options = shape(width, height);
  let fitting = Math.min(count, MOST_ON_A_PAGE);
  while (fitting > 1) {
    const [first] = layoutGrid(fitting, width, height, options);
    if (first && first.width >= least) break;
    fitting--;
  }
  return Math.max(1, fitting);
}
