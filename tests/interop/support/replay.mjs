/** A recording as the server keeps it, of files of recording_tool, served. */

import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { answer, TYPES, writeRecordings } from './recordings.mjs';
import { ROOT } from './server.mjs';

const PAGE_TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};
const LENGTH_MS = 3020;
const SIGNED = 'until=1795600000&key=a-signature_1';

const part = (file, peerId, startOffsetMs, more = {}) => ({
  file, peerId, source: 'camera', audio: 'opus', video: 'vp8', size: 10_000,
  startOffsetMs, durationMs: LENGTH_MS, pauses: [], gaps: [], degraded: false,
  ...more,
});
const member = (peerId, displayName, joinedMs = 0) =>
  ({ peerId, displayName, joinedMs, leftMs: null });

/**
 * Ada speaks first, then Bob, who came late; Cyn is heard only; Ada shares a
 * screen at the end. Each file is red, lime and blue for a second.
 */
export const MANIFEST = {
  version: 1, id: 'r1', room: 'daily', title: 'Season plan',
  by: { peerId: 'ada', displayName: 'Ada' },
  startedAt: '2026-11-24T23:15:00.000Z', durationMs: 8000,
  state: 'finished', reason: 'stopped',
  members: [member('ada', 'Ada'), member('bob', 'Bob', 1500),
    member('cyn', 'Cyn', 1000), member('dan', 'Dan', 0)],
  parts: [
    part('vp8.webm', 'ada', 0),
    part('opus.webm', 'cyn', 1000, { video: null }),
    part('vp9.webm', 'bob', 1500, { video: 'vp9' }),
    part('av1.webm', 'ada', 4600, { source: 'screen', video: 'av1' }),
  ],
  timeline: [
    { atMs: 0, what: 'speaker', peerId: 'ada' },
    { atMs: 2000, what: 'speaker', peerId: 'bob' },
  ],
};

/** Serves web/dist, and signed recordings. */
export class ReplayServer {
  #server;
  #folder;
  /** Files that do not arrive, and the requests that wait for them. */
  #late = new Map();

  /** The manifest by the id of its recording. */
  manifests = { r1: MANIFEST };

  static async start() {
    const server = new ReplayServer();
    server.#folder = await writeRecordings();
    server.#server = createServer((request, response) =>
      void server.#answer(request, response).catch(() =>
        response.writeHead(404).end())).listen(0, '127.0.0.1');
    await new Promise((done) => server.#server.once('listening', done));
    server.origin = `http://127.0.0.1:${server.#server.address().port}`;
    return server;
  }

  /** The address of the page that plays a recording. */
  page(id = 'r1', signature = SIGNED) {
    const manifest = `/recordings/${id}/manifest.json?${signature}`;
    return `${this.origin}/replay.html#manifest=${encodeURIComponent(manifest)}`;
  }

  /** Lets nobody have the file until release() is called. */
  holdBack(file) {
    this.#late.set(file, []);
  }

  release(file) {
    const waiting = this.#late.get(file) ?? [];
    this.#late.delete(file);
    for (const go of waiting) go();
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answer(request, response) {
    const { pathname, search } = new URL(request.url, this.origin);
    const [, id, file] = pathname.match(/^\/recordings\/(\w+)\/([\w.-]+)$/) ?? [];
    if (!id) return this.#servePage(pathname, response);
    if (search !== `?${SIGNED}`) return response.writeHead(403).end();
    if (!this.manifests[id]) return response.writeHead(404).end();
    if (file === 'manifest.json') {
      return response.writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(this.manifests[id]));
    }
    const waiting = this.#late.get(file);
    if (waiting) await new Promise((go) => waiting.push(go));
    return answer(request, response, await readFile(join(this.#folder, file)),
      TYPES[extname(file)]);
  }

  async #servePage(pathname, response) {
    const path = join(ROOT, 'web/dist', pathname.replace(/\.\./g, ''));
    response.writeHead(200, { 'content-type': PAGE_TYPES[extname(path)] })
      .end(await readFile(path));
  }
}
