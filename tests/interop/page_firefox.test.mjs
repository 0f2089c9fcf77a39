// The conference page in Firefox, in a call with Chromium.
import test, { after, before } from 'node:test';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SIZE = { width: 1280, height: 800 };

let server;
let chromium;
let firefox;

before(async () => {
  server = await TroupeServer.start();
  [chromium, firefox] = [await launchChromium(), await launchFirefox()];
});

after(async () => {
  await chromium?.close();
  await firefox?.close();
  await server?.stop();
});

test('Firefox and Chromium meet on the page', async () => {
  const enter = (browser, name) => PageVisitor.enter(browser, server.url,
    { name, room: 'mixed', size: SIZE });
  const fay = await enter(firefox, 'Fay');
  const ada = await enter(chromium, 'Ada');
  await Promise.all([fay.sees(), ada.sees()]);
  await Promise.all([fay.hears(), ada.hears()]);
  await waitFor('more than one layer', async () => (await fay.sentLayers())
    .filter(({ frames }) => frames > 0).length > 1);
});
