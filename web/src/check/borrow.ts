/** Camera and microphone for a check, beside what the call does with them. */

import type { LocalMedia, LocalSource } from '../local_media';

/** A track that is the caller's own: stop() it. Throws as getUserMedia does. */
export async function borrow(
  media: LocalMedia,
  source: LocalSource,
): Promise<MediaStreamTrack> {
  const open = media.track(source);
  if (open && open.readyState === 'live') {
    const copy = open.clone();
    // It goes nowhere but into the check, so a muted one may listen, too.
    copy.enabled = true;
    return copy;
  }
  const id = media.deviceId(source);
  const device = id ? { deviceId: { ideal: id } } : true;
  const stream = await navigator.mediaDevices.getUserMedia(
    source === 'mic' ? { audio: device } : { video: device });
  return stream.getTracks()[0]!;
}

/** Resolves after that time, or at once when the signal is aborted. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
