/** A TLS proxy in front of the server, as operators have one. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'node:tls';

export class TlsFront {
  #server;
  #sockets = new Set();

  /** Accepts TLS at `address`, port 443, for the server at `url`. */
  static async to(url, { address, certificates }) {
    const front = new TlsFront();
    const { hostname, port } = new URL(url);
    front.url = `https://${address}`;
    front.#server = createServer(await certificates.tlsOptions(),
      (near) => front.#join(near, connect(port, hostname)));
    front.#server.on('tlsClientError', () => undefined);
    front.#server.listen(443, address);
    await once(front.#server, 'listening');
    return front;
  }

  close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(near, far) {
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
