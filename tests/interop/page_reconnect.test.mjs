// The conference page reconnects after a lost connection.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { Cable } from './support/cable.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { pause, waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };
/** How long the server keeps a lost member. */
const GRACE_S = 8;

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start([`--room.reconnect-grace=${GRACE_S}`]);
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

const banner = (visitor) => visitor.page.$eval(
  '.banner:not(.sharing)', (node) => !node.hidden);

const otherId = (visitor) => visitor.page.$eval(
  '.tile:not([data-self])', ({ dataset }) => dataset.person);

const connectionCount = (visitor) => visitor.page.evaluate(() =>
  window.connections.length);

test('a user that loses the connection returns', async (context) => {
  const cable = await Cable.to(server.url);
  const enter = (name, url) => PageVisitor.enter(chromium, url,
    { name, room: 'away', size: SIZE, small: true });
  const ada = await enter('Ada', server.url);
  const bob = await enter('Bob', cable.url);
  await Promise.all([ada.sees(), bob.sees()]);

  await context.test('a short interruption stops no video', async () => {
    const [id, count] = [await otherId(ada), await connectionCount(bob)];
    cable.cut();
    await waitFor('the banner', () => banner(bob));
    await bob.screenshot(`${SHOTS}/call-away.png`);
    const [before] = await bob.pictures();
    await pause(1000);
    const [during] = await bob.pictures();
    assert.ok(during.frames > before.frames, 'pictures continue');
    cable.mend();
    await waitFor('the banner to go', async () => !await banner(bob));
    await Promise.all([ada.sees(), bob.sees()]);
    assert.equal(await otherId(ada), id, 'Bob keeps his id for Ada');
    assert.equal(await connectionCount(bob), count, 'on the same transports');
  });

  await context.test('a change while offline applies afterwards', async () => {
    cable.cut();
    await waitFor('the banner', () => banner(bob));
    await bob.page.keyboard.press('m');
    cable.mend();
    await waitFor('the banner to go', async () => !await banner(bob));
    await waitFor('the mute mark', () => ada.otherTile('data-muted'));
    await bob.page.keyboard.press('m');
    await waitFor('the voice', async () => !await ada.otherTile('data-muted'));
  });

  await context.test('after a long interruption it rejoins', async () => {
    const count = await connectionCount(bob);
    cable.cut();
    await waitFor('Bob to be gone', () => ada.page.evaluate(() =>
      document.querySelectorAll('.tile').length === 1), 20_000);
    cable.mend();
    await waitFor('the banner to go', async () => !await banner(bob), 15_000);
    await Promise.all([ada.sees(), bob.sees()]);
    assert.ok(await connectionCount(bob) > count, 'on new transports');
  });

  cable.close();
});
