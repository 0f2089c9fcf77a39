/** Asks before something that cannot be undone. */

import type { Explanation } from '../words';
import { el } from './dom';

export interface Question extends Explanation {
  /** What the button says that does it. */
  accept: string;
  /** It harms someone: the button is red, and Enter does not press it. */
  danger?: boolean;
}

let count = 0;

/** Resolves with the person's answer; Escape is a no. */
export function confirm(
  { title, detail, accept, danger = false }: Question,
): Promise<boolean> {
  const id = `question-${++count}`;
  const no = el('button', { type: 'button', class: 'button' }, 'Cancel');
  const yes = el('button', {
    type: 'button', class: `button ${danger ? 'danger' : 'primary'}`,
  }, accept);
  const dialog = el('dialog', {
    class: 'question',
    attrs: {
      role: 'alertdialog', 'aria-labelledby': id,
      'aria-describedby': `${id}-detail`,
    },
  }, el('h2', { id }, title), el('p', { id: `${id}-detail` }, detail),
  el('div', { class: 'question-answers' }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
  (danger ? no : yes).focus();
  return new Promise((resolve) => {
    no.addEventListener('click', () => dialog.close());
    yes.addEventListener('click', () => dialog.close('yes'));
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) dialog.close();
    });
    // Keys that mean something to the call mean nothing here.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
  });
}
