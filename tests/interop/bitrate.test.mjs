// On a good link the sender's bitrate estimate grows enough for 720p.
import assert from 'node:assert/strict';
import test from 'node:test';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const stage = useStage('chromium');

const TARGET_BITS_PER_SECOND = 1_000_000;
const RAMP_WITHIN_MS = 20_000;

test('a 720p camera rises above 1 Mbit/s', async () => {
  const room = stage.newRoom();
  const dialect = 'events';
  const camera = { width: 1280, height: 720, maxBitrate: 2_000_000 };
  const ada = await stage.join({ room, dialect, user: 'ada', ...camera });
  const bob = await stage.join({ room, dialect, user: 'bob', produce: [] });
  await bob.receives(2);
  let last = await videoSent(ada);
  let lastAt = performance.now();
  const started = lastAt;
  await waitFor('more than 1 Mbit/s', async () => {
    if (performance.now() - lastAt < 1000) return false;
    const now = await videoSent(ada);
    const seconds = (performance.now() - lastAt) / 1000;
    const rate = ((now.bytes - last.bytes) * 8) / seconds;
    [last, lastAt] = [now, performance.now()];
    console.log(`  ${((lastAt - started) / 1000).toFixed(0)} s: ` +
      `${(rate / 1e6).toFixed(2)} Mbit/s sent, target ` +
      `${(now.targetBitrate / 1e6).toFixed(2)}, ${now.width} wide`);
    return rate > TARGET_BITS_PER_SECOND ||
      now.targetBitrate > TARGET_BITS_PER_SECOND;
  }, RAMP_WITHIN_MS);
  const { inbound } = await bob.stats();
  for (const { packetsLost } of inbound) assert.equal(packetsLost, 0);
});

async function videoSent(person) {
  const { outbound } = await person.stats();
  return outbound.find(({ kind }) => kind === 'video');
}
