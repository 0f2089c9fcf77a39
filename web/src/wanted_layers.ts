/** Sends no layers that nobody receives. */

type LayerSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/**
 * @param spatialLayer the highest that anybody wants; undefined for none. The
 *   lowest goes on in any case, so that who comes has a picture at once.
 */
export async function sendUpTo(
  sender: LayerSender,
  spatialLayer: number | undefined,
): Promise<void> {
  const highest = Math.max(0, spatialLayer ?? 0);
  const parameters = sender.getParameters();
  let changed = false;
  parameters.encodings.forEach((encoding, layer) => {
    const active = layer <= highest;
    if ((encoding.active ?? true) === active) return;
    encoding.active = active;
    changed = true;
  });
  if (changed) await sender.setParameters(parameters);
}
