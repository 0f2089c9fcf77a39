/** One page of the settings dialog. */

import type { LocalMedia } from '../local_media';
import type { Speaker } from '../speaker';
import type { IconName } from './icons';

/** What the sections may change or show. */
export interface SettingsContext {
  media: LocalMedia;
  speaker: Speaker;
  /** The call is running: devices that are chosen are used at once. */
  inCall: boolean;
}

export interface OpenSection {
  root: HTMLElement;
  /** Ends previews and listeners; the dialog closes or shows another page. */
  close(): void;
}

export interface SettingsSection {
  /** For addresses and tests: "video". */
  id: string;
  title: string;
  icon: IconName;
  open(context: SettingsContext): OpenSection;
}
