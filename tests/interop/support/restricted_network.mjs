/** A network whose firewall lets out nothing but TCP to port 443. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The only port that the firewall lets through. */
export const HTTPS_PORT = 443;

const RULES = `table inet firewall {
  counter blocked { }
  chain out {
    type filter hook output priority 0; policy drop;
    oifname "lo" accept
    tcp dport ${HTTPS_PORT} accept
    counter name "blocked"
  }
}
`;

/** The prefix length of a network of eight addresses. */
const BITS = 29;

function run(command, ...words) {
  return execFileSync(command, words, { encoding: 'utf8' });
}

/**
 * A network namespace behind a firewall. Browsers in it reach this host at the
 * addresses `page`, `media` and `turn`, of which each has a port 443 of its own.
 * Needs root.
 */
export class RestrictedNetwork {
  #name = `troupe-${randomBytes(4).toString('hex')}`;
  #folder;

  static async open() {
    const network = new RestrictedNetwork();
    try {
      network.#connect();
      await network.#writeLauncher();
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** How many packets the firewall has stopped. */
  blocked() {
    const text = run('ip', 'netns', 'exec', this.#name,
      'nft', 'list', 'counter', 'inet', 'firewall', 'blocked');
    return Number(/packets (\d+)/.exec(text)[1]);
  }

  async close() {
    if (this.page) run('ip', 'netns', 'delete', this.#name);
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  #connect() {
    run('ip', 'netns', 'add', this.#name);
    // 198.18.0.0/15 is reserved for tests (RFC 2544). Take any /29 of it.
    const [third, fourth] = randomBytes(2);
    const address = (host) => `198.18.${third}.${(fourth & 0xf8) + host}`;
    [this.page, this.media, this.turn] = [1, 2, 3].map(address);
    // Names of interfaces have at most 15 characters.
    const near = this.#name.replace('troupe', 'tr');
    run('ip', 'link', 'add', near, 'type', 'veth',
      'peer', 'name', 'eth0', 'netns', this.#name);
    for (const own of [this.page, this.media, this.turn]) {
      run('ip', 'address', 'add', `${own}/${BITS}`, 'dev', near);
    }
    run('ip', 'link', 'set', near, 'up');
    const inside = (...words) => run('ip', '-n', this.#name, ...words);
    inside('address', 'add', `${address(4)}/${BITS}`, 'dev', 'eth0');
    inside('link', 'set', 'lo', 'up');
    inside('link', 'set', 'eth0', 'up');
    inside('route', 'add', 'default', 'via', this.page);
    execFileSync('ip', ['netns', 'exec', this.#name, 'nft', '-f', '-'],
      { input: RULES });
  }

  /** `chromium` is a program that runs the browser in this network. */
  async #writeLauncher() {
    this.#folder = await mkdtemp(join(tmpdir(), 'troupe-network-'));
    this.chromium = join(this.#folder, 'chromium');
    const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
    await writeFile(this.chromium,
      `#!/bin/sh\nexec ip netns exec ${this.#name} ${browser} "$@"\n`);
    await chmod(this.chromium, 0o755);
  }
}
