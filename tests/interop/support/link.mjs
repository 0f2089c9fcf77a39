/** A TCP relay to a server that a test can break as networks do. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Link {
  #server;
  #pairs = new Set();

  /** Listens on a port of its own and connects to the server at `url`. */
  static async to(url) {
    const { hostname: host, port } = new URL(url);
    const link = new Link();
    link.#server = createServer((near) => link.#join(near, { host, port }));
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    link.url = `http://127.0.0.1:${link.#server.address().port}`;
    return link;
  }

  /** Ends all connections at once, at both sides, without a close frame. */
  cut() {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /**
   * Ends the client's side of all connections. The server's side stays open,
   * and nothing more arrives on it, as when a phone changes its network.
   */
  strand() {
    for (const { near, far } of this.#pairs) {
      near.unpipe();
      far.unpipe();
      near.removeAllListeners('close');
      near.resetAndDestroy();
      far.pause();
    }
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #join(near, target) {
    const far = connect(target);
    const pair = { near, far };
    this.#pairs.add(pair);
    for (const [one, other] of [[near, far], [far, near]]) {
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
