/** What can be behind a person: the choices, and what a kept choice means. */

import curtain from './pictures/curtain.svg';
import evening from './pictures/evening.svg';
import library from './pictures/library.svg';
import loft from './pictures/loft.svg';
import meadow from './pictures/meadow.svg';
import plain from './pictures/plain.svg';

/** The person's own picture, from the own disk. */
export const OWN = 'own';

/** How wide the blur is, in thousandths of the picture's width. */
const BLURS: Readonly<Record<string, number>> = { 'blur-light': 10, blur: 28 };

export interface Picture {
  id: string;
  title: string;
  /** The address of the file, relative to the script's. */
  file: string;
}

export const PICTURES: readonly Picture[] = [
  { id: 'library', title: 'Library', file: library },
  { id: 'loft', title: 'Loft', file: loft },
  { id: 'evening', title: 'Evening', file: evening },
  { id: 'meadow', title: 'Meadow', file: meadow },
  { id: 'curtain', title: 'Curtain', file: curtain },
  { id: 'plain', title: 'Plain wall', file: plain },
];

export interface Choice {
  id: string;
  title: string;
}

/** All but the own picture, in the order in which they are offered. */
export const CHOICES: readonly Choice[] = [
  { id: 'none', title: 'None' },
  { id: 'blur-light', title: 'Light blur' },
  { id: 'blur', title: 'Strong blur' },
  ...PICTURES,
];

export type Look =
  | { kind: 'none' }
  | { kind: 'blur'; strength: number }
  | { kind: 'picture'; picture: Picture }
  | { kind: 'own' };

/**
 * What the setting `background` stands for. What this version of the page does
 * not know is blurred: the person wanted something to be hidden.
 */
export function lookOf(id: string): Look {
  if (id === 'none') return { kind: 'none' };
  if (id === OWN) return { kind: 'own' };
  const picture = PICTURES.find((one) => one.id === id);
  if (picture) return { kind: 'picture', picture };
  return { kind: 'blur', strength: BLURS[id] ?? BLURS['blur']! };
}

/** The address of a file that the build has put beside the scripts. */
export function addressOf(file: string): string {
  return new URL(file, import.meta.url).href;
}
