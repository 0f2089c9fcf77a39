/** What the small window of a call shows. Pure. */

import { SCREEN } from './arrangement';
import type { Person } from './people_list';

export interface PipScene {
  people: readonly Person[];
  pinned: string | undefined;
  /** Whose screen the stage shows. */
  sharer: string | undefined;
  speaker: string | undefined;
  /** Only pictures can be shown: no names, no letters. */
  picturesOnly: boolean;
}

export interface PipChoice {
  person: Person;
  source: 'camera' | 'screen';
}

/**
 * A pin goes before a screen, a screen before whoever speaks, as on the
 * stage. A person who is alone sees themselves.
 */
export function choosePip(scene: PipScene): PipChoice | undefined {
  const { people, pinned, sharer, speaker, picturesOnly } = scene;
  const find = (id: string | undefined) =>
    people.find((one) => one.id === id);
  const screen = find(sharer);
  const shared: PipChoice[] = screen?.screen
    ? [{ person: screen, source: 'screen' }] : [];
  const others = people.filter(({ isSelf }) => !isSelf);
  const self = people.filter(({ isSelf }) => isSelf);
  const cameras = [
    ...[find(speaker)], ...others.filter(hasPicture), ...others, ...self,
  ].flatMap((person): PipChoice[] =>
    (person ? [{ person, source: 'camera' }] : []));
  const pin = find(pinned);
  const all: PipChoice[] = [
    ...pinned === SCREEN ? shared : [],
    ...pin ? [{ person: pin, source: 'camera' } as const] : [],
    ...shared, ...cameras,
  ];
  return picturesOnly
    ? all.find(({ person, source }) =>
      source === 'screen' || hasPicture(person))
    : all[0];
}

export function hasPicture({ cameraOff, camera }: Person): boolean {
  return !cameraOff && camera !== null;
}
