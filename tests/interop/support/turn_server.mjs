/** Debian's coturn, set up as docs/operating.md says. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './server.mjs';
import { waitFor } from './wait.mjs';

const DOCUMENT = `${ROOT}docs/operating.md`;
const CONFIGURATION = /```ini\n(# \/etc\/turnserver\.conf\n[^`]*)```/;

/** The file of the document, with other values for some of its keys. */
async function configuration(changes) {
  const found = CONFIGURATION.exec(await readFile(DOCUMENT, 'utf8'));
  if (!found) throw new Error(`no /etc/turnserver.conf in ${DOCUMENT}`);
  let text = found[1];
  for (const [key, value] of Object.entries(changes)) {
    const line = new RegExp(`^${key}=.*$`, 'm');
    if (!line.test(text)) throw new Error(`${DOCUMENT}: no ${key}=`);
    text = text.replace(line, `${key}=${value}`);
  }
  // The test reads the log from the standard output.
  return text.replace(/^syslog$/m, 'log-file=stdout\nverbose');
}

export class TurnServer {
  #child;
  #folder;
  #output = '';

  /**
   * Listens by TLS at `address`, port 443, and relays to `peer`, with
   * credentials made from `secret`. Needs root for that port.
   */
  static async start({ address, peer, secret, certificates }) {
    const server = new TurnServer();
    server.#folder = await mkdtemp(join(tmpdir(), 'troupe-turn-'));
    const file = join(server.#folder, 'turnserver.conf');
    await writeFile(file, await configuration({
      'listening-ip': address, 'relay-ip': address, 'allowed-peer-ip': peer,
      'static-auth-secret': secret,
      cert: certificates.certificate, pkey: certificates.key,
    }));
    server.#spawn(file);
    try {
      await waitFor('coturn', () => server.#listens(address), 20_000);
    } catch (error) {
      await server.stop();
      throw new Error(`${error.message}\n${server.#output}`);
    }
    return server;
  }

  /** All that coturn has logged. */
  log() {
    return this.#output;
  }

  async stop() {
    if (this.#child.exitCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #spawn(file) {
    this.#child = spawn('turnserver', ['-c', file,
      '--pidfile', join(this.#folder, 'pid'),
      '--userdb', join(this.#folder, 'users.sqlite')],
    { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => { this.#output += chunk; });
    }
  }

  #listens(host) {
    if (this.#child.exitCode !== null) {
      throw new Error(`coturn ended with ${this.#child.exitCode}`);
    }
    return new Promise((done) => {
      const probe = connect({ host, port: 443 });
      probe.on('connect', () => { probe.destroy(); done(true); });
      probe.on('error', () => done(false));
    });
  }
}
