/**
 * Bounds what files take of this page's memory, whatever others send: those
 * that arrive, and those that wait in the chat to be saved. Pure.
 */

import { FILE_LIMIT } from './file_transfer';

/** Bytes of files that wait to be saved; the oldest go first. */
export const KEPT_BYTES = 64 * 1024 * 1024;
/** Bytes of files that are arriving, of one sender and of all. */
export const ARRIVING_BYTES_EACH = FILE_LIMIT;
export const ARRIVING_BYTES = 64 * 1024 * 1024;

/** What has arrived so far of files that are not complete. */
export class ArrivingFiles {
  #bySender = new Map<string, number>();
  #total = 0;

  /** Counts bytes that arrive. False: they are too many, let them go. */
  add(sender: string, bytes: number): boolean {
    const sum = (this.#bySender.get(sender) ?? 0) + bytes;
    if (sum > ARRIVING_BYTES_EACH) return false;
    if (this.#total + bytes > ARRIVING_BYTES) return false;
    this.#bySender.set(sender, sum);
    this.#total += bytes;
    return true;
  }

  /** Bytes are no longer held here. */
  remove(sender: string, bytes: number): void {
    const sum = (this.#bySender.get(sender) ?? 0) - bytes;
    if (sum > 0) this.#bySender.set(sender, sum);
    else this.#bySender.delete(sender);
    this.#total -= bytes;
  }
}

/** Complete files, oldest first; each is dropped by what it was kept with. */
export class KeptFiles {
  #files = new Map<object, { bytes: number; drop: () => void }>();
  #total = 0;

  /** Keeps a file for `owner`, and drops the oldest that no longer fit. */
  keep(owner: object, bytes: number, drop: () => void): void {
    this.drop(owner);
    this.#files.set(owner, { bytes, drop });
    this.#total += bytes;
    for (const oldest of this.#files.keys()) {
      if (this.#total <= KEPT_BYTES || oldest === owner) break;
      this.drop(oldest);
    }
  }

  /** Drops the file of `owner`, if there is one. */
  drop(owner: object): void {
    const file = this.#files.get(owner);
    if (!file) return;
    this.#files.delete(owner);
    this.#total -= file.bytes;
    file.drop();
  }

  clear(): void {
    for (const owner of [...this.#files.keys()]) this.drop(owner);
  }
}
