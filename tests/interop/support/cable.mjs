/** A TCP relay between a page and the server that can be interrupted. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Passes TCP connections on to `url`, until it is cut. */
export class Cable {
  #server;
  #sockets = new Set();
  #cut = false;

  static async to(url) {
    const cable = new Cable();
    const { hostname, port } = new URL(url);
    cable.#server = createServer((near) => cable.#join(near, hostname, port))
      .listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    cable.url = `http://127.0.0.1:${cable.#server.address().port}`;
    return cable;
  }

  /** Resets all connections and accepts no more. */
  cut() {
    this.#cut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend() {
    this.#cut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #join(near, host, port) {
    if (this.#cut) return near.resetAndDestroy();
    const far = connect(port, host);
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
