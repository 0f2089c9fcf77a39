// Clients on different nodes of a cluster are in one room.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pressEveryButton } from './support/buttons.mjs';
import { Cluster } from './support/cluster.mjs';
import { DEFAULT_ROOM, nameOf, RICH } from './support/frontends.mjs';
import { useClusterStage } from './support/stage.mjs';
import { pause, waitFor } from './support/wait.mjs';

const stage = useClusterStage(3, 'chromium', 'firefox');

/** One page for each dialect; the bare one of `flow` knows one room only. */
const FIRST = [
  { frontend: 'ws_bare' },
  { frontend: 'events_bare' },
  { frontend: 'flow_rich' },
  { frontend: 'rooms_react' },
  { frontend: 'protoo_current_bare' },
];
const SECOND = RICH.filter(({ reading }) => reading !== 'legacy');

const dialectOf = ({ frontend }) => frontend.split('_')[0];

/** Longer than a node keeps the media of another that nobody here wants. */
const LONG_HOLD_MS = 7_000;

/**
 * The longest time without a new frame at a viewer, on a machine that is as busy
 * as it likes: without a new key frame a picture would stand for good.
 */
const STILL_MAX_MS = 5_000;

/** The first user is on the first node, the second on the second, and so on. */
async function visitInTurn(room, ...people) {
  const visitors = [];
  for (const [at, one] of people.entries()) {
    visitors.push(await stage.visit({ room, node: at % 3, ...one }));
  }
  return visitors;
}

FIRST.forEach((first, at) => {
  for (const second of SECOND.slice(at)) {
    test(`two nodes: ${dialectOf(first)} meets ${dialectOf(second)}`,
      async () => {
        const [ada, bob] = await visitInTurn(stage.newRoom(),
          { name: 'ada', ...first }, { name: 'bob', ...second });
        await Promise.all([ada.meets('bob'), bob.meets('ada')]);
      });
  }
});

test('three nodes: clients of all dialects see and hear each other',
  async () => {
    const people = await visitInTurn(DEFAULT_ROOM,
      { name: 'ada', frontend: 'ws_bare' },
      { name: 'bob', frontend: 'events_bare' },
      { name: 'cyn', frontend: 'flow_bare', mirror: true },
      { name: 'dan', frontend: 'rooms_react' },
      { name: 'eve', frontend: 'protoo_current_bare' },
      { name: 'fay', frontend: 'ws_bare', browser: 'firefox' });
    const meetAll = (all) => Promise.all(all.map((one) =>
      one.meets(...all.filter((other) => other !== one)
        .map(({ name }) => name))));
    await meetAll(people);
    const [leaver, ...rest] = people;
    await leaver.close();
    await meetAll(rest);
  });

for (const page of SECOND) {
  test(`two nodes: every button works: ${nameOf(page)}`, async () => {
    const [ada, bob] = await visitInTurn(stage.newRoom(),
      { name: 'ada', ...page }, { name: 'bob', ...page });
    await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    await pressEveryButton(ada, bob, page.frontend);
  });
}

test('two nodes: media that nobody wanted for long is back at once',
  async () => {
    const [ada, bob] = await visitInTurn(stage.newRoom(),
      { name: 'ada', frontend: 'ws_rich' },
      { name: 'bob', frontend: 'ws_rich' });
    await Promise.all([ada.meets('bob'), bob.meets('ada')]);
    await bob.press('hold');
    await ada.press('mute');
    await pause(LONG_HOLD_MS);
    await bob.press('unhold');
    await ada.press('unmute');
    await bob.meets('ada');
  });

/** The id of the only other member, as a page knows it. */
const otherOf = async (visitor) => (await visitor.press('tiles'))[0].owner;

const hears = (visitor, words) => waitFor(`${visitor.name} to get "${words}"`,
  async () => (await visitor.said()).includes(words));

test('two nodes: a host removes a member of another node', async () => {
  const room = stage.newRoom();
  const page = { frontend: 'ws_rich', room };
  const ada = await stage.visit({ name: 'ada', ...page, node: 0 });
  await hears(ada, 'producer-id');
  const bob = await stage.visit({ name: 'bob', ...page, node: 1 });
  await Promise.all([ada.meets('bob'), bob.meets('ada')]);
  await assert.rejects(async () => bob.press('kick', await otherOf(bob)));
  await ada.press('kick', await otherOf(ada));
  await hears(bob, 'closed 4003');
  await ada.hasTilesOf();
  await hears(ada, 'participant-left');
});

test('two nodes: a lock holds on all nodes', async () => {
  const room = stage.newRoom();
  const page = { frontend: 'ws_rich', room };
  const ada = await stage.visit({ name: 'ada', ...page, node: 0 });
  await hears(ada, 'producer-id');
  const bob = await stage.visit({ name: 'bob', ...page, node: 1 });
  await bob.meets('ada');
  await ada.press('lock', true);
  await hears(bob, 'room-locked');
  for (const node of [1, 2]) {
    const late = await stage.visit({ name: 'cyn', ...page, node });
    await hears(late, 'room-locked');
    await late.close();
  }
  await ada.press('lock', false);
  await hears(bob, '"locked":false');
  const cyn = await stage.visit({ name: 'cyn', ...page, node: 2 });
  await cyn.meets('ada', 'bob');
});

/** Until it is stopped, measures how long the video of a peer stands still. */
function watch(viewer, peerId) {
  let going = true;
  let longest = 0;
  const watching = (async () => {
    let frames = -1;
    let since = performance.now();
    while (going) {
      const { inbound } = await viewer.stats();
      const video = inbound.find((flow) =>
        flow.kind === 'video' && flow.peerId === peerId);
      if (video?.frames > frames) since = performance.now();
      frames = video?.frames ?? -1;
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

test('a node dies: its members are gone, the others go on', async (t) => {
  const cluster = await Cluster.start(2);
  t.after(() => cluster.stop());
  const room = stage.newRoom();
  const join = (user, node) => stage.join(
    { room, user, dialect: 'ws', server: cluster.nodes[node].url });
  const ada = await join('ada', 0);
  const cyn = await join('cyn', 0);
  await ada.receives(2);
  const [{ peerId: cynsId }] = (await ada.stats()).inbound;
  const bob = await join('bob', 1);
  await Promise.all([ada, bob, cyn].map((one) => one.receives(4)));
  const bobs = (await ada.stats()).inbound
    .filter(({ peerId }) => peerId !== cynsId)
    .map(({ producerId }) => producerId).sort();

  const stop = watch(ada, cynsId);
  const begin = performance.now();
  await cluster.kill(1);
  await waitFor('the producers of the dead node to close', async () =>
    (await ada.ended()).length === bobs.length);
  const took = performance.now() - begin;
  await bob.close();
  const again = await join('bob', 0);
  await Promise.all([ada, again, cyn].map((one) => one.receives(4)));
  const back = performance.now() - begin;
  const still = await stop();
  console.log(`  closed after ${took.toFixed(0)} ms, back after ` +
    `${back.toFixed(0)} ms; longest still picture: ${still.toFixed(0)} ms`);
  assert.deepEqual((await ada.ended()).sort(), bobs);
  assert.ok(still <= STILL_MAX_MS, `${still} ms without a frame`);
});
