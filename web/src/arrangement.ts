/** Who is seen where: a grid, or one picture large. Pure. */

import {
  layoutGrid, gridOptions, rowBoxes, rowOptions, screenBoxes, shift,
  spotlightBoxes, stripOptions,
} from './layout';
import type { GridOptions, Rect } from './layout';
import type { SettingValues } from './settings';

/**
 * "grid": everyone in one size; "speaker": one large and a row of the others;
 * "sidebar": one large and the others beside it.
 */
export type View = SettingValues['layout'];

/** The key of the shared screen among the people's ids. */
export const SCREEN = ':screen';
/** The id of this person. */
export const SELF = 'self';

export interface Scene {
  /** Ids in order. */
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
  /** On which page each person is who is not shown large. */
  pageOf: Map<string, number>;
  /** Who is shown large, if anyone. */
  main: string | undefined;
  page: number;
  pages: number;
  /** Where there is room to turn pages; undefined when there is only one. */
  pager: Rect | undefined;
}

const MOST_ON_A_PAGE = 49;
const PAGER_HEIGHT = 44;
/** Beside a row. */
const PAGER_WIDTH = 148;
/** A window narrower than this is a phone's. */
const SMALL = 600;
/** A face may fill more of a phone than a screen can. */
const FACE_TALLEST = 1.2;

export function arrange(scene: Scene): Arrangement {
  const { width, height, page } = scene;
  const main = chooseMain(scene);
  const all = scene.hasScreen ? [SCREEN, ...scene.people] : scene.people;
  const others = all.filter((id) => id !== main);
  const small = width < SMALL;
  if (main === undefined) {
    const box = { x: 0, y: 0, width, height };
    const least = small ? 130 : 180;
    return { main, ...fill(others, page, { box, least, shape: gridOptions }) };
  }
  const { stage, room } = roomBeside(main, others.length, scene);
  const { box } = room;
  if (box.width === 0 || box.height === 0) return alone(main, stage);
  const rest = fill(others, page, room);
  rest.places.set(main, stage);
  return { main, ...rest };
}

/** A box for tiles that are at least `least` pixels wide. */
interface Room {
  box: Rect;
  least: number;
  shape(width: number, height: number): GridOptions;
  /** Pages are turned beside the tiles instead of below them. */
  pagerBeside?: boolean;
}

/** Divides the window between the large picture and `count` others. */
function roomBeside(
  main: string,
  count: number,
  { view, width, height }: Scene,
): { stage: Rect; room: Room } {
  const small = width < SMALL;
  if (main !== SCREEN && view === 'speaker') {
    const shape = () => rowOptions(width, height);
    const least = small ? 92 : 140;
    const { stage, strip } = rowBoxes(count, width, height);
    const row = { stage, room: { box: strip, least, shape,
      pagerBeside: !small } };
    if (!small || capacity(count, row.room) >= count) return row;
    const higher = rowBoxes(count, width, height, PAGER_HEIGHT);
    return { stage: higher.stage, room: { box: higher.strip, least, shape } };
  }
  const { stage, strip } = main === SCREEN
    ? screenBoxes(count, width, height)
    : spotlightBoxes(count, width, height, FACE_TALLEST);
  return { stage, room: {
    box: strip, least: small || strip.height < 140 ? 92 : 130,
    shape: () => stripOptions(width, height),
  } };
}

/** One picture, and no room for others. */
function alone(main: string, stage: Rect): Arrangement {
  return {
    main, places: new Map([[main, stage]]), pageOf: new Map(), page: 0,
    pages: 1, pager: undefined,
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
  return known ? speaker : people.find((id) => id !== SELF);
}

/** Lays out one page of tiles. */
function fill(
  ids: string[],
  askedPage: number,
  room: Room,
): Omit<Arrangement, 'main'> {
  const { box, shape } = room;
  let inner = box;
  let perPage = capacity(ids.length, room);
  if (perPage < ids.length) {
    inner = withoutPager(room);
    perPage = capacity(ids.length, { ...room, box: inner });
  }
  const pages = Math.max(1, Math.ceil(ids.length / perPage));
  const page = Math.min(Math.max(0, askedPage), pages - 1);
  const shown = ids.slice(page * perPage, (page + 1) * perPage);
  // The last page's tiles keep the size that they have on the others.
  const count = pages > 1 ? perPage : shown.length;
  const rects = shift(layoutGrid(
    count, inner.width, inner.height, shape(inner.width, inner.height)),
  inner.x, inner.y);
  return {
    places: new Map(shown.map((id, index) => [id, rects[index]!])),
    pageOf: new Map(ids.map((id, at) => [id, Math.floor(at / perPage)])),
    page, pages,
    pager: pages === 1 ? undefined : pagerOf(room, inner),
  };
}

/** What is left for tiles when pages are to be turned. */
function withoutPager({ box, pagerBeside }: Room): Rect {
  return pagerBeside
    ? { ...box, width: Math.max(0, box.width - PAGER_WIDTH) }
    : { ...box, height: Math.max(0, box.height - PAGER_HEIGHT) };
}

function pagerOf({ box, pagerBeside }: Room, inner: Rect): Rect {
  return pagerBeside
    ? { ...box, x: inner.x + inner.width, width: PAGER_WIDTH }
    : { ...box, y: inner.y + inner.height, height: PAGER_HEIGHT };
}

/** How many of `count` tiles have room. */
function capacity(count: number, { box, least, shape }: Room): number {
  const { width, height } = box;
  const options = shape(width, height);
  let fitting = Math.min(count, MOST_ON_A_PAGE);
  while (fitting > 1) {
    const [first] = layoutGrid(fitting, width, height, options);
    if (first && first.width >= least) break;
    fitting--;
  }
  return Math.max(1, fitting);
}
