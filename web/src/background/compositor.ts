/** Draws the person before a backdrop. */

import { coverBox } from './cover';
import { MaskSmoother } from './mask';
import type { Backdrop } from './messages';
import type { Segmenter } from './segmenter';

/** Blurred backdrops have few pixels: nobody can tell. */
const BLUR_WIDTH = 320;
/** Safari's canvas has no filters: there, fewer pixels are the blur. */
const hasFilters = 'filter' in OffscreenCanvasRenderingContext2D.prototype;

type Source = VideoFrame | ImageBitmap;

class Sheet {
  readonly canvas: OffscreenCanvas;
  readonly paint: OffscreenCanvasRenderingContext2D;

  constructor(width: number, height: number, isRead = false) {
    this.canvas = new OffscreenCanvas(width, height);
    const paint = this.canvas.getContext('2d', { willReadFrequently: isRead });
    if (!paint) throw new Error('This browser has no canvas in workers');
    paint.imageSmoothingQuality = 'high';
    this.paint = paint;
  }

  resize(width: number, height: number): void {
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  /** Draws over all that is there, through a filter if the browser has any. */
  draw(
    source: CanvasImageSource,
    operation: GlobalCompositeOperation,
    filter = 'none',
  ): void {
    const { paint } = this;
    paint.globalCompositeOperation = operation;
    paint.filter = filter;
    paint.drawImage(source, 0, 0, this.canvas.width, this.canvas.height);
    paint.filter = 'none';
  }
}

export class Compositor {
  #small: Sheet;
  #mask: Sheet;
  #maskPixels: ImageData;
  #smoother: MaskSmoother;
  #out = new Sheet(1, 1);
  /** The background without the person, and blurred. */
  #cut = new Sheet(1, 1);
  #blurred = new Sheet(1, 1);

  constructor(
    private readonly segmenter: Segmenter,
    public backdrop: Backdrop,
  ) {
    const { width, height } = segmenter;
    this.#small = new Sheet(width, height, true);
    this.#mask = new Sheet(width, height);
    this.#maskPixels = new ImageData(width, height);
    this.#smoother = new MaskSmoother(width, height);
  }

  /** Returns a canvas that is valid until the next call. */
  compose(source: Source, width: number, height: number): OffscreenCanvas {
    this.#findPerson(source);
    const out = this.#out;
    out.resize(width, height);
    out.draw(this.#mask.canvas, 'copy');
    out.draw(source, 'source-in');
    if (this.backdrop.kind === 'blur') {
      this.#blur(source, width, height, this.backdrop.strength);
      out.draw(this.#blurred.canvas, 'destination-over');
    } else {
      this.#drawPicture(this.backdrop.picture);
    }
    return out.canvas;
  }

  #findPerson(source: Source): void {
    const { width, height } = this.segmenter;
    this.#small.draw(source, 'copy');
    const { data } = this.#small.paint.getImageData(0, 0, width, height);
    const opacity = this.#smoother.smooth(this.segmenter.find(data));
    for (let i = 0; i < opacity.length; i++) {
      this.#maskPixels.data[4 * i + 3] = opacity[i]!;
    }
    this.#mask.paint.putImageData(this.#maskPixels, 0, 0);
  }

  #drawPicture(picture: ImageBitmap): void {
    const { canvas, paint } = this.#out;
    const box = coverBox(picture, canvas);
    paint.globalCompositeOperation = 'destination-over';
    paint.drawImage(picture, box.x, box.y, box.width, box.height);
  }

  /**
   * Blurs what is behind the person. The person is cut out before, so that no
   * glow of its colours is around it; drawing the rest several times fills the
   * hole with the colours at its edge.
   */
  #blur(
    source: Source, width: number, height: number, strength: number,
  ): void {
    const blurWidth = hasFilters ? BLUR_WIDTH : Math.round(800 / strength);
    const blurHeight = Math.max(1, Math.round(blurWidth * height / width));
    const filter = `blur(${(strength * blurWidth / 1000).toFixed(1)}px)`;
    this.#cut.resize(blurWidth, blurHeight);
    this.#blurred.resize(blurWidth, blurHeight);
    this.#cut.draw(source, 'copy');
    this.#cut.draw(this.#mask.canvas, 'destination-out');
    this.#blurred.draw(source, 'copy');
    this.#blurred.draw(this.#blurred.canvas, 'source-over', filter);
    for (let i = 0; i < 3; i++) {
      this.#blurred.draw(this.#cut.canvas, 'source-over', filter);
    }
  }
}
