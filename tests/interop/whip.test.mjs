// Real WHIP clients publish into a room in which Chromium decodes what they
// send: FFmpeg's muxer, libdatachannel (the stack of OBS), GStreamer, the client of
// the RFC's author on libwebrtc, and browsers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { build } from 'esbuild';
import { PROGRAMS } from './publishers/programs.mjs';
import { Publisher } from './support/publisher.mjs';
import { useStage } from './support/stage.mjs';
import { openStudio, publishInPage } from './support/whip_page.mjs';
import { waitFor } from './support/wait.mjs';

const STUDIO = { width: 1280, height: 720 };
const ENCODINGS = {
  q: { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  h: { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  f: { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
};

const stage = useStage('chromium', 'firefox');

const watch = (room) => stage.join(
  { room, dialect: 'ws', user: 'ada', produce: [] });

const left = (ada) => waitFor('the publisher to be gone', async () =>
  (await ada.events()).some(({ name }) => name === 'participant-left'));

/** Waits until audio comes and video is decoded, for some seconds' worth. */
async function decodes(ada, what) {
  await waitFor(`a picture and a tone of ${what}`, async () => {
    const { inbound } = await ada.stats();
    return inbound.some(({ kind, packets }) => kind === 'audio' && packets > 100)
      && inbound.some(({ kind, frames }) => kind === 'video' && frames > 30);
  });
}

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`${name} publishes, and ends its session`, async () => {
    const room = stage.newRoom();
    const ada = await watch(room);
    const publisher = new Publisher(
      program, `${stage.server.url}/whip/${room}/cam`);
    try {
      await decodes(ada, name);
    } catch (error) {
      publisher.kill();
      throw new Error(`${error.message}\n${publisher.output}`);
    }
    assert.equal(await publisher.stop(), 0, publisher.output);
    await left(ada);
  });
}

for (const browser of ['chromium', 'firefox']) {
  test(`a page in ${browser} publishes`, async () => {
    const room = stage.newRoom();
    const ada = await watch(room);
    const page = await openStudio(stage, browser);
    const path = await publishInPage(page, `/whip/${room}/cam`);
    assert.match(path, new RegExp(`^/whip/${room}/cam/[0-9A-Za-z]{22}$`));
    await decodes(ada, browser);
    const status = await page.evaluate(async () =>
      (await fetch(window.session, { method: 'DELETE' })).status);
    assert.equal(status, 200);
    await left(ada);
    await page.close();
  });
}

for (const rids of ['fhq', 'qhf']) {
  test(`the highest layer of simulcast offered as ${rids} is the largest picture`, async () => {
    const room = stage.newRoom();
    const ada = await stage.join({ room, dialect: 'events', user: 'ada', produce: [] });
    const page = await openStudio(stage, 'chromium', STUDIO);
    await publishInPage(page, `/whip/${room}/cam`,
      [...rids].map((rid) => ({ rid, ...ENCODINGS[rid] })));
    await ada.receives(2);
    for (const [layer, width] of [[2, 1280], [0, 320], [1, 640], [2, 1280]]) {
      await ada.prefer(layer);
      await waitFor(`a picture ${width} wide as layer ${layer}`, async () =>
        (await ada.stats()).inbound.find(({ kind }) => kind === 'video').width === width);
    }
    await page.close();
  });
}

test('a page publishes by the WHIP client of Eyevinn, which trickles', async () => {
  const room = stage.newRoom();
  const ada = await watch(room);
  const page = await openStudio(stage, 'chromium');
  const { outputFiles: [{ text }] } = await build({
    stdin: {
      contents: "export { WHIPClient } from '@eyevinn/whip-web-client';",
      resolveDir: import.meta.dirname ?? new URL('.', import.meta.url).pathname,
    },
    bundle: true, format: 'iife', globalName: 'eyevinn', write: false,
  });
  await page.evaluate(`${text}; window.WHIPClient = eyevinn.WHIPClient;`);
  const patches = [];
  page.on('response', (response) => {
    if (response.request().method() === 'PATCH') patches.push(response.status());
  });
  await page.evaluate(async (endpoint) => {
    const client = new window.WHIPClient({ endpoint, opts: {} });
    await client.ingest(window.media);
    window.client = client;
  }, `${stage.server.url}/whip/${room}/cam`);
  await decodes(ada, 'the client');
  assert.ok(patches.every((status) => status === 204), `${patches}`);
  await page.evaluate(() => window.client.destroy());
  await left(ada);
  await page.close();
});
