/** Runs a separate Troupe for a test, on loopback and free ports. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { waitFor, pause } from './wait.mjs';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const HOST = '127.0.0.1';
const STOP_WITHIN_MS = 2000;
const KEPT_OUTPUT = 20_000;

/** A port that was free a moment ago. */
async function freePort() {
  const probe = createServer().listen(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

function binaryPath() {
  const path = process.env.TROUPE_BIN ?? `${ROOT}build/release/troupe`;
  if (!existsSync(path)) {
    throw new Error(`no server at ${path}: build it, or set TROUPE_BIN`);
  }
  return path;
}

/** "--rtc.port" of "--rtc.port=443". */
const keyOf = (flag) => flag.split('=', 1)[0];

/** Runs `troupe doctor`. Returns its exit code and its report. */
export function runDoctor(flags, environment = {}) {
  const { status, stdout } = spawnSync(binaryPath(), ['doctor', ...flags], {
    cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...environment },
  });
  return { status, report: stdout };
}

export class TroupeServer {
  #child;
  #output = '';
  #exited;

  /**
   * Starts the server and waits until its health page responds. `extraFlags`
   * replace the usual ones.
   */
  static async start(extraFlags = []) {
    const [httpPort, rtcPort] = [await freePort(), await freePort()];
    const server = new TroupeServer();
    server.url = `http://${HOST}:${httpPort}`;
    server.rtcPort = rtcPort;
    const given = new Set(extraFlags.map(keyOf));
    server.#spawn([
      `--config-file=${ROOT}conf/dev.conf`,
      `--http.listen-addresses=${HOST}`, `--http.port=${httpPort}`,
      `--http.static-root=${ROOT}web/dist`,
      `--rtc.listen-addresses=${HOST}`, `--rtc.port=${rtcPort}`,
    ].filter((flag) => !given.has(keyOf(flag))).concat(extraFlags));
    try {
      await waitFor('the health page', () => server.#isWell());
    } catch (error) {
      server.#child.kill('SIGKILL');
      throw new Error(`${error.message}\n${server.#output}`);
    }
    return server;
  }

  /** Throws if the server has died. */
  assertAlive() {
    if (this.#exited) throw new Error(this.#obituary());
  }

  /** Stops the server's process: it keeps its connections but does nothing. */
  freeze() {
    this.assertAlive();
    this.#child.kill('SIGSTOP');
  }

  /** Lets a frozen server go on. */
  thaw() {
    this.#child.kill('SIGCONT');
  }

  /** From now on it opens no rooms, and ends when the last one is empty. */
  drain() {
    this.#child.kill('SIGUSR1');
  }

  /** The port for other nodes (`cluster.listen`), as the log tells it. */
  get clusterPort() {
    const [, port] = this.#output.match(/\bstarted\b.*\bcluster=(\d+)/) ?? [];
    if (!port) throw new Error(`no port for nodes:\n${this.#output}`);
    return Number(port);
  }

  /** Ends the server as a failure of its host does; it cannot be stopped then. */
  async kill() {
    this.assertAlive();
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** What the server has logged last, for the report of a failure. */
  get log() {
    return this.#output;
  }

  /** Ends the server; throws if it had died or does not end in time. */
  async stop() {
    this.assertAlive();
    this.#child.kill('SIGTERM');
    const patience = pause(STOP_WITHIN_MS).then(() => 'late');
    const ended = once(this.#child, 'exit').then(() => 'ended');
    if (await Promise.race([ended, patience]) === 'late') {
      this.#child.kill('SIGKILL');
      throw new Error(`the server still ran ${STOP_WITHIN_MS} ms after ` +
        `SIGTERM\n${this.#output}`);
    }
    const { code } = this.#exited;
    if (code !== 0) throw new Error(this.#obituary());
  }

  /** Makes the server drain: it ends once no member is left. */
  drain() {
    this.#child.kill('SIGUSR1');
  }

  /** Waits until the server has ended by itself, and well. */
  async ended() {
    await waitFor('the server to end', () => this.#exited, 20_000);
    if (this.#exited.code !== 0) throw new Error(this.#obituary());
  }

  #spawn(flags) {
    this.#child = spawn(binaryPath(), flags, {
      cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk) => {
      this.#output = (this.#output + chunk).slice(-KEPT_OUTPUT);
    };
    this.#child.stdout.on('data', keep);
    this.#child.stderr.on('data', keep);
    this.#child.on('error', (error) => keep(String(error)));
    this.#child.on('exit', (code, signal) => {
      this.#exited = { code, signal };
    });
  }

  async #isWell() {
    this.assertAlive();
    try {
      const { status } = await fetch(`${this.url}/readyz`);
      return status === 200;
    } catch {
      return false;
    }
  }

  #obituary() {
    const { code, signal } = this.#exited;
    return `the server ended with ${signal ?? `code ${code}`}\n${this.#output}`;
  }
}
