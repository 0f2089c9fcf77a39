/** A user at a page, observed from outside. */

import assert from 'node:assert/strict';
import { EVERYONE, makeWorld } from './world.mjs';
import { Sightings } from './sightings.mjs';
import { waitFor } from './wait.mjs';

/** How long one look at videos takes; 15 frames come in a second. */
const GLANCE_MS = 250;
/**
 * How long a person counts as seen or heard after that was so. On a busy machine
 * pages play some videos at a few frames per second.
 */
const MEMORY_MS = 2_000;
/** The longest wait, and the one from which on the report says how long it was. */
const PATIENCE_MS = 60_000;
const SLOW_MS = 10_000;

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
   * Opens the page `frontend` for one of the nine known users. `build` says
   * which libraries it was built with (see build.mjs). With `mirror` the server
   * may show a user its own media.
   */
  static async open(browser, options) {
    const { pages, name, frontend, build = 'now', mirror, ...query } = options;
    assert.ok(EVERYONE[name], `${name} has a known colour and tone`);
    const page = await browser.newWindow();
    const visitor = new Visitor(name, page, mirror);
    await page.evaluateOnNewDocument(makeWorld, {
      name, everyone: EVERYONE, ...EVERYONE[name],
    });
    await page.goto(`${pages}/frontends-${build}/${frontend}?` +
      new URLSearchParams({ user: name, ...query }));
    return visitor;
  }

  /** Presses one of the page's buttons and returns its result. */
  press(button, ...given) {
    return this.#page.evaluate((name, rest) => window.app[name](...rest),
      button, given);
  }

  /** Clicks the element that a CSS selector finds. */
  click(selector) {
    return this.#page.locator(selector).click();
  }

  /** Whether the element that a CSS selector finds contains that text. */
  shows(selector, text) {
    return this.#page.$eval(selector, (element, wanted) =>
      element.textContent.includes(wanted), text);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  close() {
    return this.#page.close();
  }

  /** Waits until exactly these users are seen, moving, and heard. */
  async meets(...others) {
    await this.sees(...others);
    await this.hears(...others);
  }

  /** Waits until the moving videos are those of these users, once each. */
  sees(...others) {
    return this.#senses('sees', others, async () =>
      (await this.#moving()).filter(({ screen }) => !screen)
        .map(({ person }) => person));
  }

  /** Waits until the moving shared screens are those of these users. */
  seesScreensOf(...others) {
    return this.#senses('sees the screens of', others, async () =>
      (await this.#moving()).filter(({ screen }) => screen)
        .map(({ person }) => person));
  }

  /** Waits until a user's camera arrives with this width in pixels. */
  seesInWidth(other, width) {
    return this.#senses(`sees, ${width} wide,`, [other], async () =>
      (await this.#moving()).filter((seen) => seen.width === width)
        .map(({ person }) => person));
  }

  /**
   * Waits until exactly these users can be heard, once each. Where tones cannot
   * be distinguished, their number is enough.
   */
  hears(...others) {
    return this.#senses('hears', others, async () => {
      const heard = await this.#page.evaluate((glance) => (window.senses.deaf
        ? window.senses.count(glance) : window.senses.listen()), GLANCE_MS);
      return Array.isArray(heard) ? heard
        : Array.from({ length: heard }, (_, at) =>
          [...others, this.name][at] ?? 'someone');
    });
  }

  /** Waits until the tiles, moving or not, are those of these users. */
  hasTilesOf(...others) {
    return this.#expect('has tiles of', others, async () =>
      (await this.#look()).filter(({ self }) => !self)
        .map(({ person }) => person));
  }

  /** Everything the page has sent and received, one frame per line. */
  async said() {
    return (await this.#page.evaluate(() => window.frames_said)).join('\n');
  }

  #look() {
    return this.#page.evaluate(() => window.senses.look());
  }

  /** The videos of others that changed within GLANCE_MS. */
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

  /** Like #expect; what a probe finds counts for MEMORY_MS. */
  #senses(verb, others, probe) {
    const sightings = new Sightings(MEMORY_MS);
    return this.#expect(verb, others, async () =>
      sightings.add(await probe(), performance.now()));
  }

  async #expect(verb, others, probe) {
    const wanted = [...others].sort().join(', ');
    const what = `${this.name} ${verb} ${wanted || 'no one'}`;
    const began = performance.now();
    let got;
    try {
      await waitFor(what, async () => {
        const names = await probe();
        got = names.filter((one) => !this.#mirror || one !== this.name)
          .sort().join(', ');
        return got === wanted;
      }, PATIENCE_MS);
    } catch (error) {
      const said = process.env.TROUPE_FRAMES ? await this.said() : '';
      throw new Error(`${error.message}; it was: ${got || 'no one'}\n` +
        `complaints: ${this.#complaints.join('\n')}\n${said}`);
    }
    const took = performance.now() - began;
    if (took > SLOW_MS) console.log(`  ${what}: after ${took.toFixed(0)} ms`);
  }
}
