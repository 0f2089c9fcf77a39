/** What this person shares: a picture of a surface, and its sound. */

import {
  CONTENT_HINTS, showsItself, surfaceOf, usualContent,
  type ScreenContent, type Surface,
} from './screen_words';

export type ScreenSource = 'screen' | 'screen-audio';

/** What the page shows of the share. */
export interface ShareState {
  picture: MediaStreamTrack;
  surface: Surface;
  content: ScreenContent;
  paused: boolean;
  /** A preview would show itself. */
  showsItself: boolean;
}

/** Options that TypeScript's DOM library does not know yet. */
interface CaptureOptions extends DisplayMediaStreamOptions {
  systemAudio: 'include';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
  audio: MediaTrackConstraints & {
    suppressLocalAudioPlayback: boolean;
    restrictOwnAudio: boolean;
  };
}

/** The sound is taken as it is, without the voices of this call in it. */
const CAPTURE: CaptureOptions = {
  video: { frameRate: { max: 30 } },
  audio: {
    suppressLocalAudioPlayback: false, restrictOwnAudio: true,
    echoCancellation: false, noiseSuppression: false, autoGainControl: false,
  },
  systemAudio: 'include',
  surfaceSwitching: 'include',
  selfBrowserSurface: 'exclude',
};

interface TabHandles {
  setCaptureHandleConfig?(config: object): void;
}

interface CapturedTab {
  getCaptureHandle?(): { handle?: string } | null;
}

export class ScreenShare {
  #tracks: Partial<Record<ScreenSource, MediaStreamTrack>> = {};
  #paused = false;
  /** What the person has chosen for this share. */
  #chosen: ScreenContent | undefined;
  #handle = '';

  /** @param changed is called when something else is to be sent or shown */
  constructor(private readonly changed: () => void) {}

  get active(): boolean {
    return this.#tracks.screen !== undefined;
  }

  get paused(): boolean {
    return this.#paused;
  }

  track(source: ScreenSource): MediaStreamTrack | null {
    return this.#tracks[source] ?? null;
  }

  get state(): ShareState | undefined {
    const picture = this.#tracks.screen;
    if (!picture) return undefined;
    const surface = this.#surface(picture);
    return {
      picture, surface, paused: this.#paused,
      content: this.#chosen ?? usualContent(surface),
      showsItself: this.#showsItself(picture, surface),
    };
  }

  /**
   * Asks what to share, and shares it in place of what was shared before.
   * Throws what getDisplayMedia throws; then all stays as it was.
   */
  async choose(): Promise<void> {
    this.#tellHandle();
    const stream = await navigator.mediaDevices.getDisplayMedia(CAPTURE);
    const picture = stream.getVideoTracks()[0];
    const sound = stream.getAudioTracks()[0];
    if (!picture) return sound?.stop();
    this.#stopTracks();
    this.#tracks = { screen: picture, ...sound && { 'screen-audio': sound } };
    this.#chosen = undefined;
    this.#paused = false;
    this.#hint();
    picture.addEventListener('ended', () => {
      if (this.#tracks.screen === picture) this.stop();
    });
    // The browser's own bar can lead to another tab.
    picture.addEventListener('configurationchange', () => {
      this.#hint();
      this.changed();
    });
    sound?.addEventListener('ended', () => {
      if (this.#tracks['screen-audio'] !== sound) return;
      delete this.#tracks['screen-audio'];
      this.changed();
    });
    this.changed();
  }

  /** Ends the picture, and the sound with it. */
  stop(): void {
    if (!this.active) return;
    this.#stopTracks();
    this.#paused = false;
    this.changed();
  }

  /** Others keep the last picture; nothing is sent. */
  pause(paused: boolean): void {
    if (!this.active || this.#paused === paused) return;
    this.#paused = paused;
    this.changed();
  }

  setContent(content: ScreenContent): void {
    this.#chosen = content;
    this.#hint();
    this.changed();
  }

  #stopTracks(): void {
    for (const track of Object.values(this.#tracks)) track.stop();
    this.#tracks = {};
  }

  #hint(): void {
    const { state } = this;
    if (state) state.picture.contentHint = CONTENT_HINTS[state.content];
  }

  #surface(picture: MediaStreamTrack): Surface {
    return surfaceOf(picture.getSettings().displaySurface,
      this.#tracks['screen-audio'] !== undefined);
  }

  /** Lets this page recognise itself among the tabs. */
  #tellHandle(): void {
    if (this.#handle || window !== window.top) return;
    this.#handle = crypto.randomUUID();
    (navigator.mediaDevices as TabHandles).setCaptureHandleConfig?.({
      handle: this.#handle, permittedOrigins: [location.origin],
    });
  }

  #showsItself(picture: MediaStreamTrack, surface: Surface): boolean {
    const { width, height } = picture.getSettings();
    const captured = (picture as CapturedTab).getCaptureHandle?.();
    return showsItself({
      surface,
      ownTab: !!this.#handle && captured?.handle === this.#handle,
      picture: width && height ? { width, height } : undefined,
      ownWindow: {
        width: outerWidth * devicePixelRatio,
        height: outerHeight * devicePixelRatio,
      },
    });
  }
}
