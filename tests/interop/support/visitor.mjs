/** One person at a page of their own, seen from outside. */

import assert from 'node:assert/strict';
import { EVERYONE, makeWorld } from './world.mjs';
import { waitFor } from './wait.mjs';

/** How long a picture may take to move on; 15 frames are made a second. */
const GLANCE_MS = 250;

export class Visitor {
  #page;
  #mirror;
  #complaints = [];

  constructor(name, page, mirror = false) {
    this.name = name;
    this.#page = page;
    this.#mirror = mirror;
    const complain = (text) => this.#complaints.push(text);
    page.on('pageerror', (error) => complain(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complain(message.text());
    });
  }

  /**
   * Opens the page `frontend` for one of the nine people known by name.
   * `build` says which libraries it was built with (see build.mjs). With
   * `mirror` it does not matter whether the server shows people themselves.
   */
  static async open(browser, options) {
    const { pages, name, frontend, build = 'now', mirror, ...query } = options;
    assert.ok(EVERYONE[name], `${name} has a likeness`);
    const page = await browser.newWindow();
    const visitor = new Visitor(name, page, mirror);
    await page.evaluateOnNewDocument(makeWorld, {
      name, everyone: EVERYONE, ...EVERYONE[name],
    });
    await page.goto(`${pages}/frontends-${build}/${frontend}?` +
      new URLSearchParams({ user: name, ...query }));
    return visitor;
  }

  /** Presses one of the page's buttons and returns what it answers. */
  press(button, ...given) {
    return this.#page.evaluate((name, rest) => window.app[name](...rest),
      button, given);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  close() {
    return this.#page.close();
  }

  /** Waits until each of these is seen, moving, and heard, and no one else. */
  async meets(...others) {
    await this.sees(...others);
    await this.hears(...others);
  }

  /** Waits until the moving pictures are those of these people, once each. */
  sees(...others) {
    return this.#expect('sees', others, async () =>
      (await this.#moving()).filter(({ screen }) => !screen)
        .map(({ person }) => person));
  }

  /** Waits until the moving screens are those of these people. */
  seesScreensOf(...others) {
    return this.#expect('sees the screens of', others, async () =>
      (await this.#moving()).filter(({ screen }) => screen)
        .map(({ person }) => person));
  }

  /** Waits until someone's camera comes in this many pixels of width. */
  seesInWidth(other, width) {
    return this.#expect(`sees, ${width} wide,`, [other], async () =>
      (await this.#moving()).filter((seen) => seen.width === width)
        .map(({ person }) => person));
  }

  /**
   * Waits until these people can be heard, once each, and no one else. Where
   * voices cannot be told apart, that many will do.
   */
  hears(...others) {
    return this.#expect('hears', others, async () => {
      const heard = await this.#page.evaluate((glance) => (window.senses.deaf
        ? window.senses.count(glance) : window.senses.listen()), GLANCE_MS);
      return Array.isArray(heard) ? heard
        : Array.from({ length: heard }, (_, at) =>
          [...others, this.name][at] ?? 'someone');
    });
  }

  /** Waits until there are tiles, moving or not, of these people only. */
  hasTilesOf(...others) {
    return this.#expect('has tiles of', others, async () =>
      (await this.#look()).filter(({ self }) => !self)
        .map(({ person }) => person));
  }

  /** Everything the page sent and got so far, a frame a line. */
  async said() {
    return (await this.#page.evaluate(() => window.frames_said)).join('\n');
  }

  #look() {
    return this.#page.evaluate(() => window.senses.look());
  }

  /** The pictures of others that changed within a glance. */
  async #moving() {
    return (await this.#page.evaluate(async (glance) => {
      const before = window.senses.look();
      await new Promise((done) => setTimeout(done, glance));
      const after = window.senses.look();
      if (before.length !== after.length) return [];
      return after.filter(({ shade, self }, at) =>
        !self && Math.abs(shade - before[at].shade) > 8);
    }, GLANCE_MS));
  }

  async #expect(verb, others, probe, withinMs = 15_000) {
    const wanted = [...others].sort().join(', ');
    let got;
    try {
      await waitFor(`${this.name} ${verb} ${wanted || 'no one'}`, async () => {
        const names = await probe();
        got = names.filter((one) => !this.#mirror || one !== this.name)
          .sort().join(', ');
        return got === wanted;
      }, withinMs);
    } catch (error) {
      const said = process.env.TROUPE_FRAMES ? await this.said() : '';
      throw new Error(`${error.message}; it was: ${got || 'no one'}\n` +
        `complaints: ${this.#complaints.join('\n')}\n${said}`);
    }
  }
}
