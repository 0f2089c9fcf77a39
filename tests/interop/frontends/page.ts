/**
 * Parts common to all pages: settings from the page's address, the local
 * camera, and a tile for each track. No signaling.
 */

const query = new URLSearchParams(location.search);

export const settings = {
  /** Where the signaling is, such as http://127.0.0.1:4443. */
  server: query.get('server')!,
  room: query.get('room')!,
  user: query.get('user')!,
  /** The Socket.IO transports to use; if absent, the library's default. */
  transports: query.get('transports')?.split(','),
  /** Which of several readings of its document a page follows. */
  reading: query.get('reading') ?? '',
};

/** The server's address with a WebSocket's scheme. */
export const socketServer = settings.server.replace(/^http/, 'ws');

/** The page's buttons, for the test to press. */
export type Buttons = Record<string, (...given: any[]) => unknown>;

declare global {
  interface Window { app: Buttons }
}

export async function openCamera(
  video: boolean | MediaTrackConstraints = true,
): Promise<MediaStream> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: true, video,
  });
  const [track] = stream.getVideoTracks();
  removeTile('me');
  addTile('me', track!, 'me').dataset.self = '';
  return stream;
}

export async function openScreen(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getDisplayMedia();
  return stream.getVideoTracks()[0]!;
}

/** Plays a track in a tile of its own, which ends with the track. */
export function addTile(
  id: string,
  track: MediaStreamTrack,
  owner = '',
): HTMLMediaElement {
  const element = document.createElement(track.kind as 'audio' | 'video');
  element.id = id;
  element.dataset.owner = owner;
  element.autoplay = true;
  element.muted = track.kind === 'video';
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
  void element.play();
  return element;
}

export function removeTile(id: string): void {
  document.getElementById(id)?.remove();
}

export function removeTilesOf(owner: string): void {
  document.querySelectorAll<HTMLElement>('[data-owner]').forEach((element) => {
    if (element.dataset.owner === owner) element.remove();
  });
}

/** Marks in a tile whether its media is paused. */
export function markPaused(id: string, paused: boolean): void {
  document.getElementById(id)?.toggleAttribute('data-paused', paused);
}

/** The page's data about each tile except its own. */
export function listTiles() {
  return [...document.querySelectorAll<HTMLElement>(
    '[data-owner]:not([data-self])',
  )].map((element) => ({
    owner: element.dataset.owner,
    kind: element.tagName === 'VIDEO' ? 'video' : 'audio',
    paused: 'paused' in element.dataset,
  }));
}

/** Removes every tile except the page's own. */
export function clearTiles(): void {
  document.querySelectorAll('[data-owner]:not([data-self])')
    .forEach((element) => element.remove());
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Awaits a request that should fail, and returns the server's error. */
export async function refusal(attempt: Promise<unknown>): Promise<string> {
  try {
    return `no error, but ${JSON.stringify(await attempt)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
