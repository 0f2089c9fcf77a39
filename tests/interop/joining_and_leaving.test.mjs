// A late joiner sees video at once; a leaver disappears for everyone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { median } from './support/flow.mjs';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const stage = useStage('chromium');

/** Milliseconds from the server's response to the first displayed frame. */
const FIRST_FRAME_MAX_MS = 500;
const JOINS = 5;

async function firstFrame(joiner) {
  const video = await waitFor('the first frame', async () => {
    const { inbound } = await joiner.stats();
    return inbound.find(({ kind, firstFrameMs }) =>
      kind === 'video' && typeof firstFrameMs === 'number');
  });
  return Math.max(0, video.firstFrameMs);
}

test('a late joiner sees the first frame within half a second', async () => {
  const room = stage.newRoom();
  const dialect = 'events';
  const ada = await stage.join({ room, dialect, user: 'ada' });
  // The camera has sent many frames, so the joiner waits for a new key frame.
  await waitFor('a running camera', async () =>
    (await ada.stats()).outbound.some(({ frames }) => frames > 30));
  const times = [];
  for (let i = 0; i < JOINS; i++) {
    const joiner = await stage.join(
      { room, dialect, user: `late-${i}`, produce: [] });
    times.push(await firstFrame(joiner));
    await joiner.leave();
  }
  const shown = times.map((time) => time.toFixed(0)).join(', ');
  console.log(`  first frame after ${shown} ms; median ` +
    `${median(times).toFixed(0)} ms`);
  assert.ok(Math.max(...times) <= FIRST_FRAME_MAX_MS, `${shown} ms`);
});

for (const dialect of ['ws', 'events']) {
  for (const crash of [false, true]) {
    const how = crash ? 'closes the window' : 'leaves';
    test(`a client that ${how} is gone (${dialect})`, async () => {
      const room = stage.newRoom();
      const ada = await stage.join({ room, dialect, user: 'ada' });
      const bob = await stage.join({ room, dialect, user: 'bob' });
      await ada.receives(2);
      const { inbound } = await ada.stats();
      const producers = inbound.map(({ producerId }) => producerId).sort();
      await (crash ? bob.close() : bob.leave());
      await waitFor('both consumers to end', async () =>
        (await ada.ended()).length === 2);
      assert.deepEqual((await ada.ended()).sort(), producers);
      const left = await waitFor('the event about the leaver', async () =>
        (await ada.events()).find(({ name }) => name === 'participant-left'));
      assert.equal(left.data.peerId, inbound[0].peerId);
    });
  }
}
