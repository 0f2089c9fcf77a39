/** Runs several servers that are the nodes of one cluster, on loopback. */

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, TroupeServer } from './server.mjs';
import { waitFor } from './wait.mjs';

const TOKEN = 'a token for tests only';
const HOST = '127.0.0.1';

export class Cluster {
  nodes = [];
  #folder;
  #killed = new Set();

  /** Starts the nodes and waits until each is connected to each other one. */
  static async start(count) {
    const cluster = new Cluster();
    cluster.#folder = await mkdtemp(join(tmpdir(), 'troupe-cluster-'));
    const names = Array.from({ length: count }, (_, at) => `node${at}`);
    execFileSync(`${ROOT}scripts/cluster`,
      ['certificates', cluster.#folder, ...names], { stdio: 'ignore' });
    await writeFile(cluster.#file('admin.token'), TOKEN, { mode: 0o600 });
    try {
      for (const name of names) await cluster.#add(name);
      await waitFor('all nodes to be connected', () => cluster.#isComplete());
    } catch (error) {
      for (const node of cluster.nodes) await node.kill();
      throw error;
    }
    return cluster;
  }

  /** Ends a node as a failure of its host does. */
  async kill(at) {
    const node = this.nodes[at];
    this.#killed.add(node);
    await node.kill();
  }

  /** The answer of a node's admin API to GET. */
  async ask(at, path) {
    const answer = await fetch(`${this.nodes[at].url}${path}`,
      { headers: { authorization: `Bearer ${TOKEN}` } });
    return answer.json();
  }

  /** Throws if a node has died that no test has killed. */
  assertAlive() {
    for (const node of this.#living()) node.assertAlive();
  }

  async stop() {
    await Promise.all(this.#living().map((node) => node.stop()));
    await rm(this.#folder, { recursive: true });
  }

  #file(name) {
    return join(this.#folder, name);
  }

  #living() {
    return this.nodes.filter((node) => !this.#killed.has(node));
  }

  /** Each node has those before it as seeds. */
  async #add(name) {
    const seeds = this.nodes.map(({ clusterPort }) => `${HOST}:${clusterPort}`);
    this.nodes.push(await TroupeServer.start([
      `--admin.token-file=${this.#file('admin.token')}`,
      '--cluster.name=interop', `--cluster.node=${name}`,
      `--cluster.listen=${HOST}:0`,
      `--cluster.certificate=${this.#file(`${name}.pem`)}`,
      `--cluster.key=${this.#file(`${name}.key`)}`,
      `--cluster.ca=${this.#file('ca.pem')}`,
      ...seeds.length ? [`--cluster.seeds=${seeds}`] : [],
    ]));
  }

  async #isComplete() {
    const reports = await Promise.all(this.nodes.map((_, at) =>
      this.ask(at, '/api/v1/cluster')));
    return reports.every(({ nodes }) => nodes.length === this.nodes.length &&
      nodes.every(({ state }) => state === 'connected'));
  }
}
