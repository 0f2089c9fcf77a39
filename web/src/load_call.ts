/**
 * Loads the code of the call. The lobby needs none of it, and so is shown
 * before it has arrived.
 */

import type { RunningCall } from './running_call';

export async function loadCall(): Promise<typeof RunningCall> {
  try {
    return (await import('./running_call')).RunningCall;
  } catch {
    throw new Error('The call could not be loaded');
  }
}
