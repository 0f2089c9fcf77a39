/** Measures how loud a local microphone track is. */

import { rootMeanSquare } from './speaking';

export class MicMeter {
  #context: AudioContext | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #analyser: AnalyserNode | undefined;
  #samples = new Float32Array(512);
  #track: MediaStreamTrack | null = null;

  /** Measures this track from now on; null measures silence. */
  follow(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#source?.disconnect();
    this.#source = undefined;
    if (!track) return;
    this.#context ??= new AudioContext();
    this.#analyser ??= new AnalyserNode(this.#context, { fftSize: 512 });
    this.#source = this.#context
      .createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
  }

  /** Whether sound is measured; some browsers need a speaker for that. */
  get running(): boolean {
    return this.#context?.state === 'running';
  }

  /** The level now, linear, 0 to 1. */
  level(): number {
    if (!this.#analyser || !this.#track?.enabled) return 0;
    // A context made before the first click starts suspended.
    if (this.#context?.state === 'suspended') void this.#context.resume();
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return rootMeanSquare(this.#samples);
  }

  close(): void {
    this.follow(null);
    void this.#context?.close();
    this.#context = undefined;
    this.#analyser = undefined;
  }
}
