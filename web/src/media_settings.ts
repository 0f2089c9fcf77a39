/** Carries settings out on the own camera and microphone, as they change. */

import type { LocalMedia, LocalSource } from './local_media';
import type { MediaChoices } from './media_constraints';
import type { Settings } from './settings';

/** The settings as the own devices ask for them. */
export function mediaChoices(settings: Pick<Settings, 'get'>): MediaChoices {
  return {
    resolution: settings.get('resolution'),
    noiseSuppression: settings.get('noiseSuppression'),
    audioOnly: settings.get('audioOnly'),
  };
}

export class MediaSettings {
  /** "Audio only" has switched the camera off, and will switch it on. */
  #cameraWaits = false;

  /**
   * @param media the devices that are in use now
   * @param said has a sentence for the person
   * @param failed gets what kept a device from following
   */
  constructor(
    private readonly settings: Pick<Settings, 'get' | 'onChange'>,
    private readonly media: () => LocalMedia,
    private readonly said: (text: string) => void,
    private readonly failed: (source: LocalSource, error: unknown) => void,
  ) {
    settings.onChange((name) => {
      if (name === 'resolution') this.#adjust('camera');
      if (name === 'noiseSuppression') this.#adjust('mic');
      if (name === 'audioOnly') this.#switchCamera();
    });
  }

  /** Another call begins: what was switched off before stays so. */
  forget(): void {
    this.#cameraWaits = false;
  }

  #adjust(source: LocalSource): void {
    this.media().adjust(source).catch((error: unknown) =>
      this.failed(source, error));
  }

  #switchCamera(): void {
    const media = this.media();
    if (this.settings.get('audioOnly')) {
      this.#cameraWaits = media.isOn('camera');
      if (!this.#cameraWaits) return this.said('Audio only: no pictures');
      this.said('Audio only: your camera is off');
      void media.switchOff('camera');
    } else {
      this.said('Pictures are back');
      if (!this.#cameraWaits) return;
      this.#cameraWaits = false;
      media.switchOn('camera').catch((error: unknown) =>
        this.failed('camera', error));
    }
  }
}
