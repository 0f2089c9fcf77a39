// The page comes back by itself when its node dies: three users of a cluster
// behind a load balancer, as scripts/cluster starts them.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ScriptCluster } from './support/script_cluster.mjs';
import { waitFor } from './support/wait.mjs';

const SIZE = { width: 800, height: 600 };
/**
 * From kill -9 to moving pictures of all others, at most, while other programs use
 * the cores as well; the report says how long it was.
 */
const BACK_WITHIN_MS = 20_000;

let cluster;
let chromium;

before(async () => {
  cluster = await ScriptCluster.start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await cluster?.stop();
});

async function enter(context, name, room, url) {
  const visitor = await PageVisitor.enter(chromium, url,
    { name, room, size: SIZE, small: true });
  context.after(() => visitor.page.close());
  return visitor;
}

const connectionCount = (visitor) => visitor.page.evaluate(() =>
  window.connections.length);

/** Kills a node, and returns when these pages have new connections. */
async function killUnder(number, orphans) {
  const before = await Promise.all(orphans.map(connectionCount));
  const began = performance.now();
  cluster.kill(number);
  await Promise.all(orphans.map((visitor, at) =>
    waitFor('new connections', async () =>
      await connectionCount(visitor) > before[at], 20_000)));
  return began;
}

/** Waits until all see each other; checks that this took no longer than it may. */
async function seeEachOther(context, people, began) {
  await Promise.all(people.map((one) => one.sees(people.length - 1)));
  const took = performance.now() - began;
  context.diagnostic(`back after ${took.toFixed(0)} ms`);
  assert.ok(took <= BACK_WITHIN_MS, `${took} ms`);
}

test('all users of a room whose node dies meet on another', async (context) => {
  const room = 'all-on-one';
  const people = [];
  for (const name of ['Ada', 'Bob', 'Cyn']) {
    people.push(await enter(context, name, room, cluster.url));
  }
  await Promise.all(people.map((one) => one.sees(2)));
  const [home, ...others] = await cluster.nodesOf(room);
  assert.equal(others.length, 0, 'the balancer keeps a room together');
  const began = await killUnder(home, people);
  await seeEachOther(context, people, began);
  assert.notDeepEqual(await cluster.nodesOf(room), [home]);
});

test('users come back to the one on a node that lives', async (context) => {
  const room = 'on-two-nodes';
  const ada = await enter(context, 'Ada', room, cluster.url);
  const bob = await enter(context, 'Bob', room, cluster.url);
  const [home] = await cluster.nodesOf(room);
  const other = (await cluster.living()).find((node) => node !== home);
  const cyn = await enter(context, 'Cyn', room, cluster.nodeUrl(other));
  await Promise.all([ada, bob, cyn].map((one) => one.sees(2)));
  assert.equal((await cluster.nodesOf(room)).length, 2);
  const began = await killUnder(home, [ada, bob]);
  await seeEachOther(context, [ada, bob, cyn], began);
});
