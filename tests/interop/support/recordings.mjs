/** Recordings of tests/data/recording, and a server for them. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { ROOT } from './server.mjs';

export const TYPES = { '.webm': 'video/webm', '.mkv': 'video/x-matroska' };

const PAGE = `<!doctype html><title>Recordings</title>
<video muted playsinline></video><canvas width="16" height="16"></canvas>`;

/** Has the tool write its files into a folder of its own; returns that. */
export async function writeRecordings() {
  const tool = process.env.TROUPE_RECORDING_TOOL ??
    `${ROOT}build/release/recording_tool`;
  if (!existsSync(tool)) {
    throw new Error(`no ${tool}: build it, or set TROUPE_RECORDING_TOOL`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'troupe-recordings-'));
  execFileSync(tool, ['write', join(ROOT, 'tests/data/recording'), folder]);
  return folder;
}

/** Answers a request for octets, or for a range of them. */
export function answer(request, response, octets, type) {
  const [, from, to] =
    request.headers.range?.match(/^bytes=(\d+)-(\d*)$/) ?? [];
  const first = Number(from ?? 0);
  const last = to ? Number(to) : octets.length - 1;
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': type,
    'content-length': last + 1 - first,
    'accept-ranges': 'bytes',
    ...(from !== undefined &&
      { 'content-range': `bytes ${first}-${last}/${octets.length}` }),
  }).end(octets.subarray(first, last + 1));
}

/** Serves the folder's files by ranges. Returns {origin, close()}. */
export async function serveRecordings(folder) {
  const server = createServer((request, response) => {
    const [, name] = request.url.match(/^\/(\w+\.(?:webm|mkv))$/) ?? [];
    if (!name) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    answer(request, response, readFileSync(join(folder, name)),
      TYPES[extname(name)]);
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
