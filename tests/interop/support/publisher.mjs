/** Programs that publish by WHIP, each in a process of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const STOP_WITHIN_MS = 10_000;

export class Publisher {
  #child;
  #output = '';
  #exited;

  /** `program` is a file of publishers/, of Node or of Debian's Python. */
  constructor(program, url, ...more) {
    const path = new URL(`../publishers/${program}`, import.meta.url);
    const runtime = program.endsWith('.py') ? '/usr/bin/python3' : process.execPath;
    this.#child = spawn(runtime,
      [fileURLToPath(path), url, ...more], { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (text) => { this.#output += text; });
    }
    this.#exited = once(this.#child, 'exit').then(([code]) => code);
  }

  get output() {
    return this.#output;
  }

  /** Lets it end the session in order, and returns its exit code. */
  async stop() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill(), STOP_WITHIN_MS);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }

  /** Ends it as a crash would. */
  kill() {
    this.#child.kill('SIGKILL');
  }
}
