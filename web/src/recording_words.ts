/** Recordings in words, for those who are recorded and those who record. Pure. */

import { timeWords } from './replay/times';
import type { Recording } from './room_recording';
import type { Question } from './ui/confirm';
import type { Look } from './ui/toolbar';

/** "Recording since 14:05 by Ada". */
export function recordingWords({ startedAtMs, byName }: Recording): string {
  const time = timeWords(startedAtMs);
  return `Recording${time && ` since ${time}`}${byName && ` by ${byName}`}`;
}

/** The same for those who listen, once. */
export function spokenWords(recording: Recording): string {
  const { byName, asks } = recording;
  const who = byName ? ` by ${byName}` : '';
  return `This call is being recorded${who}` +
    (asks ? '. You are recorded only if you agree' : '');
}

/** Whether a person is recorded themselves, where each is asked. */
export function consentWords(consent: boolean | undefined): string {
  if (consent) return 'You are recorded';
  return consent === undefined
    ? 'You are not recorded until you agree' : 'You are not recorded';
}

/** The button that begins a recording, or ends the one that goes on. */
export function recordLook(on: boolean): Look {
  return on ? { icon: 'stop', label: 'Stop recording' }
    : { icon: 'record', label: 'Record this call' };
}

/** Asked before a recording begins. */
export const START_QUESTION: Question = {
  title: 'Record this call?',
  detail: 'Everyone is told, and so is everyone who joins later. Cameras, ' +
    'voices and shared screens are recorded, yours too; the chat is not. ' +
    'Those who may record in this room can watch it afterwards, and so can ' +
    'the operator of this server.',
  accept: 'Record',
};

export const STOP_QUESTION: Question = {
  title: 'Stop the recording?',
  detail: 'Everyone is told. What has been recorded is kept.',
  accept: 'Stop recording',
};

/** Asked of everyone who has not agreed yet. */
export function consentQuestion({ byName }: Recording): Question {
  return {
    title: `${byName || 'This server'} wants to record`,
    detail: 'May you be recorded? If you accept, your camera, your voice and ' +
      'your shared screen are recorded from now on. If you decline, you stay ' +
      'in the call and nothing of you is recorded. You can change this at ' +
      'any time.',
    accept: 'Accept',
    decline: 'Decline',
    sudden: true,
  };
}

const KEPT = 'What was recorded until then is kept.';

const STOPPED: Record<string, string> = {
  'disk-full': `The recording has stopped: the server’s disk is full. ${KEPT}`,
  'disk-failed': 'The recording has stopped: the server could not write it ' +
    'to its disk. The end of it may be missing.',
  'too-large': 'The recording has stopped: it has reached the size that this ' +
    `server allows. ${KEPT}`,
  shutdown: `The recording has stopped: the server is shutting down. ${KEPT}`,
  internal: 'The recording has stopped: something went wrong on the server. ' +
    'The end of it may be missing.',
};

/** Why a recording has ended, if it was not a person who ended it. */
export function troubleWords(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : STOPPED[reason];
}

/** That a recording has ended as it was to. */
export function endWords(reason: string | undefined): string {
  return reason === undefined
    ? 'The recording has ended while you were not connected'
    : 'The recording has ended';
}
