/** The person's own picture, kept by this browser. */

import { scaleDown } from './cover';

const DATABASE = 'troupe';
const STORE = 'pictures';
const KEY = 'background';
/** No picture is kept with more pixels than cameras send. */
const LARGEST = { width: 1920, height: 1080 };
/** Larger files are not read. */
export const MOST_OCTETS = 30_000_000;

/** Where a browser keeps nothing, it lasts as long as the page. */
let ofThisPage: Blob | undefined;

/** Returns the kept picture, if there is any. */
export async function ownPicture(): Promise<Blob | undefined> {
  if (ofThisPage) return ofThisPage;
  try {
    const found: unknown = await inStore('readonly', (x) => x.get(KEY));
    if (found instanceof Blob) ofThisPage = found;
  } catch {
    // Private windows may have no database.
  }
  return ofThisPage;
}

/**
 * Keeps a file as the own picture, scaled down to what a camera sends. Throws
 * if it is no picture, or too large.
 */
export async function keepOwnPicture(file: Blob): Promise<void> {
  if (file.size > MOST_OCTETS) throw new Error('The file is too large');
  const picture = await createImageBitmap(file);
  const { width, height } = scaleDown(picture, LARGEST);
  const canvas = Object.assign(document.createElement('canvas'),
    { width, height });
  canvas.getContext('2d')!.drawImage(picture, 0, 0, width, height);
  picture.close();
  const kept = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, 'image/jpeg', 0.9));
  if (!kept) throw new Error('The picture cannot be kept');
  ofThisPage = kept;
  await inStore('readwrite', (x) => x.put(kept, KEY)).catch((error: unknown) =>
    console.warn('The picture lasts as long as this page', error));
}

function inStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const request = act(database.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.transaction!.oncomplete = () => database.close();
      request.transaction!.onabort = () => database.close();
    };
  });
}
