/** Starts and stops the server, pages and browsers for a file of tests. */

import { after, afterEach, before } from 'node:test';
import { launchChromium, launchFirefox } from './browsers.mjs';
import { servePages } from './pages.mjs';
import { Participant } from './participant.mjs';
import { TroupeServer } from './server.mjs';
import { Visitor } from './visitor.mjs';

const LAUNCH = { chromium: launchChromium, firefox: launchFirefox };

let rooms = 0;

/**
 * Returns the objects that the tests of a file share; they are set before the
 * first test. Takes names of browsers, and flags for the server.
 */
export function useStage(...names) {
  const isFlag = (name) => name.startsWith('--');
  const browserNames = names.filter((name) => !isFlag(name));
  const stage = { browsers: {} };
  let present = [];

  /** A room that no test has used before. */
  stage.newRoom = () => `room-${process.pid}-${++rooms}`;

  /** Joins a client, in Chromium by default. */
  stage.join = async ({ browser = 'chromium', ...options }) => {
    const participant = await Participant.join(stage.browsers[browser], {
      origin: stage.pages.origin, server: stage.server.url, ...options,
    });
    present.push(participant);
    return participant;
  };

  /** Opens one of the frontends for a client (see visitor.mjs). */
  stage.visit = async ({ browser = 'chromium', ...options }) => {
    const visitor = await Visitor.open(stage.browsers[browser], {
      pages: stage.pages.origin, server: stage.server.url, ...options,
    });
    present.push(visitor);
    return visitor;
  };

  before(async () => {
    stage.server = await TroupeServer.start(names.filter(isFlag));
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
