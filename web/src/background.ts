/** What is behind the person in the picture of the own camera. */

import type { Excess, Pace } from './background/budget';
import type { Pipeline } from './background/pipeline';
import type { FilteredCamera, LocalMedia } from './local_media';
import { settings, type Settings } from './settings';
import { toast } from './ui/notice';
import type { Explanation } from './words';

/** Why a background was switched off by itself. */
export function explainExcess(excess: Excess, pace?: Pace): Explanation {
  const took = pace && excess === 'frame-time'
    ? `A picture took ${Math.round(pace.medianMs)} ms.`
    : `Only ${Math.round(pace?.fps ?? 0)} pictures a second were left.`;
  return {
    title: 'Background off: this device is too slow for it',
    detail: `${took} The others see your room.`,
  };
}

function explainFailure(reason: string): Explanation {
  return {
    title: 'Background off: this browser cannot show it',
    detail: `The others see your room. (${reason})`,
  };
}

/**
 * Filters the camera as the setting `background` wants it. The code and the
 * model for it are loaded when they are needed first. What does not work is
 * left out until the next call, or until the person chooses again.
 */
export class CameraBackground {
  #media: LocalMedia | undefined;
  #running: Pipeline | undefined;
  #pace: Pace | undefined;
  #trouble: Explanation | undefined;
  #loading = false;
  #listeners = new Set<() => void>();

  /** `tell` is called when a background is off without being asked. */
  constructor(
    private readonly kept: Settings,
    private readonly tell: (trouble: Explanation) => void,
    private readonly load = () => import('./background/pipeline'),
  ) {
    kept.onChange((name) => {
      if (name === 'background') this.retry();
    });
  }

  /** What single pictures take, while there is a background. */
  get pace(): Pace | undefined {
    return this.#running && this.#pace;
  }

  /** Why what is wanted is not shown. */
  get trouble(): Explanation | undefined {
    return this.#trouble;
  }

  get isLoading(): boolean {
    return this.#loading;
  }

  /** Tells of changes of all that is above. Returns a function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Serves the camera of the next call. */
  attach(media: LocalMedia): void {
    this.#media = media;
    this.#trouble = undefined;
    media.filter = (camera) => this.#filter(camera);
  }

  /** Begins anew with what is wanted. */
  retry(): void {
    this.#trouble = undefined;
    this.#changed();
    const wanted = this.#wanted;
    if (!this.#running || wanted === 'none') {
      void this.#media?.refilter();
      return;
    }
    this.#running.show(wanted).catch((error: unknown) => this.#failed(error));
  }

  get #wanted(): string {
    return this.kept.get('background');
  }

  async #filter(camera: MediaStreamTrack): Promise<FilteredCamera | undefined> {
    if (this.#wanted === 'none' || this.#trouble) return undefined;
    this.#loading = true;
    this.#changed();
    try {
      return await this.#open(camera, this.#wanted);
    } catch (error) {
      console.warn('No background', error);
      this.#blame(explainFailure(reasonOf(error)));
      return undefined;
    } finally {
      this.#loading = false;
      this.#changed();
    }
  }

  async #open(
    camera: MediaStreamTrack, look: string,
  ): Promise<FilteredCamera> {
    const { Pipeline } = await this.load();
    const pipeline: Pipeline = await Pipeline.open(camera, look, {
      measured: (pace) => {
        this.#pace = pace;
        this.#changed();
      },
      ended: (why, reason) => this.#giveUp(why === 'failed'
        ? explainFailure(reason) : explainExcess(why, this.#pace)),
    });
    this.#running = pipeline;
    this.#pace = undefined;
    return {
      track: pipeline.track,
      close: () => {
        pipeline.close();
        if (this.#running === pipeline) this.#running = undefined;
        this.#changed();
      },
    };
  }

  #failed(error: unknown): void {
    this.#giveUp(explainFailure(reasonOf(error)));
  }

  #blame(trouble: Explanation): void {
    this.#trouble = trouble;
    this.tell(trouble);
  }

  /** Shows the plain camera. */
  #giveUp(trouble: Explanation): void {
    this.#blame(trouble);
    this.#running = undefined;
    this.#changed();
    void this.#media?.refilter();
  }

  #changed(): void {
    this.#listeners.forEach((listener) => listener());
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let ofThisPage: CameraBackground | undefined;

/** The background of this page's camera. */
export function cameraBackground(): CameraBackground {
  return ofThisPage ??= new CameraBackground(settings(),
    ({ title, detail }) => toast(`${title}. ${detail}`));
}
