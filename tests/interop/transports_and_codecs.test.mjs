// Transports other than UDP, and each codec that the server offers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertConversation } from './support/flow.mjs';
import { useStage } from './support/stage.mjs';

const stage = useStage('chromium');

async function pair(options) {
  const room = stage.newRoom();
  const dialect = 'events';
  const ada = await stage.join({ room, dialect, user: 'ada', ...options });
  const bob = await stage.join({ room, dialect, user: 'bob', ...options });
  await Promise.all([ada.receives(2), bob.receives(2)]);
  return [ada, bob];
}

/** The codecs that this Chromium can encode; Debian's may lack H264. */
async function encodableCodecs() {
  const page = await stage.browsers.chromium.newWindow();
  const names = await page.evaluate(() => RTCRtpSender
    .getCapabilities('video').codecs.map(({ mimeType }) => mimeType));
  await page.close();
  return new Set(names.map((name) => name.split('/')[1].toUpperCase()));
}

test('media flows over ICE-TCP alone', async () => {
  const people = await pair({ tcpOnly: true });
  const figures = await assertConversation(people);
  for (const { protocols } of figures) {
    assert.ok(protocols.length > 0, 'a pair of candidates was chosen');
    assert.deepEqual([...new Set(protocols)], ['tcp']);
  }
});

test('without a restriction media flows over UDP', async () => {
  const people = await pair({ produce: ['audio', 'video'] });
  for (const { protocols } of await assertConversation(people, 3000)) {
    assert.deepEqual([...new Set(protocols)], ['udp']);
  }
});

for (const codec of ['VP8', 'VP9', 'H264', 'AV1']) {
  test(`video flows in ${codec}`, async (context) => {
    if (!(await encodableCodecs()).has(codec)) {
      context.skip(`this browser cannot encode ${codec}`);
      return;
    }
    const people = await pair({ codec });
    for (const { inbound } of await assertConversation(people)) {
      const video = inbound.find(({ kind }) => kind === 'video');
      assert.equal(video.codec.toUpperCase(), codec);
    }
  });
}
