/** Opens the list of recordings; its code is loaded when it is wanted. */

import type { RecordingSummary } from './signaling';
import { toast } from './ui/notice';

/** @param list asks the server for them, the newest first */
export function openRecordings(list: () => Promise<RecordingSummary[]>): void {
  import('./ui/recordings_dialog').then(
    ({ openRecordingsDialog }) => openRecordingsDialog(list),
    () => toast('The list of recordings could not be loaded'));
}
