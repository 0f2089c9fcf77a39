// FFmpeg and libdatachannel answer no request for a key frame and send one each
// four seconds; late viewers see them at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { PROGRAMS } from '../publishers/programs.mjs';
import { Publisher } from '../support/publisher.mjs';
import { useStage } from '../support/stage.mjs';
import { pause, waitFor } from '../support/wait.mjs';

const GROUP_S = 4;
const FIRST_FRAME_WITHIN_MS = 1000;

const stage = useStage('chromium');

/** Milliseconds until a viewer that comes now, and leaves again, has a picture. */
async function firstFrame(room, user) {
  const late = await stage.join({ room, dialect: 'ws', user, produce: [] });
  const { firstFrameMs } = await waitFor(`a frame at ${user}`, async () =>
    (await late.stats()).inbound.find((stream) => stream.kind === 'video'
      && typeof stream.firstFrameMs === 'number'));
  await late.close();
  return firstFrameMs;
}

for (const name of ['FFmpeg', 'libdatachannel']) {
  test(`late viewers of ${name}, which ignores PLI, have a picture within a second`, async (t) => {
    const room = stage.newRoom();
    const ada = await stage.join(
      { room, dialect: 'ws', user: 'ada', produce: [] });
    const publisher = new Publisher(
      PROGRAMS[name], `${stage.server.url}/whip/${room}/cam`, '', `${GROUP_S}`);
    t.after(() => publisher.kill());
    await ada.receives(2);
    const late = async (user) => {
      await pause(GROUP_S * 1000 / 3); // at another place of a group each time
      const took = await firstFrame(room, user);
      console.log(`  ${name} at ${user}: ${Math.round(took)} ms`);
      return took;
    };
    // FFmpeg says that it takes none. Of others it is known once somebody has
    // waited for so long that two requests were in vain.
    for (let i = 0; name !== 'FFmpeg'; ++i) {
      if (await late(`bob-${i}`) > FIRST_FRAME_WITHIN_MS) break;
      assert.ok(i < 6, 'nobody had to wait');
    }
    for (const user of ['cat', 'dog', 'eve']) {
      const took = await late(user);
      assert.ok(took < FIRST_FRAME_WITHIN_MS, `${took} ms`);
    }
  });
}
