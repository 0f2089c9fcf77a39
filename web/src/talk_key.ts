/** Talking while a key is held. Pure: whoever uses it switches the microphone. */

export interface TalkMicrophone {
  isOn(): boolean;
  switchOn(): Promise<unknown>;
  switchOff(): Promise<unknown>;
}

export class TalkKey {
  #held = false;

  constructor(private readonly microphone: TalkMicrophone) {}

  /** True while the key is held and the microphone is on because of it. */
  get held(): boolean {
    return this.#held;
  }

  /** The key went down. An open microphone stays as it is. */
  press(): void {
    if (this.#held || this.microphone.isOn()) return;
    this.#held = true;
    this.microphone.switchOn().catch(() => { this.#held = false; });
  }

  /** The key went up, or the window lost the keyboard. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.microphone.switchOff().catch(() => undefined);
  }

  /** The microphone was switched by other means: it stays so on release. */
  forget(): void {
    this.#held = false;
  }
}
