/** A sound file with speech, for Chromium's fake microphone to repeat. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RATE = 48_000;
const SECONDS = 4;
/** Syllables of 160 ms with pauses of 90 ms. */
const SYLLABLE_S = 0.25;
const SOUNDING = 0.64;

/** A vowel is a row of overtones; its pitch differs by syllable. */
function sampleAt(second) {
  const syllable = Math.floor(second / SYLLABLE_S);
  const within = (second % SYLLABLE_S) / SYLLABLE_S;
  if (within > SOUNDING) return 0;
  const pitch = [120, 150, 135, 170, 110][syllable % 5];
  const shape = Math.sin(Math.PI * within / SOUNDING);
  let sum = 0;
  for (let overtone = 1; overtone <= 12; overtone++) {
    sum += Math.sin(2 * Math.PI * pitch * overtone * second) / overtone;
  }
  return 0.4 * shape * sum;
}

function waveFile() {
  const count = RATE * SECONDS;
  const file = Buffer.alloc(44 + count * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + count * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // mono
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(count * 2, 40);
  for (let index = 0; index < count; index++) {
    const sample = Math.max(-1, Math.min(1, sampleAt(index / RATE)));
    file.writeInt16LE(Math.round(sample * 32_000), 44 + index * 2);
  }
  return file;
}

/** Returns the flag for Chromium, and a function that removes the file. */
export async function makeFakeVoice() {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-voice-'));
  const path = join(folder, 'voice.wav');
  await writeFile(path, waveFile());
  return {
    flag: `--use-file-for-fake-audio-capture=${path}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
