/** Which speaker the others are heard on, and a sound to try it with. */

import { AudioOut } from './ui/audio_out';

const KEY = 'troupe.speaker';
/** Two notes, as a door chime: frequency in Hz, begin and end in seconds. */
const CHIME = [[659.25, 0, 0.5], [523.25, 0.28, 1.1]] as const;
const LOUDNESS = 0.25;
const CHIME_MS = 1300;

export class Speaker {
  /** The device's id; empty for the system's choice. */
  get id(): string {
    return localStorage.getItem(KEY) ?? '';
  }

  choose(deviceId: string): void {
    localStorage.setItem(KEY, deviceId);
  }

  /** Plays the sound; resolves when it has ended. */
  async test(): Promise<void> {
    const context = new AudioContext();
    const player = new Audio();
    try {
      const out = context.createMediaStreamDestination();
      for (const [frequency, from, to] of CHIME) {
        playNote(context, out, frequency, from, to);
      }
      player.srcObject = out.stream;
      // An unplugged speaker is no reason for silence.
      if (this.id && AudioOut.canChoose()) {
        await player.setSinkId(this.id).catch(() => undefined);
      }
      await context.resume();
      await player.play();
      await new Promise((done) => setTimeout(done, CHIME_MS));
    } finally {
      player.srcObject = null;
      void context.close();
    }
  }
}

function playNote(
  context: AudioContext,
  out: AudioNode,
  frequency: number,
  from: number,
  to: number,
): void {
  const begin = context.currentTime + from;
  const end = context.currentTime + to;
  const note = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, end);
  note.connect(gain).connect(out);
  note.start(begin);
  note.stop(end);
}
