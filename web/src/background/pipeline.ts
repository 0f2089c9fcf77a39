/** From the camera's track to one with another background. */

import model from
  '@twilio/video-processors/dist/build/selfie_segmentation_landscape.tflite';
import wasm from '@twilio/video-processors/dist/build/tflite-simd-1-0-0.wasm';
import { loadBackdrop } from './backdrops';
import { Budget, LIMIT_MS, type Excess, type Pace } from './budget';
import { CanvasTrack } from './canvas_track';
import { addressOf } from './looks';
import type { Backdrop, FromWorker, ToWorker } from './messages';
import script from './worker.ts?script';

/** What loading and the first picture may take. */
const START_MS = 30_000;
/** Without a word of the worker for so long, it hangs. */
const SILENCE_MS = 8000;

declare global {
  interface Window {
    /** For tests: each picture takes longer by so many milliseconds. */
    backgroundDelayMs?: number;
    /** For tests: a picture may take so many milliseconds. */
    backgroundLimitMs?: number;
  }
}

/** Streams of a track's pictures, which only Chromium has in windows. */
interface PictureStreams {
  MediaStreamTrackProcessor?: new (init: {
    track: MediaStreamTrack; maxBufferSize: number;
  }) => { readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) =>
    MediaStreamTrack & { writable: WritableStream<VideoFrame> };
}

export interface PipelineListener {
  measured(pace: Pace): void;
  /** It has ended by itself; the track gives no more pictures. */
  ended(why: Excess | 'failed', reason: string): void;
}

export class Pipeline {
  #track: MediaStreamTrack | undefined;
  #worker: Worker;
  #camera: MediaStreamTrack;
  #canvas: CanvasTrack | undefined;
  #budget: Budget;
  #heardMs = performance.now();
  #watch = 0;
  #begun = false;
  #settle: { resolve(): void; reject(error: Error): void } | undefined;
  #wanted = '';

  private constructor(
    camera: MediaStreamTrack,
    private readonly listener: PipelineListener,
  ) {
    this.#camera = camera.clone();
    this.#worker = new Worker(addressOf(script));
    this.#budget = new Budget(camera.getSettings().frameRate ?? 30,
      window.backgroundLimitMs ?? LIMIT_MS);
  }

  /**
   * Resolves when the first picture has been made: nothing is sent before.
   * Throws with the reason if the browser cannot do this.
   */
  static async open(
    camera: MediaStreamTrack,
    look: string,
    listener: PipelineListener,
  ): Promise<Pipeline> {
    const backdrop = await loadBackdrop(look);
    const pipeline = new Pipeline(camera, listener);
    try {
      await pipeline.#begin(backdrop);
    } catch (error) {
      pipeline.close();
      throw error;
    }
    return pipeline;
  }

  /** The track to send; the camera stays with its owner. */
  get track(): MediaStreamTrack {
    return this.#track!;
  }

  /** Shows another look from now on; the last one that was asked for wins. */
  async show(look: string): Promise<void> {
    this.#wanted = look;
    const backdrop = await loadBackdrop(look);
    if (this.#wanted !== look) return;
    this.#tell({ type: 'backdrop', backdrop }, ofBackdrop(backdrop));
  }

  close(): void {
    clearInterval(this.#watch);
    this.#worker.terminate();
    this.#canvas?.close();
    this.#track?.stop();
    this.#camera.stop();
  }

  #begin(backdrop: Backdrop): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#worker.onmessage = ({ data }) => this.#heard(data as FromWorker);
      this.#worker.onerror = (event) =>
        this.#fail(event.message || 'The worker cannot be started');
      this.#watch = window.setInterval(() => this.#look(), 1000);
      const streams = this.#streams();
      this.#tell({
        type: 'start', wasm: addressOf(wasm), model: addressOf(model), backdrop,
        ...streams && { streams }, delayMs: window.backgroundDelayMs ?? 0,
      }, [
        ...ofBackdrop(backdrop),
        ...streams ? [streams.readable, streams.writable] : [],
      ]);
    });
  }

  #streams() {
    const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } =
      window as PictureStreams;
    if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) return;
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.#track = generator;
    // A picture that the worker has no time for is left out.
    const { readable } = new MediaStreamTrackProcessor(
      { track: this.#camera, maxBufferSize: 1 });
    return { readable, writable: generator.writable };
  }

  #heard(message: FromWorker): void {
    this.#heardMs = performance.now();
    switch (message.type) {
      case 'ready': return this.#modelLoaded();
      case 'began':
        this.#begun = true;
        return this.#settle?.resolve();
      case 'made': return this.#canvas?.show(message.picture);
      case 'wanted': return this.#canvas?.wanted();
      case 'pace': return message.pace && this.#judge(message.pace);
      case 'failed': return this.#fail(message.reason);
    }
  }

  #modelLoaded(): void {
    if (this.#track) return;
    this.#canvas = new CanvasTrack(this.#camera, (picture) =>
      this.#tell({ type: 'picture', picture }, [picture]));
    this.#track = this.#canvas.track;
  }

  #judge(pace: Pace): void {
    this.listener.measured(pace);
    // Browsers slow hidden pages down.
    if (document.hidden) return this.#budget.forget();
    const excess = this.#budget.judge(pace, performance.now());
    if (excess) this.#end(excess, '');
  }

  /** A worker that says nothing any more hangs. */
  #look(): void {
    const silentMs = performance.now() - this.#heardMs;
    if (this.#camera.muted || document.hidden) {
      this.#heardMs = performance.now();
    } else if (silentMs > (this.#begun ? SILENCE_MS : START_MS)) {
      this.#fail('It does not answer');
    }
  }

  #fail(reason: string): void {
    if (!this.#begun) this.#settle?.reject(new Error(reason));
    else this.#end('failed', reason);
  }

  #end(why: Excess | 'failed', reason: string): void {
    this.close();
    this.listener.ended(why, reason);
  }

  #tell(message: ToWorker, transfer: Transferable[]): void {
    this.#worker.postMessage(message, transfer);
  }
}

function ofBackdrop(backdrop: Backdrop): Transferable[] {
  return backdrop.kind === 'picture' ? [backdrop.picture] : [];
}
