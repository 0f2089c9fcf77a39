/** Listens to the keyboard for the whole page. */

import { commandOf, shortcutsOn, type Command } from '../shortcuts';
import type { TalkKey } from '../talk_key';

const WRITING = 'input:not([type="checkbox"]):not([type="radio"]):not(' +
  '[type="button"]), textarea, select, [contenteditable]:not(' +
  '[contenteditable="false"])';
/** Where keys have a meaning of their own. */
const OWN_KEYS = '[role="menu"], dialog';
/** What scrolls by pages itself. */
const SCROLLS = '.panel';
const PRESSABLE = 'button, a[href], input, summary, [role="button"]';

export interface KeyActions {
  /** Carries out a command; all but talking. */
  run(command: Exclude<Command, 'talk'>): void;
  /** Who talks while Space is held; undefined when there is no call. */
  talk(): TalkKey | undefined;
}

export class Keys {
  /** Space presses a button that was reached by keys, not by the mouse. */
  #byKeyboard = false;
  /** Space went down without effect on the page; going up has none either. */
  #spaceTaken = false;

  constructor(private readonly actions: KeyActions) {
    document.addEventListener('keydown', (event) => this.#down(event));
    document.addEventListener('keyup', (event) => this.#up(event));
    document.addEventListener('pointerdown', () => {
      this.#byKeyboard = false;
    }, { capture: true });
    window.addEventListener('blur', () => this.actions.talk()?.release());
    document.addEventListener('visibilitychange', () =>
      this.actions.talk()?.release());
  }

  #down(event: KeyboardEvent): void {
    if (/^(Tab|Arrow|Enter|Escape|Home|End)/.test(event.key)) {
      this.#byKeyboard = true;
    }
    const talk = this.actions.talk();
    if (event.key === ' ') {
      if (event.repeat && this.#spaceTaken) return event.preventDefault();
      this.#spaceTaken = false;
    }
    if (!shortcutsOn(localStorage) || isForOthers(event)) return;
    const command = commandOf(event);
    if (!command) return;
    if (command === 'talk') {
      if (!talk || this.#pressesButton(event)) return;
      // Otherwise a page scrolls, and a button that was clicked is pressed.
      event.preventDefault();
      this.#spaceTaken = true;
      return talk.press();
    }
    event.preventDefault();
    this.actions.run(command);
  }

  #up(event: KeyboardEvent): void {
    if (event.key !== ' ') return;
    // Firefox presses a button when the key goes up, even an unused one.
    if (this.#spaceTaken) event.preventDefault();
    this.#spaceTaken = false;
    this.actions.talk()?.release();
  }

  #pressesButton({ target }: KeyboardEvent): boolean {
    return this.#byKeyboard && target instanceof Element &&
      target.matches(PRESSABLE);
  }
}

/** Whether someone writes, or a menu or dialog has the keyboard. */
function isForOthers({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (key.startsWith('Page') && target.closest(SCROLLS)) return true;
  return target.closest(WRITING) !== null || target.closest(OWN_KEYS) !== null;
}
