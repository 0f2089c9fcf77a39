/** Invented recordings, for fixture.ts. */

import {
  consentQuestion, START_QUESTION, STOP_QUESTION,
} from '../src/recording_words';
import type { Recording } from '../src/room_recording';
import { confirm, type Question } from '../src/ui/confirm';
import { el } from '../src/ui/dom';
import { RecordingBanner } from '../src/ui/recording_banner';
import { openRecordingsDialog } from '../src/ui/recordings_dialog';

const RECORDING: Recording = {
  id: 'r1', byName: 'Jonas Lindqvist', title: '', asks: false,
  startedAtMs: new Date(2026, 10, 23, 14, 5).getTime(),
};

/** That the call is recorded, as `recording` says. */
export function recordingBanner(kind: string | null): HTMLElement {
  const place = el('div', { class: 'recording-place' });
  const banner = new RecordingBanner(() =>
    void confirm(consentQuestion(RECORDING)));
  place.append(banner.root);
  if (kind === null) return place;
  banner.show({ ...RECORDING, asks: kind !== 'notice' },
    { accepted: true, declined: false }[kind]);
  return place;
}

export function showRecordings(some: boolean): void {
  const one = (id: string, title: string, minutes: number, url = '/r') => ({
    recordingId: id, title, url, durationMs: minutes * 60_000,
    date: `2026-11-2${id}T13:05:00.000Z`,
  });
  openRecordingsDialog(async () => !some ? [] : [
    one('3', '', 64), one('2', 'Rehearsal of the second act, with all who ' +
      'sing in it', 12.4), one('1', 'Season plan', 0.5, ''),
  ]);
}

export const RECORDING_QUESTIONS: Record<string, Question> = {
  record: START_QUESTION,
  stop: STOP_QUESTION,
  consent: consentQuestion(RECORDING),
};
