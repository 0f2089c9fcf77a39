/** A member of a call: a frontend in a window of a browser. */

import { waitFor } from './wait.mjs';

export class Participant {
  #page;

  constructor(user, page) {
    this.user = user;
    this.#page = page;
  }

  /**
   * Opens the frontend `dialect` ("ws" or "events") and starts it with the
   * given options (see clients/frontend.ts).
   */
  static async join(browser, { origin, dialect, ...options }) {
    const page = await browser.newWindow();
    await page.goto(`${origin}/${dialect}`);
    await page.evaluate((given) => window.troupe.start(given), options);
    return new Participant(options.user, page);
  }

  stats() {
    return this.#page.evaluate(() => window.troupe.stats());
  }

  events() {
    return this.#page.evaluate(() => window.troupe.events());
  }

  ended() {
    return this.#page.evaluate(() => window.troupe.ended());
  }

  /** Requests these layers of the only received video. */
  prefer(spatialLayer, temporalLayer) {
    return this.#page.evaluate(
      ([spatial, temporal]) => window.troupe.prefer(spatial, temporal),
      [spatialLayer, temporalLayer]);
  }

  /** Waits until this many streams have brought packets. */
  async receives(count, withinMs = 30_000) {
    await waitFor(`${count} streams at ${this.user}`, async () => {
      const { inbound } = await this.stats();
      const flowing = inbound.filter(({ kind, packets, frames }) =>
        packets > 0 && (kind === 'audio' || frames > 0));
      return flowing.length >= count;
    }, withinMs);
  }

  online() {
    return this.#page.evaluate(() => window.troupe.online());
  }

  comeBack() {
    return this.#page.evaluate(() => window.troupe.comeBack());
  }

  leave() {
    return this.#page.evaluate(() => window.troupe.leave());
  }

  /** Closes the window without leaving, as a crash would. */
  close() {
    return this.#page.close();
  }
}
