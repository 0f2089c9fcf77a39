/** Tries the speaker, and chooses another where the browser can. */

import { AudioOut } from './audio_out';
import { el, flag } from './dom';
import { icon } from './icons';
import { chevron, roundButton } from './toolbar';

export interface SpeakerActions {
  speakerMenu(anchor: HTMLElement): void;
  /** Resolves when the test sound has ended. */
  testSpeaker(): Promise<void>;
}

export function speakerButtons(actions: SpeakerActions): HTMLElement {
  const label = 'Play a test sound';
  const button: HTMLButtonElement = roundButton(() => {
    flag(button, 'data-playing', true);
    void actions.testSpeaker()
      .finally(() => flag(button, 'data-playing', false));
  });
  button.append(icon('sound'));
  button.title = label;
  button.setAttribute('aria-label', label);
  return el('div', { class: 'split' }, button,
    AudioOut.canChoose() && chevron('Choose speaker', 'sound',
      (anchor) => actions.speakerMenu(anchor)));
}
