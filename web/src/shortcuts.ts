/** The keys of a call. Pure but for where the choice is kept. */

/** What a key does; the page maps each to a function. */
export type Command =
  | 'mic' | 'camera' | 'hand' | 'chat' | 'people' | 'view' | 'full-screen'
  | 'next-page' | 'previous-page' | 'charts' | 'talk' | 'settings'
  | 'help';

export interface Shortcut {
  /** As KeyboardEvent.key has it, in lower case. */
  key: string;
  /** As a person reads it. */
  shown: string;
  command: Command;
  does: string;
}

/** All shortcuts, in the order in which they are listed. */
export const SHORTCUTS: readonly Shortcut[] = [
  { key: 'm', shown: 'M', command: 'mic', does: 'Mute or unmute' },
  {
    key: ' ', shown: 'Space', command: 'talk',
    does: 'Talk while you hold it, when you are muted',
  },
  { key: 'v', shown: 'V', command: 'camera', does: 'Camera on or off' },
  { key: 'h', shown: 'H', command: 'hand', does: 'Raise or lower your hand' },
  { key: 'c', shown: 'C', command: 'chat', does: 'Open or close the chat' },
  { key: 'p', shown: 'P', command: 'people', does: 'Open or close the people' },
  {
    key: 'g', shown: 'G', command: 'view',
    does: 'Next layout: grid, speaker, sidebar',
  },
  {
    key: 'f', shown: 'F', command: 'full-screen',
    does: 'Full screen, and back',
  },
  {
    key: 'pagedown', shown: 'Page ↓', command: 'next-page',
    does: 'Next page of people',
  },
  {
    key: 'pageup', shown: 'Page ↑', command: 'previous-page',
    does: 'Previous page of people',
  },
  { key: 's', shown: 'S', command: 'charts', does: 'Show or hide the charts' },
  { key: ',', shown: ',', command: 'settings', does: 'Open the settings' },
  { key: '?', shown: '?', command: 'help', does: 'Show this list' },
];

/** Keys that have their meaning by the place of the focus. */
export const PLACE_KEYS: ReadonlyArray<{ shown: string[]; does: string }> = [
  {
    shown: ['←', '→', '↑', '↓'],
    does: 'Go from picture to picture, or from button to button',
  },
  {
    shown: ['Enter'],
    does: 'On a picture: pin it, see it on the whole screen, or why it ' +
      'looks so',
  },
  {
    shown: ['Shift', '←', '→', '↑', '↓'],
    does: 'On your floating picture: move it to another corner',
  },
  { shown: ['Esc'], does: 'Close a menu, the chat, this list or full screen' },
];

/** What is asked of a key event; KeyboardEvent has all of it. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

/** The command of a key; undefined of all others, and of a held key. */
export function commandOf(press: KeyPress): Command | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat) {
    return undefined;
  }
  const key = press.key.toLowerCase();
  return SHORTCUTS.find((one) => one.key === key)?.command;
}

const OFF_KEY = 'troupe.shortcuts';

/**
 * People who dictate set off single letters by accident: they can switch the
 * shortcuts off (WCAG 2.1, 2.1.4).
 */
export function shortcutsOn(store: Pick<Storage, 'getItem'>): boolean {
  return store.getItem(OFF_KEY) !== 'off';
}

export function setShortcutsOn(
  store: Pick<Storage, 'setItem'>,
  on: boolean,
): void {
  store.setItem(OFF_KEY, on ? 'on' : 'off');
}
