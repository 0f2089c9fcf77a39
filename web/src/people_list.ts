/** Everyone in a call as the page shows them. Pure. */

import type { RemoteTrack } from './receiver';
import type { Participant, Source } from './signaling';

/** One person as the page shows them. */
export interface Person {
  id: string;
  name: string;
  isSelf: boolean;
  /** May moderate the room. */
  isHost: boolean;
  micMuted: boolean;
  cameraOff: boolean;
  camera: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
  screenSound?: MediaStreamTrack | null;
  /** The sender has paused the screen: its last picture stands. */
  screenPaused?: boolean;
}

/** All others: the members, and whoever sends before the list has come. */
export function othersOf(
  members: Participant[],
  tracks: RemoteTrack[],
  selfId: string,
): Person[] {
  const known = new Map(members.map((one) => [one.id, one]));
  const ids = new Set(known.keys());
  for (const { peerId } of tracks) ids.add(peerId);
  ids.delete(selfId);
  return [...ids].map((id) => person(id, known.get(id),
    tracks.filter(({ peerId }) => peerId === id)));
}

function person(
  id: string,
  known: Participant | undefined,
  tracks: RemoteTrack[],
): Person {
  const find = (source: Source) =>
    tracks.find((track) => track.source === source);
  const mic = find('mic');
  const camera = find('camera');
  const screen = find('screen');
  const screenSound = find('screen-audio');
  return {
    id,
    name: known?.name || 'Guest',
    isSelf: false,
    isHost: known?.isHost ?? false,
    // Of one who has no microphone the server counts the screen's sound.
    micMuted: mic ? mic.paused
      : screenSound !== undefined || (known?.isAudioMuted ?? true),
    cameraOff: camera ? camera.paused : true,
    camera: camera?.consumer.track ?? null,
    screen: screen?.consumer.track ?? null,
    audio: mic?.consumer.track ?? null,
    screenSound: screenSound?.consumer.track ?? null,
    screenPaused: screen?.paused ?? false,
  };
}
