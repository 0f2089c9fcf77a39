/** Runs scripts/cluster, as a user does: nodes, and HAProxy in front of them. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ROOT } from './server.mjs';
import { pause, waitFor } from './wait.mjs';

const START_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 8_000;
/** The ports after its own that the script takes. */
const PORTS = 60;

async function isFree(port) {
  const probe = createServer();
  const free = await new Promise((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => resolve(true));
  });
  probe.close();
  return free;
}

/** A port with free ports after it, below those that the system gives away. */
async function freeRange() {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    const range = Array.from({ length: PORTS + 1 }, (_, at) => first + at);
    if ((await Promise.all(range.map(isFree))).every(Boolean)) return first;
  }
}

export class ScriptCluster {
  #child;
  #port;
  #output = '';
  #ended = false;

  /** Starts it and waits until the page can be opened at `url`. */
  static async start() {
    const cluster = new ScriptCluster();
    cluster.#port = await freeRange();
    cluster.#child = spawn(`${ROOT}scripts/cluster`,
      ['--port', `${cluster.#port}`], {
        env: {
          ...process.env,
          TROUPE_BINARY: process.env.TROUPE_BIN ?? `${ROOT}build/release/troupe`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    for (const stream of [cluster.#child.stdout, cluster.#child.stderr]) {
      stream.on('data', (text) => { cluster.#output += text; });
    }
    cluster.#child.on('exit', () => { cluster.#ended = true; });
    await waitFor('scripts/cluster to start', () => cluster.#ended ||
      cluster.#output.includes('Ctrl-C ends'), START_WITHIN_MS);
    if (cluster.#ended) throw new Error(cluster.#output);
    return cluster;
  }

  /** Where users open the page. */
  get url() {
    return `http://localhost:${this.#port}`;
  }

  /** Where a node (1, 2, …) itself serves the page. */
  nodeUrl(number) {
    return `http://localhost:${this.#port + number}`;
  }

  /** The nodes that have members in this room. */
  async nodesOf(room) {
    const found = [];
    for (const number of this.#pids().keys()) {
      const peers = await this.#ask(number, `/rooms/${room}/peers`);
      if (peers?.peers.some(({ node }) => node === `node${number}`)) {
        found.push(number);
      }
    }
    return found;
  }

  /** The nodes that answer. */
  async living() {
    const found = [];
    for (const number of this.#pids().keys()) {
      if (await this.#ask(number, '/cluster')) found.push(number);
    }
    return found;
  }

  /** Ends a node as a failure of its host does: kill -9. */
  kill(number) {
    process.kill(this.#pids().get(number), 'SIGKILL');
  }

  async stop() {
    if (!this.#ended) {
      this.#child.kill('SIGTERM');
      await Promise.race([once(this.#child, 'exit'), pause(STOP_WITHIN_MS)]);
    }
    if (!this.#ended) {
      this.#child.kill('SIGKILL');
      throw new Error(`scripts/cluster does not end:\n${this.#output}`);
    }
    await rm(this.#folder, { recursive: true });
  }

  get #folder() {
    return `${ROOT}build/cluster-${this.#port}`;
  }

  /** By number, as the script prints them. */
  #pids() {
    return new Map([...this.#output.matchAll(/^node(\d+) +(\d+)/gm)]
      .map(([, number, pid]) => [Number(number), Number(pid)]));
  }

  /** What a node's admin API says; undefined if it refuses or is gone. */
  async #ask(number, path) {
    const token = readFileSync(`${this.#folder}/admin.token`, 'utf8').trim();
    try {
      const answer = await fetch(`${this.nodeUrl(number)}/api/v1${path}`,
        { headers: { authorization: `Bearer ${token}` } });
      return answer.ok ? await answer.json() : undefined;
    } catch {
      return undefined;
    }
  }
}
