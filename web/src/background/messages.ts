/** What the page and the worker of the background tell each other. */

import type { Pace } from './budget';

/** What is drawn behind the person. */
export type Backdrop =
  | { kind: 'blur'; strength: number }
  | { kind: 'picture'; picture: ImageBitmap };

export interface StartMessage {
  type: 'start';
  wasm: string;
  model: string;
  backdrop: Backdrop;
  /** Pictures of the camera and for the track that is sent, where streams of
   * them exist; else each picture is a message. */
  streams?: {
    readable: ReadableStream<VideoFrame>;
    writable: WritableStream<VideoFrame>;
  };
  /** Each picture takes so much longer: for tests. */
  delayMs: number;
}

export type ToWorker =
  | StartMessage
  | { type: 'backdrop'; backdrop: Backdrop }
  | { type: 'picture'; picture: ImageBitmap };

export type FromWorker =
  /** The model is loaded. */
  | { type: 'ready' }
  /** The first picture is made. */
  | { type: 'began' }
  | { type: 'made'; picture: ImageBitmap }
  /** The next picture is wanted: a timer that hidden pages do not slow down. */
  | { type: 'wanted' }
  /** Twice a second; without a pace while there are too few pictures. */
  | { type: 'pace'; pace: Pace | undefined }
  | { type: 'failed'; reason: string };
