/** The sections of the settings dialog, in the order in which they stand. */

import { audioSection } from './settings_audio';
import { backgroundSection } from './settings_background';
import { callSection } from './settings_call';
import { networkSection } from './settings_network';
import type { SettingsSection } from './settings_section';
import { videoSection } from './settings_video';

export const SETTINGS_SECTIONS: readonly SettingsSection[] = [
  videoSection,
  backgroundSection,
  audioSection,
  networkSection,
  callSection,
];
