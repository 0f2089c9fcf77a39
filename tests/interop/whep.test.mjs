// Pages watch a room by WHEP: a plain RTCPeerConnection in both browsers, and the client
// of the draft's author. What they are sent changes, and they are not told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { build } from 'esbuild';
import { useStage } from './support/stage.mjs';
import {
  openScreen, openStudio, plays, publishInPage, watchInPage,
} from './support/whip_page.mjs';

const stage = useStage('chromium', 'firefox');

/** Nothing has arrived but the streams of the answer, one of each kind. */
async function assertSignalled(page, sdp) {
  const inbound = await page.evaluate(() => window.inbound());
  const flowing = inbound.filter(({ packets }) => packets > 0);
  assert.deepEqual(flowing.map(({ kind }) => kind).sort(), ['audio', 'video']);
  for (const { ssrc } of flowing) assert.match(sdp, new RegExp(`a=ssrc:${ssrc} `));
}

for (const browser of ['chromium', 'firefox']) {
  test(`a page in ${browser} watches; another source takes its streams over`, async () => {
    const room = stage.newRoom();
    const page = await openScreen(stage, browser);
    assert.equal((await watchInPage(page, `/whep/${room}`)).status, 409);
    const bob = await stage.join({ room, dialect: 'ws', user: 'bob', produce: ['audio'] });
    const { status, path, sdp } = await watchInPage(page, `/whep/${room}`);
    assert.equal(status, 201, sdp);
    await plays(page, 'audio');
    // A picture comes later, and a sound in place of Bob's.
    const studio = await openStudio(stage, 'chromium');
    await publishInPage(studio, `/whip/${room}/cam`);
    const pictures = await plays(page, 'video');
    await plays(page, 'audio', await plays(page, 'audio'));
    await assertSignalled(page, sdp);
    // And another one in place of that.
    const other = await openStudio(stage, 'chromium');
    await publishInPage(other, `/whip/${room}/dog`);
    await studio.evaluate(() => fetch(window.session, { method: 'DELETE' }));
    await plays(page, 'video', pictures + 60);
    await assertSignalled(page, sdp);
    assert.equal(await page.evaluate(async (url) =>
      (await fetch(url, { method: 'DELETE' })).status, path), 200);
    const members = (await bob.events()).filter(({ name }) => name === 'participant-joined');
    assert.equal(members.length, 2, JSON.stringify(members));
    await Promise.all([page.close(), studio.close(), other.close()]);
  });
}

test('a page watches one member by the WHEP client of the draft\'s author', async () => {
  const room = stage.newRoom();
  await stage.join({ room, dialect: 'ws', user: 'bob' });
  const page = await openScreen(stage, 'chromium');
  const { outputFiles: [{ text }] } = await build({
    stdin: {
      contents: "export { WHEPClient } from 'whip-whep/whep.js';",
      resolveDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
    },
    bundle: true, format: 'iife', globalName: 'whep', write: false,
  });
  await page.evaluate(`${text}; window.WHEPClient = whep.WHEPClient;`);
  await page.evaluate(async (url) => {
    const connection = new RTCPeerConnection();
    for (const kind of ['audio', 'video']) {
      connection.addTransceiver(kind, { direction: 'recvonly' });
    }
    window.show(connection);
    window.client = new window.WHEPClient();
    await window.client.view(connection, url);
  }, `${stage.server.url}/whep/${room}/bob`);
  await plays(page, 'audio');
  await plays(page, 'video');
  await page.evaluate(() => window.client.stop());
  await page.close();
});
