/** Why a picture looks as it does: its figures, and what was decided. */

import type { Decision } from '../decisions';
import { bitrateWords, type FlowSample } from '../flow';
import type { Figure } from '../server_stats';
import { Chart } from './chart';
import { el } from './dom';

/** What is known of one picture at this moment. */
export interface WhyFacts {
  samples: readonly FlowSample[];
  decisions: readonly Decision[];
  /** The layers that can be chosen from; none of one's own picture. */
  layers: { spatial: number; temporal: number } | undefined;
  codec: string;
  /** What the server counts of it. */
  figures: Figure[];
  /**
   * The server's own account is there; without it, this page's view. Undefined
   * while the server has not answered.
   */
  explained: boolean | undefined;
  isSelf: boolean;
}

export class WhyPanel {
  /** It scrolls, so the keyboard can stop at it. */
  readonly root = el('div', {
    class: 'why-panel', tabIndex: 0,
    attrs: { role: 'group', 'aria-labelledby': 'panel-title' },
  });
  #chart = new Chart(true);
  #facts = el('dl', { class: 'facts' });
  #note = el('p', { class: 'soft' });
  #list = el('ol', { class: 'decisions' });

  constructor() {
    this.root.append(this.#chart.root, this.#facts,
      el('h3', {}, 'Decisions'), this.#note, this.#list);
  }

  update(why: WhyFacts): void {
    this.#chart.draw(why.samples);
    const latest = why.samples.at(-1);
    const rows: Figure[] = [];
    if (why.codec) rows.push(['Codec', why.codec]);
    if (latest) rows.push(...figuresOf(latest, why));
    rows.push(...why.figures);
    this.#facts.replaceChildren(...rows.flatMap(([term, value]) =>
      [el('dt', {}, term), el('dd', {}, value)]));
    this.#note.textContent = noteFor(why);
    this.#list.replaceChildren(...why.decisions.map(({ atMs, by, text }) =>
      el('li', { class: `by-${by}` },
        el('time', {}, new Date(atMs).toLocaleTimeString()),
        el('span', { class: 'by' }, by === 'server' ? 'Server' : 'This page'),
        el('span', {}, text))));
  }
}

function noteFor({ explained, isSelf, decisions }: WhyFacts): string {
  if (isSelf) return 'This is your own picture, as you send it.';
  if (explained === false) {
    return 'This server does not explain its decisions. Below is what this ' +
      'page requested, and what the server reported.';
  }
  return decisions.length === 0 ? 'Nothing yet.' : '';
}

function figuresOf(
  latest: FlowSample,
  { layers, isSelf }: WhyFacts,
): Figure[] {
  const rows: Figure[] = [
    [isSelf ? 'Sent' : 'Received', bitrateWords(latest.bitrate)],
    ['Picture', latest.width > 0
      ? `${latest.width} × ${latest.height}` : 'none yet'],
    ['Frames', `${latest.framesPerSecond.toFixed(0)} per second`],
    ['Lost', `${(latest.loss * 100).toFixed(1)} % of packets`],
    [isSelf ? 'Your bandwidth' : 'Bandwidth to you',
      latest.estimate === undefined ? 'not yet known'
        : bitrateWords(latest.estimate)],
  ];
  if (layers && layers.spatial > 1) {
    rows.push(['Layer', latest.layer === undefined
      ? `unknown, of ${layers.spatial}`
      : `${latest.layer + 1} of ${layers.spatial}`]);
  }
  return rows;
}
