// The conference page in a frame of another site.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { after, before } from 'node:test';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SIZE = { width: 1280, height: 800 };
const ALLOW = 'camera; microphone; display-capture; autoplay; fullscreen';

let portal;
let closed;
let open;
let chromium;
let firefox;

/** Another site (localhost differs from 127.0.0.1) with one frame. */
async function servePortal() {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, 'http://localhost');
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Portal</title>
      <iframe src="${searchParams.get('page')}" allow="${ALLOW}"
        width="1200" height="700"></iframe>`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://localhost:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

before(async () => {
  portal = await servePortal();
  closed = await TroupeServer.start();
  open = await TroupeServer.start(['--http.frame-ancestors=http://localhost:*']);
  [chromium, firefox] = [await launchChromium(), await launchFirefox()];
});

after(async () => {
  await chromium?.close();
  await firefox?.close();
  await open?.stop();
  await closed?.stop();
  portal?.close();
});

/** Opens the site with the page in its frame. */
async function embed(browser, server) {
  const page = await browser.newWindow();
  await page.setViewport(SIZE);
  const target = `${server.url}/?room=embedded`;
  await page.goto(`${portal.url}/?page=${encodeURIComponent(target)}`);
  return page;
}

/** The frame, once it has loaded the server's page. */
function frameOf(page, server) {
  return waitFor('the frame', () => page.frames().find((frame) =>
    frame.url().startsWith(server.url)));
}

test('a site that is not listed cannot embed the page', async () => {
  const page = await embed(chromium, closed);
  await waitFor('the frame to be refused', () => page.frames().some((frame) =>
    frame.url().startsWith('chrome-error:')));
});

test('users meet on the page in a frame of a listed site', async () => {
  const bob = await PageVisitor.enter(chromium, open.url,
    { name: 'Bob', room: 'embedded', size: SIZE });
  for (const browser of [chromium, firefox]) {
    const page = await embed(browser, open);
    const frame = await frameOf(page, open);
    await frame.locator('#name').fill('Ada');
    await waitFor(`the preview in ${browser.name}`, () => frame.evaluate(() =>
      document.querySelector('.preview video').videoWidth > 0));
    if (browser === chromium) {
      assert.ok(await frame.evaluate(() =>
        document.featurePolicy.allowsFeature('display-capture')));
    }
    await frame.locator('form button[type="submit"]').click();
    await frame.locator('.toolbar').wait();
    await bob.sees();
    await page.close();
    await waitFor('Ada to be gone', () => bob.page.evaluate(() =>
      document.querySelectorAll('.tile').length === 1), 30_000);
  }
});
