/** The finished recordings of a room, each with the way to watch it. */

import { dateWords, lengthWords } from '../replay/times';
import { replayAddress } from '../replay/address';
import type { RecordingSummary } from '../signaling';
import { explainServer } from '../words';
import { el } from './dom';
import { icon } from './icons';
import { errorBox } from './notice';

/** Opens the dialog; one that is open goes. */
export function openRecordingsDialog(
  list: () => Promise<RecordingSummary[]>,
): void {
  document.querySelector<HTMLDialogElement>('dialog.recordings')?.close();
  const body = el('div', {
    class: 'recordings-body', attrs: { role: 'status' },
  }, 'Asking the server…');
  const close = el('button', {
    type: 'button', class: 'icon-button', title: 'Close',
    attrs: { 'aria-label': 'Close the recordings' },
    onclick: () => dialog.close(),
  }, icon('close'));
  const dialog: HTMLDialogElement = el('dialog', {
    class: 'dialog recordings', attrs: { 'aria-labelledby': 'recordings-title' },
  }, el('div', { class: 'dialog-card' },
    el('header', { class: 'dialog-head' },
      el('h2', { id: 'recordings-title' }, 'Recordings of this room'), close),
    body));
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    // The dialog's content covers it: only its backdrop is left.
    if (event.target === dialog) dialog.close();
  });
  // Keys that mean something to the call mean nothing here.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.showModal();
  close.focus();
  list().then(
    (recordings) => body.replaceChildren(...content(recordings)),
    (error: unknown) => body.replaceChildren(...errorBox(explainServer(error))));
}

function content(recordings: RecordingSummary[]): HTMLElement[] {
  if (recordings.length === 0) {
    return [el('p', { class: 'soft' }, 'Nothing has been recorded here yet. ' +
      'A recording is in this list once it has ended.')];
  }
  return [
    el('ul', { class: 'waiting-list recordings-list' }, ...recordings.map(row)),
    el('p', { class: 'soft' }, 'The links work for an hour. Open this list ' +
      'again for new ones.'),
  ];
}

function row(
  { title, date, durationMs, url, recordingId }: RecordingSummary,
): HTMLElement {
  const when = dateWords(Date.parse(date));
  const name = title || when;
  const length = lengthWords(durationMs);
  return el('li', { class: 'waiting-head', attrs: { 'data-recording': recordingId } },
    el('div', {}, el('strong', {}, name),
      el('p', { class: 'soft' },
        title ? `${when} · ${length}` : length)),
    url
      ? el('a', {
        class: 'button small', target: '_blank', rel: 'noopener',
        href: replayAddress(url, document.baseURI),
        attrs: { 'aria-label': `Watch ${name}, in a new tab` },
      }, icon('play'), 'Watch')
      : el('span', { class: 'soft' }, 'Cannot be played'));
}
