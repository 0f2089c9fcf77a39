/** What is asked of camera and microphone. Pure. */

import type { SettingValues } from './settings';

/** The settings on which the own devices depend. */
export type MediaChoices =
  Pick<SettingValues, 'resolution' | 'noiseSuppression' | 'audioOnly'>;

/** The page chooses this height where the person has not. */
const AUTO_HEIGHT = 720;
const FRAME_RATE = 30;

/** The size that is asked for; cameras give the nearest that they have. */
export function pictureSize(
  resolution: SettingValues['resolution'],
): { width: number; height: number } {
  const height = resolution === 'auto' ? AUTO_HEIGHT : Number(resolution);
  return { width: Math.round(height * 16 / 9), height };
}

/** What of an open track can follow the choices. */
export function trackConstraints(
  source: 'mic' | 'camera',
  choices: MediaChoices,
): MediaTrackConstraints {
  if (source === 'mic') {
    return {
      echoCancellation: true,
      noiseSuppression: choices.noiseSuppression,
      autoGainControl: true,
    };
  }
  const { width, height } = pictureSize(choices.resolution);
  return {
    width: { ideal: width },
    height: { ideal: height },
    frameRate: { ideal: FRAME_RATE, max: FRAME_RATE },
  };
}

/** For getUserMedia. @param id the device; undefined: the browser chooses */
export function constraintsFor(
  source: 'mic' | 'camera',
  id: string | undefined,
  choices: MediaChoices,
): MediaStreamConstraints {
  const all = {
    ...(id && { deviceId: { exact: id } }),
    ...trackConstraints(source, choices),
  };
  return source === 'mic' ? { audio: all } : { video: all };
}

/** Whether a track that was asked to change has become what is wanted. */
export function follows(
  source: 'mic' | 'camera',
  track: Pick<MediaStreamTrack, 'getSettings'>,
  choices: MediaChoices,
): boolean {
  const { noiseSuppression, height } = track.getSettings();
  if (source === 'mic') {
    // Browsers that cannot suppress noise do not mention it.
    return (noiseSuppression ?? choices.noiseSuppression) ===
      choices.noiseSuppression;
  }
  return height === pictureSize(choices.resolution).height;
}

/** The camera stays off because the person wants sound alone. */
export class AudioOnlyError extends Error {
  override name = 'AudioOnlyError';
}
