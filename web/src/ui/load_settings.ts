/** Loads the settings dialog when somebody asks for it. */

import { toast } from './notice';
import type { SettingsContext } from './settings_section';

/** @param sectionId the section to show; the last one if absent */
export async function showSettings(
  context: SettingsContext,
  sectionId?: string,
): Promise<void> {
  try {
    const { openSettings } = await import('./settings_dialog');
    openSettings(context, sectionId);
  } catch (error) {
    console.warn('No settings', error);
    toast('The settings could not be loaded: check your connection');
  }
}

/** Closes the dialog where what it changes is over. */
export function closeSettings(): void {
  document.querySelector<HTMLDialogElement>('dialog.settings')?.close();
}
