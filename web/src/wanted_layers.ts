/** Sends no layers that nobody receives, and no more than is allowed. */

import type { Bitrates } from './send_share';

export type LayerSender =
  Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/**
 * @param spatialLayer the highest that anybody wants; undefined for none. The
 *   lowest goes on in any case, so that who comes has a picture at once.
 * @param bitrates the most that each layer may send, in bit/s; 0: nothing.
 *   A layer without one has no limit.
 */
export async function sendUpTo(
  sender: LayerSender,
  spatialLayer: number | undefined,
  bitrates: Bitrates = [],
): Promise<void> {
  const highest = Math.max(0, spatialLayer ?? 0);
  const parameters = sender.getParameters();
  let changed = false;
  parameters.encodings?.forEach((encoding, layer) => {
    const most = bitrates[layer];
    const active = layer <= highest && most !== 0;
    if ((encoding.active ?? true) !== active) {
      encoding.active = active;
      changed = true;
    }
    // A layer that is off keeps its bitrate: 0 is not allowed.
    if (most === 0 || encoding.maxBitrate === most) return;
    if (most === undefined) delete encoding.maxBitrate;
    else encoding.maxBitrate = most;
    changed = true;
  });
  if (changed) await sender.setParameters(parameters);
}
