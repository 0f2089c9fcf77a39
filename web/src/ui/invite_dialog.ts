/** The ways to invite somebody to a room: link, QR code, mail, frame. */

import {
  framingSites, frameSnippet, invitationWords, mailLink, qrCode,
} from '../invitation';
import { el } from './dom';
import { icon } from './icons';
import { copyButton } from './notice';

const SVG = 'http://www.w3.org/2000/svg';

/** Opens the dialog; one that is open goes. */
export function openInviteDialog(room: string, link: string): void {
  document.querySelector<HTMLDialogElement>('dialog.invitation')?.close();
  const dialog: HTMLDialogElement = el('dialog', {
    class: 'dialog invitation', attrs: { 'aria-labelledby': 'invite-title' },
  }, el('div', { class: 'dialog-card' },
    el('header', { class: 'dialog-head' },
      el('h2', { id: 'invite-title' }, 'Invite people'),
      el('button', {
        type: 'button', class: 'icon-button', title: 'Close',
        attrs: { 'aria-label': 'Close the invitation' },
        onclick: () => dialog.close(),
      }, icon('close'))),
    el('div', { class: 'invite-ways' },
      el('div', { class: 'invite-link' }, linkField(link),
        copyButton(() => link, 'button primary'), ways(room, link)),
      qrFigure(link)),
    embedding(link)));
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (event) => {
    // The dialog's content covers it: only its backdrop is left.
    if (event.target === dialog) dialog.close();
  });
  // Keys that mean something to the call mean nothing here.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.showModal();
  dialog.querySelector<HTMLElement>('.button.primary')?.focus();
}

/** The link in full, to be read and selected. */
function linkField(link: string): HTMLElement {
  return el('input', {
    type: 'text', readOnly: true, value: link, class: 'invite-address',
    attrs: { 'aria-label': 'Invitation link' },
    onfocus: (event) => (event.target as HTMLInputElement).select(),
  });
}

/** Mail, and what this device shares by. */
function ways(room: string, link: string): HTMLElement {
  const words = invitationWords(room, link);
  const shares = 'share' in navigator &&
    (navigator.canShare?.(words) ?? true);
  return el('div', { class: 'invite-others' },
    el('a', { class: 'button', href: mailLink(room, link) },
      icon('mail'), 'Mail'),
    shares && el('button', {
      type: 'button', class: 'button',
      // Closing the sheet is a decision, not a fault.
      onclick: () => void navigator.share(words).catch(() => undefined),
    }, icon('share'), 'Share…'));
}

function qrFigure(link: string): HTMLElement {
  return el('figure', { class: 'invite-code' }, qrPicture(link),
    el('figcaption', {}, 'Point a phone’s camera here'));
}

/** Dark on light in every theme: not all readers take the opposite. */
function qrPicture(link: string): SVGElement {
  const { size, path } = qrCode(link);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', 'QR code of the invitation link');
  const ground = document.createElementNS(SVG, 'rect');
  ground.setAttribute('width', String(size));
  ground.setAttribute('height', String(size));
  ground.setAttribute('fill', '#fff');
  const dark = document.createElementNS(SVG, 'path');
  dark.setAttribute('d', path);
  dark.setAttribute('fill', '#000');
  svg.append(ground, dark);
  return svg;
}

/** The frame for a page of another site, and which sites may have one. */
function embedding(link: string): HTMLElement {
  const snippet = frameSnippet(link);
  const sites = el('p', { class: 'soft', attrs: { role: 'status' } });
  const code = el('pre', {
    tabIndex: 0, attrs: { 'aria-label': 'HTML of the frame' },
  }, el('code', {}, snippet));
  const details = el('details', { class: 'invite-embed' },
    el('summary', {}, icon('up'), 'Embed in a website'),
    code,
    el('div', { class: 'invite-embed-foot' }, sites,
      copyButton(() => snippet, 'button', 'Copy HTML', {
        title: 'Copy the HTML of the frame',
        prompt: 'Copy this HTML', done: 'HTML copied',
      })));
  details.addEventListener('toggle', () => {
    if (details.open && !sites.textContent) void describeSites(sites);
  });
  return details;
}

/** Says which sites the server lets show the call, as its headers tell. */
async function describeSites(line: HTMLElement): Promise<void> {
  line.textContent = sitesWords(await fetch(location.pathname,
    { method: 'HEAD' }).then(
    ({ headers }) => framingSites(headers.get('content-security-policy')),
    () => undefined));
}

function sitesWords(sites: string[] | undefined): string {
  if (!sites || sites.includes('*')) return 'Any website may show this call.';
  if (sites.length === 0) {
    return 'This server lets no other website show its calls. Its operator ' +
      'can list yours in http.frame-ancestors.';
  }
  return `These websites may show this call: ${sites.join(', ')}.`;
}
