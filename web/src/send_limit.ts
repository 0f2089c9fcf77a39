/** Keeps what is sent within the person's limit and what others want. */

import { shareSendRate, type Bitrates } from './send_share';
import type { Settings } from './settings';
import type { Source } from './signaling';
import { sendUpTo, type LayerSender } from './wanted_layers';

interface Stream {
  sender: LayerSender;
  full: Bitrates;
  /** The highest layer that anybody wants; undefined for none. */
  highest: number | undefined;
}

export class SendLimit {
  #streams = new Map<Source, Stream>();
  #forget: () => void;
  /** Parameters are read and written in turn, never by two at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly choices: Pick<Settings, 'get' | 'onChange'>) {
    this.#forget = choices.onChange((name) => {
      if (name === 'sendLimit') void this.#apply();
    });
  }

  /** @param full bits per second of each layer; empty for a voice */
  add(source: Source, sender: LayerSender, full: Bitrates): Promise<void> {
    this.#streams.set(source, { sender, full, highest: Infinity });
    return this.#apply();
  }

  remove(source: Source): Promise<void> {
    this.#streams.delete(source);
    return this.#apply();
  }

  /** Takes note of the layers that are received. */
  want(source: Source, highest: number | undefined): Promise<void> {
    const stream = this.#streams.get(source);
    if (stream) stream.highest = highest;
    return this.#apply();
  }

  close(): void {
    this.#forget();
    this.#streams.clear();
  }

  #apply(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#applyNow());
    return this.#turn;
  }

  async #applyNow(): Promise<void> {
    const full = new Map([...this.#streams].map(([source, one]) =>
      [source, one.full]));
    const shares = shareSendRate(this.choices.get('sendLimit'), full);
    for (const [source, { sender, highest }] of [...this.#streams]) {
      await sendUpTo(sender, highest, shares.get(source)).catch(
        (error: unknown) => console.warn('Cannot change what is sent', error));
    }
  }
}
