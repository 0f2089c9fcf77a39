// What the conference page costs on the wire, and what browsers keep of it.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const FIRST_LOAD = 120_000;
const CALL = /\/running_call-[^/]*\.js$/;

let server;
let chromium;

before(async () => {
  [server, chromium] = [await TroupeServer.start(), await launchChromium()];
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** What each file took on the wire, by its path; filled while they load. */
async function meter(page) {
  const network = await page.createCDPSession();
  await network.send('Network.enable');
  const paths = new Map();
  const sizes = new Map();
  network.on('Network.responseReceived', ({ requestId, response }) =>
    paths.set(requestId, new URL(response.url).pathname));
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    sizes.set(paths.get(requestId), encodedDataLength));
  return sizes;
}

/** The responses for the page's files so far, by path. */
function responses(page) {
  const all = new Map();
  page.on('response', (x) => all.set(new URL(x.url()).pathname, x));
  return all;
}

const lobby = (page) => waitFor('the lobby', () =>
  page.evaluate(() => document.fonts.status === 'loaded'
    && document.querySelector('form button[type="submit"]') !== null));

test('the first load takes at most 120 KB', async (t) => {
  const page = await chromium.newWindow();
  const sizes = await meter(page);
  await page.goto(`${server.url}/`, { waitUntil: 'networkidle0' });
  await lobby(page);
  // What browsers fetch ahead for a call, while the lobby waits.
  const ahead = new Set(await page.$$eval('link[rel="prefetch"]', (all) =>
    all.map(({ href }) => new URL(href).pathname)));
  const first = [...sizes].filter(([path]) => !ahead.has(path));
  const sum = first.reduce((octets, [, size]) => octets + size, 0);
  t.diagnostic(`${sum} octets in ${first.length} files`);
  assert.ok(first.some(([path]) => path.endsWith('.woff2')));
  assert.ok(sum <= FIRST_LOAD, `${sum} octets`);
  await page.close();
});

test('scripts and styles are compressed and kept for ever', async () => {
  const page = await chromium.newWindow();
  const seen = responses(page);
  await page.goto(`${server.url}/`, { waitUntil: 'networkidle0' });
  for (const [path, response] of seen) {
    const headers = response.headers();
    const kept = path.startsWith('/assets/')
      ? 'public, max-age=31536000, immutable' : 'no-cache';
    assert.equal(headers['cache-control'], kept, path);
    if (!/\.(js|css)$/.test(path)) continue;
    assert.match(headers['content-encoding'] ?? 'none', /^(br|gzip)$/, path);
    assert.equal(headers.vary, 'Accept-Encoding', path);
  }
  await page.reload({ waitUntil: 'networkidle0' });
  for (const [path, response] of seen) {
    if (path.startsWith('/assets/')) assert.ok(response.fromCache(), path);
  }
  await page.close();
});

test('a call whose code does not arrive says so in the lobby', async () => {
  const page = await chromium.newWindow();
  await page.setCacheEnabled(false);
  await page.setRequestInterception(true);
  page.on('request', (x) => CALL.test(x.url()) ? x.abort() : x.continue());
  await page.goto(`${server.url}/?room=wire`);
  await page.locator('#name').fill('Ada');
  await page.locator('form button[type="submit"]').click();
  await waitFor('the reason', () => page.evaluate(() =>
    document.body.textContent.includes('The call could not be loaded')));
  await page.close();
});
