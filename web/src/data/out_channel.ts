/** A channel to everyone else, which sends no faster than the path takes. */

import type { types } from 'mediasoup-client';

const QUEUE_MOST = 1024 * 1024;
const QUEUE_LOW = 256 * 1024;
/** Those who are there get the news of a channel within this time. */
const FOLLOW_MS = 1500;
const OPEN_WITHIN_MS = 10_000;

export class OutChannel {
  /**
   * What is sent before the others listen, they would never hear. One timer for
   * all messages: several could end in another order than they began.
   */
  #followed: Promise<void>;

  private constructor(
    private readonly producer: types.DataProducer,
    followMs: number,
  ) {
    producer.bufferedAmountLowThreshold = QUEUE_LOW;
    this.#followed = new Promise((done) => setTimeout(done, followMs));
  }

  static async open(
    transport: types.Transport,
    label: string,
    followMs = FOLLOW_MS,
  ): Promise<OutChannel> {
    const producer = await transport.produceData({ label, ordered: true });
    const channel = new OutChannel(producer, followMs);
    try {
      await channel.#opened();
    } catch (error) {
      channel.close();
      throw error;
    }
    return channel;
  }

  get id(): string {
    return this.producer.id;
  }

  get closed(): boolean {
    return this.producer.closed;
  }

  /** Resolves once the message is queued and the queue is short enough. */
  async send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#followed;
    if (this.producer.closed) throw new Error('Connection lost');
    this.producer.send(data);
    if (this.producer.bufferedAmount > QUEUE_MOST) await this.#drained();
  }

  close(): void {
    this.producer.close();
  }

  #opened(): Promise<void> {
    if (this.producer.readyState === 'open') return Promise.resolve();
    return this.#until('open', OPEN_WITHIN_MS);
  }

  #drained(): Promise<void> {
    return this.#until('bufferedamountlow');
  }

  #until(
    event: 'open' | 'bufferedamountlow',
    withinMs?: number,
  ): Promise<void> {
    return new Promise((done, failed) => {
      const { producer } = this;
      const end = () => {
        clearTimeout(timer);
        producer.off(event, ready);
        producer.off('close', lost);
        producer.off('transportclose', lost);
      };
      const ready = () => {
        end();
        done();
      };
      const lost = () => {
        end();
        failed(new Error('Connection lost'));
      };
      const timer = withinMs === undefined ? undefined
        : setTimeout(lost, withinMs);
      producer.on(event, ready);
      producer.on('close', lost);
      producer.on('transportclose', lost);
    });
  }
}
