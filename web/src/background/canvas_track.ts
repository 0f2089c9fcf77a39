/**
 * A track of the pictures that a worker makes, for browsers without streams of
 * pictures: a video gives the camera's, and a canvas the track.
 */

/** Without a picture of the video for so long, the timer asks for one. */
const STILL_MS = 150;

export class CanvasTrack {
  readonly track: MediaStreamTrack;
  #video = document.createElement('video');
  #canvas = document.createElement('canvas');
  #paint: CanvasRenderingContext2D;
  /** The worker has a picture and has not answered yet. */
  #busy = false;
  #takenMs = 0;
  #closed = false;

  constructor(
    camera: MediaStreamTrack,
    private readonly give: (picture: ImageBitmap) => void,
  ) {
    const paint = this.#canvas.getContext('2d', { alpha: false });
    if (!paint) throw new Error('This browser has no canvas');
    this.#paint = paint;
    this.track = this.#canvas.captureStream().getVideoTracks()[0]!;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([camera]);
    this.#video.play().catch(() => undefined);
    this.#follow();
  }

  /** Shows what the worker has made. */
  show(picture: ImageBitmap): void {
    this.#busy = false;
    const { width, height } = picture;
    if (!this.#closed) {
      if (this.#canvas.width !== width) this.#canvas.width = width;
      if (this.#canvas.height !== height) this.#canvas.height = height;
      this.#paint.drawImage(picture, 0, 0);
    }
    picture.close();
  }

  /** Gives a picture if the video has told of none: the page may be hidden. */
  wanted(): void {
    if (performance.now() - this.#takenMs > STILL_MS) void this.#take();
  }

  close(): void {
    this.#closed = true;
    this.#video.srcObject = null;
    this.track.stop();
  }

  #follow(): void {
    this.#video.requestVideoFrameCallback(() => {
      if (this.#closed) return;
      void this.#take();
      this.#follow();
    });
  }

  async #take(): Promise<void> {
    if (this.#busy || this.#closed || this.#video.videoWidth === 0) return;
    this.#busy = true;
    this.#takenMs = performance.now();
    try {
      this.give(await createImageBitmap(this.#video));
    } catch {
      // The camera has just ended, or has no picture yet.
      this.#busy = false;
    }
  }
}
