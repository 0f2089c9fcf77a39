/** Sets up server, pages and browsers for a file of tests; takes them down. */

import { after, afterEach, before } from 'node:test';
import { launchChromium, launchFirefox } from './browsers.mjs';
import { servePages } from './pages.mjs';
import { Participant } from './participant.mjs';
import { TroupeServer } from './server.mjs';
import { Visitor } from './visitor.mjs';

const LAUNCH = { chromium: launchChromium, firefox: launchFirefox };

let rooms = 0;

/**
 * Returns what the tests of a file share; filled before the first runs. Flags
 * for the server may be put into `serverFlags` until then.
 */
export function useStage(...browserNames) {
  const stage = { browsers: {}, serverFlags: [] };
  let present = [];

  /** A room nobody was in before. */
  stage.newRoom = () => `room-${process.pid}-${++rooms}`;

  /** Joins someone, in Chromium unless told otherwise. */
  stage.join = async ({ browser = 'chromium', ...options }) => {
    const participant = await Participant.join(stage.browsers[browser], {
      origin: stage.pages.origin, server: stage.server.url, ...options,
    });
    present.push(participant);
    return participant;
  };

  /** Opens one of the frontends for someone (see visitor.mjs). */
  stage.visit = async ({ browser = 'chromium', ...options }) => {
    const visitor = await Visitor.open(stage.browsers[browser], {
      pages: stage.pages.origin, server: stage.server.url, ...options,
    });
    present.push(visitor);
    return visitor;
  };

  before(async () => {
    stage.server = await TroupeServer.start(stage.serverFlags);
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
