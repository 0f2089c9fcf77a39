/** What is sent of each source: codec, layers and their limits. Pure. */

import type { types } from 'mediasoup-client';
import type { PictureSource } from './signaling';

/** Bits per second of a camera's layers, for 320, 640 and 1280 pixels. */
const CAMERA_BITRATES = [150_000, 500_000, 1_700_000];
/** The same for 480, 960 and 1920 pixels. */
const FULL_HD_BITRATES = [300_000, 1_000_000, 3_000_000];
const FULL_HD_WIDTH = 1600;
const SCREEN_BITRATES = [500_000, 2_500_000];
const SVC_BITRATE = 1_800_000;
const FULL_HD_SVC_BITRATE = 3_000_000;

export type Codec = 'vp8' | 'vp9';

export function codecFrom(query: string): Codec {
  const asked = new URLSearchParams(query).get('codec');
  return asked?.toLowerCase() === 'vp9' ? 'vp9' : 'vp8';
}

/**
 * The encodings of a picture that is `width` pixels wide, smallest first. A
 * layer below 240 pixels would help nobody: small cameras send fewer.
 */
export function encodingsOf(
  source: PictureSource,
  codec: Codec,
  width = 1280,
): types.RtpEncodingParameters[] {
  if (codec === 'vp9') {
    // A screen in layers of quality alone: its text must stay readable.
    return source === 'screen'
      ? [{ maxBitrate: SCREEN_BITRATES.at(-1)!, scalabilityMode: 'L1T3' }]
      : [{
        maxBitrate: width >= FULL_HD_WIDTH ? FULL_HD_SVC_BITRATE : SVC_BITRATE,
        scalabilityMode: 'L3T3_KEY',
      }];
  }
  const fullHd = source === 'camera' && width >= FULL_HD_WIDTH;
  const all = source === 'screen' ? SCREEN_BITRATES
    : fullHd ? FULL_HD_BITRATES : CAMERA_BITRATES;
  // Browsers leave out layers of small pictures by themselves, which those who
  // have asked for them would wait for.
  const useful = Math.max(1, Math.floor(Math.log2(width / 240)) + 1);
  const count = Math.min(all.length, useful);
  const skipped = source === 'screen' || fullHd ? 0 : skippedLayers(width, count);
  return Array.from({ length: count }, (_, layer) => ({
    maxBitrate: all[Math.min(all.length - 1, layer + skipped)]!,
    scaleResolutionDownBy: 2 ** (count - 1 - layer),
    scalabilityMode: 'L1T3',
  }));
}

/** A 1280-pixel picture in one layer needs the bitrate of the largest. */
function skippedLayers(width: number, count: number): number {
  const smallest = width / 2 ** (count - 1);
  return Math.max(0, Math.round(Math.log2(smallest / 320)));
}
