/** Asks before something that cannot be undone. */

import type { Explanation } from '../words';
import { el } from './dom';

export interface Question extends Explanation {
  /** What the button says that does it. */
  accept: string;
  /** It harms someone: the button is red, and Enter does not press it. */
  danger?: boolean;
  /** What the other button says: "Cancel" if absent. */
  decline?: string;
  /** It comes by surprise: no key that is pressed just now answers it. */
  sudden?: boolean;
}

let count = 0;

/** Resolves with the person's answer; Escape is a no. */
export async function confirm(question: Question): Promise<boolean> {
  return await ask(question) === true;
}

/**
 * Resolves with the person's answer: undefined if there is none, as after
 * Escape, a click elsewhere, or when `signal` has closed the dialog.
 */
export function ask(
  {
    title, detail, accept, decline = 'Cancel', danger = false, sudden = false,
  }: Question,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const id = `question-${++count}`;
  const no = el('button', { type: 'button', class: 'button' },
    decline);
  const yes = el('button', {
    type: 'button', class: `button ${danger ? 'danger' : 'primary'}`,
  }, accept);
  const heading = el('h2', { id }, title);
  const dialog = el('dialog', {
    class: 'question',
    attrs: {
      role: 'alertdialog', 'aria-labelledby': id,
      'aria-describedby': `${id}-detail`,
    },
  }, heading, el('p', { id: `${id}-detail` }, detail),
  el('div', { class: 'question-answers' }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
  if (sudden) heading.tabIndex = -1;
  (sudden ? heading : danger ? no : yes).focus();
  signal?.addEventListener('abort', () => dialog.close());
  return new Promise((resolve) => {
    no.addEventListener('click', () => dialog.close('no'));
    yes.addEventListener('click', () => dialog.close('yes'));
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    // Keys that mean something to the call mean nothing here.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('close', () => {
      dialog.remove();
      const answers: Record<string, boolean> = { yes: true, no: false };
      resolve(answers[dialog.returnValue]);
    });
  });
}
