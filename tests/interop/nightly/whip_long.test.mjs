// WHIP programs publish for long enough that every consent would have ended, and
// Chromium decodes what each sends. TROUPE_WHIP_SECONDS: for how long (90).
import assert from 'node:assert/strict';
import test from 'node:test';
import { PROGRAMS } from '../publishers/programs.mjs';
import { Publisher } from '../support/publisher.mjs';
import { useStage } from '../support/stage.mjs';
import { pause } from '../support/wait.mjs';

const SECONDS = Number(process.env.TROUPE_WHIP_SECONDS ?? 90);
const FRAMES_MIN = 0.95;

const stage = useStage('chromium');

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`${name} publishes for ${SECONDS} seconds`, async (t) => {
    const room = stage.newRoom();
    const ada = await stage.join(
      { room, dialect: 'ws', user: 'ada', produce: [] });
    const publisher = new Publisher(
      program, `${stage.server.url}/whip/${room}/cam`);
    t.after(() => publisher.kill());
    await ada.receives(2);
    await pause(SECONDS * 1000);
    const { frames } = (await ada.stats()).inbound
      .find(({ kind }) => kind === 'video');
    assert.ok((await ada.events()).every(
      ({ name: what }) => what !== 'participant-left'), 'nobody is cut');
    assert.equal(await publisher.stop(), 0, publisher.output);
    const [, pictures] = /^pictures: (\d+)$/m.exec(publisher.output);
    console.log(`  ${name}: ${frames} of ${pictures} pictures decoded`);
    assert.ok(frames >= FRAMES_MIN * pictures);
  });
}
