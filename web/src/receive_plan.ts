/**
 * Which pictures, and which layers of them, fit into what this person wants
 * to receive. Pure. The server has no request for a limit, so the page asks
 * for fewer layers instead.
 */

import type { LayerCount, Layers } from './layer_choice';

/** A picture that is seen, with what it would be wanted for. */
export interface SeenPicture {
  id: string;
  source: 'camera' | 'screen';
  /** Device pixels of width that it fills; the largest are the dearest. */
  needed: number;
  /** Pixels of width of its largest layer. */
  sourceWidth: number;
  count: LayerCount;
  wanted: Layers;
}

export interface ReceiveLimits {
  /** The most of all streams together, in kbit/s; 0: no limit. */
  limitKbit: number;
  audioOnly: boolean;
  /** How many people can be heard. */
  voices: number;
}

/** Bits per second of a voice with its headers. */
const VOICE = 56_000;
/** More do not speak at a time. */
const MOST_VOICES = 3;
const PAYLOAD = 0.92;
/** Bits per second of a camera's layer of this width, and how they grow. */
const CAMERA = { width: 320, bitrate: 150_000, power: 1.75 };
const SCREEN_BITRATE = 2_500_000;
/** The part of a layer's bits that its lower temporal layers take. */
const TEMPORAL: Record<number, readonly number[]> = {
  1: [1], 2: [0.6, 1], 3: [0.4, 0.6, 1],
};

/** Bits per second that these layers take at most. */
export function bitrateOf(
  { source, sourceWidth, count }: SeenPicture,
  { spatial, temporal }: Layers,
): number {
  const part = TEMPORAL[count.temporal]?.[temporal] ?? 1;
  const below = 2 ** Math.max(0, count.spatial - 1 - spatial);
  if (source === 'screen') return SCREEN_BITRATE / below ** 2 * part;
  const width = sourceWidth / below;
  return CAMERA.bitrate * (width / CAMERA.width) ** CAMERA.power * part;
}

/**
 * The layers to ask for, by the ids of the pictures. A picture without any is
 * not to be received. A shared screen is always: in its lowest layers where
 * there is no room for more.
 */
export function planReceive(
  { limitKbit, audioOnly, voices }: ReceiveLimits,
  pictures: readonly SeenPicture[],
): Map<string, Layers> {
  const allowed = pictures.filter(({ source }) =>
    source === 'screen' || !audioOnly);
  if (limitKbit <= 0) {
    return new Map(allowed.map(({ id, wanted }) => [id, wanted]));
  }
  const ranked = [...allowed].sort((one, other) =>
    rank(other) - rank(one) || other.needed - one.needed);
  const plan = new Map<string, Layers>();
  let left = limitKbit * 1000 * PAYLOAD -
    Math.min(voices, MOST_VOICES) * VOICE;
  const take = (picture: SeenPicture, layers: Layers): boolean => {
    const has = plan.get(picture.id);
    const more = bitrateOf(picture, layers) -
      (has ? bitrateOf(picture, has) : 0);
    const first = !has && picture.source === 'screen';
    if (more > left && !first) return false;
    left -= more;
    plan.set(picture.id, layers);
    return true;
  };
  // All of them small before one of them large.
  for (const one of ranked) take(one, { spatial: 0, temporal: 0 });
  let rising = ranked.filter(({ id }) => plan.has(id));
  while (rising.length > 0) {
    rising = rising.filter((one) => {
      const next = above(plan.get(one.id)!, one);
      return next !== undefined && take(one, next);
    });
  }
  return plan;
}

function rank({ source }: SeenPicture): number {
  return source === 'screen' ? 1 : 0;
}

/** The next better layers that are wanted; undefined: there are none. */
function above(
  { spatial, temporal }: Layers,
  { wanted }: SeenPicture,
): Layers | undefined {
  if (temporal < wanted.temporal) return { spatial, temporal: temporal + 1 };
  return spatial < wanted.spatial
    ? { spatial: spatial + 1, temporal } : undefined;
}
