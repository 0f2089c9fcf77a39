/** Says for as long as a recording goes on that it does. */

import { consentWords, recordingWords } from '../recording_words';
import type { Recording } from '../room_recording';
import { el, flag } from './dom';

export class RecordingBanner {
  readonly root: HTMLElement;
  #words = el('strong');
  #consent = el('span', { class: 'recording-consent' });
  #change: HTMLButtonElement;

  /** @param ask asks this person whether they may be recorded */
  constructor(ask: () => void) {
    this.#change = el('button', {
      type: 'button', class: 'button small',
      attrs: { 'aria-haspopup': 'dialog' }, onclick: ask,
    });
    this.root = el('section', {
      class: 'recording', attrs: { 'aria-label': 'Recording' },
    }, el('span', { class: 'recording-dot', attrs: { 'aria-hidden': 'true' } }),
    this.#words, this.#consent, this.#change);
    this.root.hidden = true;
  }

  /** @param consent undefined: this person has not answered */
  show(recording: Recording | undefined, consent: boolean | undefined): void {
    this.root.hidden = !recording;
    if (!recording) return;
    this.#words.textContent = recordingWords(recording);
    this.root.title = recording.title;
    this.#consent.hidden = !recording.asks;
    this.#consent.textContent = consentWords(consent);
    this.#change.hidden = !recording.asks;
    this.#change.textContent = consent === undefined ? 'Answer' : 'Change';
    flag(this.root, 'data-unrecorded', !consent);
  }
}
