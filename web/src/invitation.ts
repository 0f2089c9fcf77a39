/** The forms that an invitation takes: mail, QR code, frame. Pure. */

import { encode } from 'uqr';
import { FRAME_ALLOW } from '../embed/src/protocol';

/** The words of an invitation, for mails and the share sheet. */
export function invitationWords(room: string, link: string) {
  return {
    title: `Video call: ${room}`,
    text: `Join the video call “${room}” in your browser:`,
    url: link,
  };
}

/** A mail that invites; the mail program asks for the addresses. */
export function mailLink(room: string, link: string): string {
  const { title, text } = invitationWords(room, link);
  // Lines of a body end with CR LF (RFC 6068, section 5).
  const body = `${text}\r\n\r\n${link}\r\n\r\nNothing has to be installed.`;
  return `mailto:?subject=${encodeURIComponent(title)}` +
    `&body=${encodeURIComponent(body)}`;
}

/** The HTML that shows the call in a page of another site. */
export function frameSnippet(link: string): string {
  const escaped = link.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<iframe src="${escaped}"\n  allow="${FRAME_ALLOW}"\n` +
    '  width="960" height="600" style="border: 0"></iframe>';
}

export interface QrCode {
  /** Modules on each side, the quiet zone included. */
  size: number;
  /** The dark modules, as the path of an SVG with that many units. */
  path: string;
}

/** The quiet zone that readers need around a code (ISO/IEC 18004). */
const QUIET_MODULES = 4;

/** Throws if the text is longer than a code can hold (about 2.3 KB). */
export function qrCode(text: string): QrCode {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_MODULES });
  const rows = data.map((row, y) => runsOf(row)
    .map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`).join(''));
  return { size, path: rows.join('') };
}

/** Where dark modules begin in a row, and how many there are. */
function runsOf(row: boolean[]): Array<[number, number]> {
  const runs: Array<[number, number]> = [];
  row.forEach((dark, x) => {
    const last = runs.at(-1);
    if (!dark) return;
    if (last && last[0] + last[1] === x) last[1]++;
    else runs.push([x, 1]);
  });
  return runs;
}

/**
 * The other sites that may show this page in a frame, by the header
 * `Content-Security-Policy`; "*" is any. Undefined if it limits nothing.
 */
export function framingSites(policy: string | null): string[] | undefined {
  const directive = (policy ?? '').split(/[;,]/).map((text) => text.trim())
    .find((text) => /^frame-ancestors(\s|$)/i.test(text));
  return directive?.split(/\s+/).slice(1)
    .filter((source) => !source.startsWith("'"));
}
