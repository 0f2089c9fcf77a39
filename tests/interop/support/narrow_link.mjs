/** A link of limited capacity between the server's UDP port and browsers. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const HOST = '127.0.0.1';
/** Octets of IP and UDP around each datagram. */
const OVERHEAD = 28;

/**
 * A relay for datagrams. Datagrams from browsers go on to the server at once.
 * Datagrams from the server pass one queue, which sends at `bitsPerSecond` and
 * drops at its tail what would wait longer than `queueMs`.
 */
export class NarrowLink {
  dropped = 0;
  passed = 0;
  longestWaitMs = 0;
  #near;
  #ways = new Map();
  #queue = [];
  #octets = 0;
  #freeAt = 0;
  #timer;

  static async to(serverPort, { bitsPerSecond, queueMs }) {
    const link = new NarrowLink();
    Object.assign(link, { serverPort, bitsPerSecond, queueMs });
    link.#near = createSocket('udp4');
    link.#near.on('message', (data, from) => void link.#up(data, from));
    link.#near.bind(0, HOST);
    await once(link.#near, 'listening');
    link.port = link.#near.address().port;
    return link;
  }

  close() {
    clearTimeout(this.#timer);
    this.#near.close();
    for (const far of this.#ways.values()) far.close();
  }

  #up(data, from) {
    const key = `${from.address}:${from.port}`;
    let far = this.#ways.get(key);
    if (!far) {
      far = createSocket('udp4');
      far.on('message', (answer) => this.#down(answer, from));
      this.#ways.set(key, far);
    }
    far.send(data, this.serverPort, HOST);
  }

  #down(data, to) {
    const size = data.length + OVERHEAD;
    const room = Math.max(this.bitsPerSecond / 8000 * this.queueMs, 1500);
    if (this.#octets + size > room) {
      ++this.dropped;
      return;
    }
    const now = performance.now();
    if (this.#queue.length === 0) this.#freeAt = Math.max(this.#freeAt, now);
    this.#queue.push({ data, to, size, since: now });
    this.#octets += size;
    this.#drain();
  }

  #drain() {
    clearTimeout(this.#timer);
    const now = performance.now();
    while (this.#queue.length > 0) {
      const { data, to, size, since } = this.#queue[0];
      const leavesAt = this.#freeAt + size * 8000 / this.bitsPerSecond;
      if (leavesAt > now) {
        this.#timer = setTimeout(() => this.#drain(), leavesAt - now);
        return;
      }
      this.#queue.shift();
      this.#octets -= size;
      this.#freeAt = leavesAt;
      this.longestWaitMs = Math.max(this.longestWaitMs, now - since);
      ++this.passed;
      this.#near.send(data, to.port, to.address);
    }
  }
}
