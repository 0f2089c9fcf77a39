/** Serves the bundled frontends from another port than the server's. */

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { ROOT } from './server.mjs';

const page = (bundle) => `<!doctype html><meta charset="utf-8">
<title>${bundle}</title>
<style>
  body { margin: 0; display: flex; flex-wrap: wrap; background: #222 }
  video { width: 33% }
</style><body><script src="/${bundle}.js"></script>`;

/** Returns {origin, close()}. `/ws` shows the bundle ws.js, and so on. */
export async function servePages() {
  const server = createServer(async ({ url }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const name = path.slice(1).replace(/\.js$/, '');
    const bundle = `${ROOT}build/interop/${name}.js`;
    if (!existsSync(bundle)) {
      response.writeHead(404).end();
    } else if (path.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(await readFile(bundle));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(page(name));
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
