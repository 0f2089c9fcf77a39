// Signaling breaks and media continues: a member that returns keeps everything.
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertConversation } from './support/flow.mjs';
import { Link } from './support/link.mjs';
import { useStage } from './support/stage.mjs';
import { pause, waitFor } from './support/wait.mjs';

const stage = useStage('chromium');

/** Longer than the default of `room.reconnect-grace`. */
const BEYOND_GRACE_MS = 11_000;
/** The longest time without a new frame at a viewer; 15 come in a second. */
const STILL_MAX_MS = 700;
const WORDS_OF_LEAVING = ['participant-left', 'producer-closed',
  'consumer-closed', 'participant-joined', 'new-producer'];

/** Watches the frames that `viewer` decodes until it is stopped. */
function watch(viewer) {
  let going = true;
  let longest = 0;
  const watching = (async () => {
    let frames = -1;
    let since = performance.now();
    while (going) {
      const { inbound } = await viewer.stats();
      const video = inbound.find(({ kind }) => kind === 'video');
      if (video.frames > frames) since = performance.now();
      frames = video.frames;
      longest = Math.max(longest, performance.now() - since);
      await pause(50);
    }
    return longest;
  })();
  return () => {
    going = false;
    return watching;
  };
}

/** How a connection is lost, by the words in the test's name. */
const WAYS = {
  'is cut': (link) => link.cut(),
  'is lost before the server knows': (link) => link.strand(),
};

for (const dialect of ['ws', 'events']) {
  for (const [how, lose] of Object.entries(WAYS)) {
    test(`video continues while its sender\'s socket ${how} (${dialect})`,
      async (t) => {
        const room = stage.newRoom();
        const link = await Link.to(stage.server.url);
        t.after(() => link.close());
        const bob = await stage.join({ room, dialect, user: 'bob' });
        const ada = await stage.join(
          { room, dialect, user: 'ada', server: link.url });
        await bob.receives(2);
        await ada.receives(2);
        const told = (await bob.events()).length;
        const before = (await bob.stats()).inbound;

        const stop = watch(bob);
        lose(link);
        await waitFor('the page to notice', async () => !await ada.online());
        await pause(1000);
        await ada.comeBack();
        await pause(BEYOND_GRACE_MS);
        const still = await stop();
        console.log(`  longest still picture: ${still.toFixed(0)} ms`);
        assert.ok(still <= STILL_MAX_MS, `${still} ms without a frame`);

        const news = (await bob.events()).slice(told).map(({ name }) => name);
        assert.deepEqual(
          news.filter((name) => WORDS_OF_LEAVING.includes(name)), []);
        assert.deepEqual(await bob.ended(), []);
        const after = (await bob.stats()).inbound;
        assert.deepEqual(after.map(({ producerId }) => producerId),
          before.map(({ producerId }) => producerId));

        // Nothing has changed: both receive each other, and a late joiner.
        const cyn = await stage.join({ room, dialect, user: 'cyn' });
        await cyn.receives(4);
        await ada.receives(4);
        await assertConversation([ada, bob, cyn]);
      });
  }
}
