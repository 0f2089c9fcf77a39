/** Somebody outside the call's window who is told what happens in the call. */

import type { Person } from './people_list';

export interface CallWatcher {
  /** Everyone in the call, after each change. */
  people(people: Person[]): void;
  /** Somebody has the floor. */
  speaks(id: string): void;
  /** Somebody else has said a line in the chat. */
  said(id: string, text: string): void;
}
