/** Starts and stops the server, pages and browsers for a file of tests. */

import { after, afterEach, before } from 'node:test';
import { launchChromium, launchFirefox } from './browsers.mjs';
import { Cluster } from './cluster.mjs';
import { servePages } from './pages.mjs';
import { Participant } from './participant.mjs';
import { TroupeServer } from './server.mjs';
import { Visitor } from './visitor.mjs';

const LAUNCH = {
  // Of fewer frames, temporal layers would leave so few that they look frozen.
  chromium: () => launchChromium({ framesPerSecond: 20 }),
  firefox: launchFirefox,
};

let rooms = 0;

/**
 * Returns the objects that the tests of a file share; they are set before the
 * first test. Takes names of browsers, and flags for the server.
 */
export function useStage(...names) {
  const isFlag = (name) => name.startsWith('--');
  return setStage(() => TroupeServer.start(names.filter(isFlag)),
    names.filter((name) => !isFlag(name)));
}

/**
 * The same with a cluster of `count` nodes. `stage.server` is the cluster;
 * `join` and `visit` take {node}, the number of the node to use.
 */
export function useClusterStage(count, ...browserNames) {
  return setStage(() => Cluster.start(count), browserNames);
}

function setStage(startServer, browserNames) {
  const stage = { browsers: {} };
  let present = [];

  /** A room that no test has used before. */
  stage.newRoom = () => `room-${process.pid}-${++rooms}`;

  const urlOf = (node) => (stage.server.nodes?.[node] ?? stage.server).url;

  /** Joins a client, in Chromium by default. */
  stage.join = async ({ browser = 'chromium', node = 0, ...options }) => {
    const participant = await Participant.join(stage.browsers[browser], {
      origin: stage.pages.origin, server: urlOf(node), ...options,
    });
    present.push(participant);
    return participant;
  };

  /** Opens one of the frontends for a client (see visitor.mjs). */
  stage.visit = async ({ browser = 'chromium', node = 0, ...options }) => {
    const visitor = await Visitor.open(stage.browsers[browser], {
      pages: stage.pages.origin, server: urlOf(node), ...options,
    });
    present.push(visitor);
    return visitor;
  };

  before(async () => {
    stage.server = await startServer();
    stage.pages = await servePages();
    for (const name of browserNames) {
      stage.browsers[name] = await LAUNCH[name]();
    }
  });

  afterEach(async () => {
    await Promise.all(present.map((participant) =>
      participant.close().catch(() => undefined)));
    present = [];
    stage.server?.assertAlive();
  });

  after(async () => {
    for (const browser of Object.values(stage.browsers)) await browser.close();
    stage.pages?.close();
    await stage.server?.stop();
  });
  return stage;
}
