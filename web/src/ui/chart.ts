/** Draws the last minute of a picture: bitrate, estimate, layer and loss. */

import { axisEnd, bitrateWords, HISTORY_MS, type FlowSample } from '../flow';
import { el } from './dom';

const COLOURS = {
  bitrate: '#5fd3f3',
  estimate: '#ffb52e',
  layer: 'rgb(190 160 255 / 34%)',
  loss: '#ff6b6b',
  froze: 'rgb(255 107 107 / 30%)',
};

/** Loss of this share fills half of the chart's height. */
const LOSS_SHOWN = 0.2;

export class Chart {
  readonly root: HTMLElement;
  #canvas = el('canvas', { attrs: { 'aria-hidden': 'true' } });
  #figures = el('span', { class: 'chart-figures' });

  /** @param legend names the lines, where there is room for it */
  constructor(legend = false) {
    this.root = el('div', { class: 'chart' }, this.#canvas, this.#figures,
      legend && el('div', { class: 'chart-legend' },
        key('bitrate', 'received'), key('estimate', 'bandwidth'),
        key('layer', 'layer'), key('loss', 'loss')));
  }

  draw(samples: readonly FlowSample[]): void {
    const latest = samples.at(-1);
    this.#figures.textContent = latest ? figures(latest) : 'No picture yet';
    this.root.dataset['samples'] = String(samples.length);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(2, devicePixelRatio);
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const paint = this.#canvas.getContext('2d');
    if (!paint || !latest) return;
    paint.scale(ratio, ratio);
    drawSamples(paint, samples, width, height);
  }
}

function key(name: keyof typeof COLOURS, label: string): HTMLElement {
  return el('span', { class: `key ${name}` }, el('i'), label);
}

/** The latest figures in one line. */
export function figures(sample: FlowSample): string {
  const parts = [bitrateWords(sample.bitrate)];
  if (sample.width > 0) parts.push(`${sample.width}×${sample.height}`);
  parts.push(`${Math.round(sample.framesPerSecond)} fps`);
  if (sample.loss >= 0.001) {
    parts.push(`${(sample.loss * 100).toFixed(1)} % lost`);
  }
  return parts.join(' · ');
}

function drawSamples(
  paint: CanvasRenderingContext2D,
  samples: readonly FlowSample[],
  width: number,
  height: number,
): void {
  const end = samples.at(-1)!.atMs;
  const step = width * 1000 / HISTORY_MS;
  const x = (sample: FlowSample) =>
    width - (end - sample.atMs) / HISTORY_MS * width;
  // An estimate far above what is sent would press the rest to the floor.
  const most = Math.max(...samples.map(({ bitrate }) => bitrate));
  const top = axisEnd(Math.max(100_000, most * 1.15));
  const y = (value: number) =>
    height - 1 - Math.min(1, value / top) * (height - 2);
  const tallest = Math.max(1, ...samples.map((sample) => sample.height));
  for (const sample of samples) {
    const from = x(sample) - step;
    if (sample.froze) {
      paint.fillStyle = COLOURS.froze;
      paint.fillRect(from, 0, step + 0.5, height);
    }
    const share = sample.height / tallest * 0.6;
    paint.fillStyle = COLOURS.layer;
    paint.fillRect(Math.floor(from), height * (1 - share),
      Math.floor(from + step) - Math.floor(from), height * share);
    const loss = Math.min(1, sample.loss / LOSS_SHOWN) * height / 2;
    paint.fillStyle = COLOURS.loss;
    paint.fillRect(from, 0, Math.max(1, step - 0.5), loss);
  }
  line(paint, COLOURS.estimate, samples.flatMap((sample) =>
    sample.estimate === undefined ? [] : [[x(sample), y(sample.estimate)]]),
  [3, 3]);
  line(paint, COLOURS.bitrate, samples.map((sample) =>
    [x(sample), y(sample.bitrate)]), []);
}

function line(
  paint: CanvasRenderingContext2D,
  colour: string,
  points: number[][],
  dashes: number[],
): void {
  paint.strokeStyle = colour;
  paint.lineWidth = 1.5;
  paint.lineJoin = 'round';
  paint.setLineDash(dashes);
  paint.beginPath();
  points.forEach(([px, py], index) =>
    (index === 0 ? paint.moveTo(px!, py!) : paint.lineTo(px!, py!)));
  paint.stroke();
}
