/** Presses each button of the pages that use everything a dialect offers. */

import assert from 'node:assert/strict';
import { waitFor } from './wait.mjs';

/** The errors that the documents specify for each mistake, if any. */
const REFUSALS = {
  events_rich: ['Room not found', 'Transport not found', 'Producer not found',
    'Consumer not found', 'Cannot consume'],
  rooms_rich: ['Room already exists', 'Room not found',
    'Producer transport not found', 'Consumer transport not found',
    'Transport not found', 'Cannot consume this producer',
    'Consumer transport not found'],
};

async function share(ada, bob) {
  await ada.press('shareScreen');
  await Promise.all([bob.seesScreensOf('ada'), bob.sees('ada')]);
  await ada.press('stopScreen');
  await bob.hasTilesOf('ada');
}

async function pauseAndResume(ada, bob) {
  const paused = (kind, is) => waitFor(`${kind} ${is ? '' : 'not '}paused`,
    async () => (await bob.press('tiles')).some((tile) =>
      tile.kind === kind && tile.paused === is));
  await ada.press('mute');
  await Promise.all([bob.hears(), paused('audio', true)]);
  await ada.press('stopCamera');
  await Promise.all([bob.sees(), paused('video', true)]);
  await ada.press('unmute');
  await ada.press('startCamera');
  await Promise.all([bob.meets('ada'), paused('audio', false),
    paused('video', false)]);
  await bob.press('hold');
  await bob.sees();
  await bob.press('unhold');
  await bob.meets('ada');
}

async function adjust(bob) {
  await bob.press('chooseLayer', 0);
  await bob.seesInWidth('ada', 320);
  await bob.press('chooseLayer', 1);
  await bob.seesInWidth('ada', 640);
  await bob.press('askKeyFrame');
  await bob.sees('ada');
  for (const stats of await bob.press('stats')) {
    assert.ok(JSON.stringify(stats).length > 20, 'statistics have content');
  }
}

async function restart(ada, bob) {
  await ada.press('restartIce');
  await bob.press('restartIce');
  await Promise.all([ada.meets('bob'), bob.meets('ada')]);
}

async function provoke(bob, frontend) {
  const said = await bob.press('provoke');
  const expected = REFUSALS[frontend];
  if (expected) assert.deepEqual(said, expected);
  for (const one of said) assert.match(one, /^(?!no error).+/);
}

async function comeBack(ada, bob) {
  await ada.press('reconnect');
  await Promise.all([ada.meets('bob'), bob.meets('ada'),
    bob.hasTilesOf('ada')]);
  await ada.press('leave');
  await bob.hasTilesOf();
}

/** Renaming, where the dialect has names. */
async function rename(ada, bob, frontend) {
  const people = (named) => waitFor(`${named} to be listed`, async () =>
    (await bob.press('people')).some(({ name }) => name === named));
  if (!['events_rich', 'protoo_rich'].includes(frontend)) return;
  await people('ada');
  if (frontend === 'events_rich') return;
  await ada.press('rename', 'Lovelace');
  await people('Lovelace');
}

/** Two users of the same rich page, who have met; `ada` leaves at the end. */
export async function pressEveryButton(ada, bob, frontend) {
  await share(ada, bob);
  await pauseAndResume(ada, bob);
  await adjust(bob);
  await restart(ada, bob);
  await provoke(bob, frontend);
  await rename(ada, bob, frontend);
  await comeBack(ada, bob);
}
