/** Serves the page's parts with invented people: build/web-dev. */

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ROOT } from './server.mjs';

const PAGES = join(ROOT, 'build/web-dev');

const TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml', '.woff2': 'font/woff2',
};

/** Builds the page `fixture.html` (web/dev/fixture.ts has its parameters). */
export function buildFixture() {
  execFileSync(process.execPath, [join(ROOT, 'web/build.mjs'), '--dev'],
    { stdio: 'inherit' });
}

/** Returns {origin, close()}. */
export async function serveFixture() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    try {
      const body = await readFile(join(PAGES, pathname.replace(/\.\./g, '')));
      const type = TYPES[extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
