/** Loads the check before a call, which few people need, and opens it. */

import type { CheckOptions } from './ui/check_dialog';
import { toast } from './ui/notice';

export async function loadCheck(options: CheckOptions): Promise<void> {
  try {
    (await import('./ui/check_dialog')).openCheckDialog(options);
  } catch (error) {
    console.warn('The check could not be loaded', error);
    toast('The check could not be loaded. Reload this page.');
  }
}
