/** Looks at the camera and listens to the microphone for some seconds. */

import type { LocalMedia } from '../local_media';
import { MicMeter } from '../mic_meter';
import { SpeakingDetector } from '../speaking';
import { showTrack } from '../ui/dom';
import { borrow, wait } from './borrow';
import type { CameraFacts, MicFacts } from './facts';

const FIRST_FRAME_WITHIN_MS = 5000;
const LOOK_MS = 2000;
const LISTEN_MS = 10_000;
const STEP_MS = 50;
/** Pixels at each side of the small copy of a frame that is looked at. */
const COPY = 16;

const NOTHING_SEEN: CameraFacts = {
  frames: 0, width: 0, height: 0, framesPerSecond: 0, brightest: 0,
};
const NOTHING_HEARD: MicFacts = {
  measured: false, muted: false, peak: 0, spoke: false,
};

/** Shows the camera in `video` meanwhile. Undefined if aborted. */
export async function lookAtCamera(
  media: LocalMedia,
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<CameraFacts | undefined> {
  let track: MediaStreamTrack | undefined;
  try {
    track = await borrow(media, 'camera');
    showTrack(video, track);
    const facts = await countFrames(video, signal);
    return signal.aborted ? undefined : facts;
  } catch (error) {
    return { ...NOTHING_SEEN, error };
  } finally {
    track?.stop();
    showTrack(video, null);
  }
}

async function countFrames(
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<CameraFacts> {
  const facts = { ...NOTHING_SEEN };
  const eye = Object.assign(document.createElement('canvas'),
    { width: COPY, height: COPY })
    .getContext('2d', { willReadFrequently: true });
  const begun = performance.now();
  let [before, first, last] = [-1, 0, begun];
  while (!signal.aborted) {
    const now = performance.now();
    const count = framesOf(video);
    if (count > before && video.videoWidth > 0) {
      if (facts.frames === 0) first = now;
      else facts.frames += Math.max(0, count - before - 1);
      facts.frames++;
      last = now;
      facts.brightest = Math.max(facts.brightest, brightestOf(eye, video));
    }
    if (video.videoWidth > 0) before = count;
    if (facts.frames === 0 ? now - begun > FIRST_FRAME_WITHIN_MS
      : now - first > LOOK_MS) break;
    await wait(STEP_MS, signal);
  }
  facts.width = video.videoWidth;
  facts.height = video.videoHeight;
  facts.framesPerSecond =
    last > first ? (facts.frames - 1) * 1000 / (last - first) : 0;
  return facts;
}

/** Frames that the element has got so far. */
function framesOf(video: HTMLVideoElement): number {
  return video.getVideoPlaybackQuality().totalVideoFrames;
}

function brightestOf(
  eye: CanvasRenderingContext2D | null,
  video: HTMLVideoElement,
): number {
  if (!eye) return 255;
  eye.drawImage(video, 0, 0, COPY, COPY);
  const { data } = eye.getImageData(0, 0, COPY, COPY);
  let brightest = 0;
  for (let i = 0; i < data.length; i++) {
    // The fourth is opacity.
    if (i % 4 !== 3) brightest = Math.max(brightest, data[i]!);
  }
  return brightest;
}

/**
 * Listens until somebody has spoken, or for 10 s; `show` gets each level,
 * linear, 0 to 1. Undefined if aborted.
 */
export async function listenToMic(
  media: LocalMedia,
  show: (level: number) => void,
  signal: AbortSignal,
): Promise<MicFacts | undefined> {
  const meter = new MicMeter();
  let track: MediaStreamTrack | undefined;
  try {
    track = await borrow(media, 'mic');
    meter.follow(track);
    const voice = new SpeakingDetector();
    const facts = { ...NOTHING_HEARD };
    const begun = performance.now();
    while (!signal.aborted && !facts.spoke) {
      const now = performance.now();
      if (now - begun > LISTEN_MS) break;
      const level = meter.level();
      show(level);
      facts.measured ||= meter.running;
      facts.peak = Math.max(facts.peak, level);
      facts.spoke = voice.update(level, now);
      await wait(STEP_MS, signal);
    }
    facts.muted = track.muted;
    return signal.aborted ? undefined : facts;
  } catch (error) {
    return { ...NOTHING_HEARD, error };
  } finally {
    track?.stop();
    meter.close();
    show(0);
  }
}
