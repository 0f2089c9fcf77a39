/** Divides what this person may send between voice, screen and camera. Pure. */

import type { Source } from './signaling';

/** What a voice costs: its octets, and 50 headers a second. */
const VOICE_BITRATE = 32_000;
const NARROW_VOICE_BITRATE = 20_000;
const VOICE_HEADERS = 24_000;
/** Below this limit, in bit/s, a voice takes less. */
const NARROW = 200_000;
/** What remains of a picture's rate after headers and repair. */
const PAYLOAD = 0.92;
/** A picture of fewer bits per second is none. */
const LEAST_PICTURE = 30_000;
/** A larger layer is sent once this part of its bitrate is left for it. */
const WORTHWHILE = 0.5;
/** A screen goes before a face, but does not take everything. */
const SCREEN_PART = 0.65;

/** Bits per second of each layer, smallest first; 0: it is not sent. */
export type Bitrates = readonly number[];

/**
 * @param limitKbit the most of all streams together, in kbit/s; 0: no limit
 * @param full what each source sends without a limit; of a voice it is empty
 * @returns the most that each layer may send; empty: nothing is limited
 */
export function shareSendRate(
  limitKbit: number,
  full: ReadonlyMap<Source, Bitrates>,
): Map<Source, Bitrates> {
  if (limitKbit <= 0) return new Map(full);
  const limit = limitKbit * 1000;
  const voice = limit < NARROW ? NARROW_VOICE_BITRATE : VOICE_BITRATE;
  // A voice that is muted may be heard any moment: it keeps its part.
  const rest = Math.max(0, (limit - voice - VOICE_HEADERS) * PAYLOAD);
  const shares = new Map<Source, Bitrates>();
  if (full.has('mic')) shares.set('mic', [voice]);
  const screen = full.get('screen') ?? [];
  const camera = full.get('camera') ?? [];
  const forScreen = Math.max(rest * SCREEN_PART, rest - sum(camera));
  const screenShare = fill(screen, screen.length > 0 && camera.length > 0 &&
    rest < 2 * LEAST_PICTURE ? rest : forScreen);
  if (full.has('screen')) shares.set('screen', screenShare);
  if (full.has('camera')) {
    shares.set('camera', fill(camera, rest - sum(screenShare)));
  }
  return shares;
}

/** Fills the layers from the smallest, which all viewers can receive. */
function fill(full: Bitrates, budget: number): Bitrates {
  let left = budget;
  let open = true;
  return full.map((bitrate, layer) => {
    const least = layer === 0 ? LEAST_PICTURE : bitrate * WORTHWHILE;
    open &&= left >= least;
    if (!open) return 0;
    const share = Math.min(bitrate, Math.floor(left));
    left -= share;
    return share;
  });
}

function sum(bitrates: Bitrates): number {
  return bitrates.reduce((all, one) => all + one, 0);
}
