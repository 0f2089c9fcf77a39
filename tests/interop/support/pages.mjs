/** Serves the bundled frontends, from a port that is not the server's. */

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { ROOT } from './server.mjs';

const page = (bundle) => `<!doctype html><meta charset="utf-8">
<title>${bundle}</title><body><script src="/${bundle}.js"></script>`;

/** Returns {origin, close()}. `/ws` and `/events` are the two frontends. */
export async function servePages() {
  const server = createServer(async ({ url }, response) => {
    const name = url.slice(1).replace(/\.js$/, '');
    if (!['ws', 'events'].includes(name)) {
      response.writeHead(404).end();
    } else if (url.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(await readFile(`${ROOT}build/interop/${name}.js`));
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
