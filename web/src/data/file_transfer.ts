/**
 * Files in pieces over a reliable and ordered channel: a header as text, then
 * pieces in binary, each after four bytes that say which file it is of. Pure.
 */

import { parseFields } from './messages';

export const FILE_LIMIT = 5 * 1024 * 1024;
/** With its four bytes a piece stays below the 64 KB any browser takes. */
export const PIECE_BYTES = 60 * 1024;

const ID_BYTES = 4;
const HEADER_LIMIT = 2000;
const NAME_LIMIT = 120;

/** What a link may say it leads to; anything else is just bytes. */
const HARMLESS = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp',
  'audio/mpeg', 'audio/ogg', 'video/mp4', 'video/webm', 'application/pdf',
  'application/zip', 'text/plain', 'text/csv']);

export interface FileHeader {
  id: number;
  name: string;
  size: number;
  mimeType: string;
}

export function encodeHeader(header: FileHeader): string {
  return JSON.stringify({ type: 'file', ...header });
}

export function decodeHeader(data: unknown): FileHeader | undefined {
  const fields = parseFields(data, HEADER_LIMIT);
  if (fields?.['type'] !== 'file') return undefined;
  const { id, name, size, mimeType } = fields;
  if (!isCount(id, 0xffffffff) || !isCount(size, FILE_LIMIT)) return undefined;
  if (typeof name !== 'string') return undefined;
  return { id, size, name: fileName(name), mimeType: harmlessType(mimeType) };
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 &&
    (value as number) <= most;
}

/** A name without folders, and without what would make it look like another. */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029<>:"|?*]/gu, '')
    .replace(/^[.\s]+/u, '')
    .trim();
  if (clean.length <= NAME_LIMIT) return clean || 'file';
  const ending = /\.[^.]{1,10}$/u.exec(clean)?.[0] ?? '';
  return clean.slice(0, NAME_LIMIT - ending.length) + ending;
}

export function harmlessType(value: unknown): string {
  return typeof value === 'string' && HARMLESS.has(value)
    ? value : 'application/octet-stream';
}

/** The piece of `file` that begins at `offset`, ready to be sent. */
export function pieceOf(
  id: number,
  file: Uint8Array,
  offset: number,
): Uint8Array<ArrayBuffer> {
  const body = file.subarray(offset, offset + PIECE_BYTES);
  const piece = new Uint8Array(ID_BYTES + body.length);
  new DataView(piece.buffer).setUint32(0, id);
  piece.set(body, ID_BYTES);
  return piece;
}

export type FileNews =
  | { is: 'begun'; header: FileHeader }
  | { is: 'going on'; header: FileHeader; received: number }
  | { is: 'complete'; header: FileHeader; pieces: ArrayBuffer[] }
  | { is: 'broken'; header: FileHeader };

/** Counts what has arrived, and says when it is too much to be held. */
export interface ArrivalBudget {
  add(sender: string, bytes: number): boolean;
  remove(sender: string, bytes: number): void;
}

/** Puts one sender's files together; one at a time, none above the limit. */
export class FileAssembler {
  #header: FileHeader | undefined;
  #pieces: ArrayBuffer[] = [];
  #received = 0;

  constructor(
    private readonly budget?: { files: ArrivalBudget; sender: string },
  ) {}

  /** Takes one message. What makes no sense is dropped. */
  handle(data: unknown): FileNews[] {
    if (data instanceof ArrayBuffer) return this.#takePiece(data);
    const header = decodeHeader(data);
    if (!header) return [];
    const news = this.abandon();
    this.#header = header;
    news.push({ is: 'begun', header });
    return header.size === 0 ? [...news, this.#complete(header)] : news;
  }

  /** No more will come. */
  abandon(): FileNews[] {
    const header = this.#header;
    this.#forget();
    return header ? [{ is: 'broken', header }] : [];
  }

  #takePiece(data: ArrayBuffer): FileNews[] {
    const header = this.#header;
    if (!header || data.byteLength <= ID_BYTES) return [];
    if (new DataView(data).getUint32(0) !== header.id) return [];
    const body = data.slice(ID_BYTES);
    if (this.#received + body.byteLength > header.size) return this.abandon();
    const { files, sender = '' } = this.budget ?? {};
    if (files && !files.add(sender, body.byteLength)) return this.abandon();
    this.#pieces.push(body);
    this.#received += body.byteLength;
    return this.#received === header.size ? [this.#complete(header)]
      : [{ is: 'going on', header, received: this.#received }];
  }

  #complete(header: FileHeader): FileNews {
    const pieces = this.#pieces;
    this.#forget();
    return { is: 'complete', header, pieces };
  }

  #forget(): void {
    this.budget?.files.remove(this.budget.sender, this.#received);
    this.#header = undefined;
    this.#pieces = [];
    this.#received = 0;
  }
}

export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
