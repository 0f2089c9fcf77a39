/** Plays a few notes that are made on the spot, on a chosen speaker. */

import { AudioOut } from './ui/audio_out';

/** Frequency in Hz, begin and end in seconds. */
export type Note = readonly [frequency: number, from: number, to: number];

export interface ChimeOptions {
  /** The highest amplitude, 0 to 1. */
  loudness: number;
  /** The device's id; empty for the system's choice. */
  speaker: string;
}

/** Resolves when the last note has ended; rejects if nothing can play. */
export async function playChime(
  notes: readonly Note[],
  { loudness, speaker }: ChimeOptions,
): Promise<void> {
  const context = new AudioContext();
  const player = new Audio();
  try {
    const out = context.createMediaStreamDestination();
    for (const note of notes) playNote(context, out, note, loudness);
    player.srcObject = out.stream;
    // An unplugged speaker is no reason for silence.
    if (speaker && AudioOut.canChoose()) {
      await player.setSinkId(speaker).catch(() => undefined);
    }
    await context.resume();
    await player.play();
    const seconds = Math.max(...notes.map(([, , to]) => to));
    await new Promise((done) => setTimeout(done, seconds * 1000 + 200));
  } finally {
    player.srcObject = null;
    void context.close();
  }
}

function playNote(
  context: AudioContext,
  out: AudioNode,
  [frequency, from, to]: Note,
  loudness: number,
): void {
  const begin = context.currentTime + from;
  const end = context.currentTime + to;
  const note = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(loudness, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, end);
  note.connect(gain).connect(out);
  note.start(begin);
  note.stop(end);
}
