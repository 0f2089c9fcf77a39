/** The conference page, used as a user would. */

import { waitFor } from './wait.mjs';
import { EVERYONE, makeWorld } from './world.mjs';

/** Collects the page's peer connections for their statistics. */
function watchConnections() {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }
  };
}

/** Keeps the lines that a page shows for some seconds, the oldest first. */
export function keepToasts() {
  window.toasts = [];
  new MutationObserver((changes) => changes
    .flatMap(({ addedNodes }) => [...addedNodes])
    .filter((node) => node.classList?.contains('toast'))
    .forEach(({ textContent }) => window.toasts.push(textContent)),
  ).observe(document, { childList: true, subtree: true });
}

/** A camera of few pixels and frames, where a test looks at the page alone. */
function useSmallCamera() {
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const picture = () => {
    const canvas = Object.assign(document.createElement('canvas'),
      { width: 160, height: 90 });
    const paint = canvas.getContext('2d');
    let count = 0;
    const draw = () => {
      paint.fillStyle = `hsl(${(count++ * 7) % 360} 40% 40%)`;
      paint.fillRect(0, 0, 160, 90);
    };
    draw();
    setInterval(draw, 200);
    return canvas.captureStream(5).getVideoTracks()[0];
  };
  mediaDevices.getUserMedia = async ({ audio, video }) => new MediaStream([
    ...(audio ? (await open({ audio })).getAudioTracks() : []),
    ...(video ? [picture()] : [])]);
}

/** What a slow machine may take for a page. */
const PATIENCE_MS = 90_000;

/** Until no colour and no place moves any more. */
const settled = (page) => waitFor('the transitions', () => page.evaluate(() =>
  !document.getAnimations().some((one) => one instanceof CSSTransition)));

/** Shows the page in a theme: 'dark' or 'light'. */
export async function wear(page, theme) {
  await page.evaluate((name) => {
    document.documentElement.dataset.theme = name;
  }, theme);
  await settled(page);
}

export class PageVisitor {
  constructor(page) {
    this.page = page;
  }

  /**
   * Opens the page without joining. `query` is added to the address. With
   * `likeness` a known user has camera and microphone and always speaks; with
   * `small` the camera costs little. `prepare` gets the page before it loads.
   */
  static async open(browser, url,
    { room, size, likeness, small, prepare, query = {} }) {
    const page = await browser.newWindow();
    await page.setViewport(size);
    if (likeness) {
      await page.evaluateOnNewDocument(makeWorld, {
        name: likeness, everyone: EVERYONE, ...EVERYONE[likeness],
      });
    }
    if (small) {
      page.setDefaultTimeout(PATIENCE_MS);
      await page.evaluateOnNewDocument(useSmallCamera);
    }
    await page.evaluateOnNewDocument(watchConnections);
    await page.evaluateOnNewDocument(keepToasts);
    await prepare?.(page);
    await page.goto(`${url}/?${new URLSearchParams({ room, ...query })}`);
    return new PageVisitor(page);
  }

  /** Opens the page and joins through the lobby. */
  static async enter(browser, url, { name, shot, ...options }) {
    const visitor = await PageVisitor.open(browser, url, options);
    const { page } = visitor;
    await page.locator('#name').fill(name);
    await waitFor('the preview', () => page.evaluate(() =>
      document.querySelector('.preview video').videoWidth > 0));
    if (shot) await page.screenshot({ path: shot });
    await visitor.join();
    return visitor;
  }

  async join() {
    await this.page.locator('form button[type="submit"]').click();
    await this.page.locator('.toolbar').wait();
  }

  /** Presses the button whose label begins with that text. */
  press(label) {
    return this.page.locator(`button[aria-label^="${label}"]`).click();
  }

  /**
   * Waits until a line with this text has been shown, even if it is gone, and
   * forgets it and those before it.
   */
  reads(text) {
    return waitFor(`the line "${text}"`, () => this.page.evaluate((wanted) => {
      const at = window.toasts.findIndex((line) => line.includes(wanted));
      return window.toasts.splice(0, at + 1).length > 0;
    }, text));
  }

  /** Waits until `count` others are shown and their videos move. */
  async sees(count = 1) {
    const times = () => this.page.evaluate(() => [...document
      .querySelectorAll('.tile:not([data-self]):not([data-camera-off]) video')]
      .map((video) => (video.videoWidth > 0 ? video.currentTime : 0)));
    const before = await waitFor('a remote picture', async () => {
      const all = await times();
      return all.length === count && all.every((time) => time > 0) && all;
    }, 20_000);
    await waitFor('the picture to move', async () =>
      (await times()).every((time, index) => time > before[index]));
  }

  async hears() {
    const before = await waitFor('a voice', () => this.#energy());
    await waitFor('the voice to continue', async () =>
      await this.#energy() > before);
  }

  /** Whether the tile of the other (of two) has an attribute. */
  otherTile(attribute) {
    return this.page.evaluate((name) =>
      document.querySelector('.tile:not([data-self])')?.hasAttribute(name),
    attribute);
  }

  /** The statistics of each received video by getStats, the latest first. */
  pictures() {
    return this.page.evaluate(async () => {
      const found = [];
      for (const connection of window.connections) {
        if (connection.connectionState === 'closed') continue;
        (await connection.getStats()).forEach((stat) => {
          if (stat.type === 'inbound-rtp' && stat.kind === 'video' &&
              stat.mid !== 'probator') {
            found.push({
              width: stat.frameWidth ?? 0, frames: stat.framesDecoded ?? 0,
              bytes: stat.bytesReceived, freezes: stat.freezeCount ?? 0,
            });
          }
        });
      }
      return found;
    });
  }

  /** The sent layers: width and whether they are active. */
  sentLayers() {
    return this.page.evaluate(async () => {
      const found = [];
      for (const connection of window.connections) {
        (await connection.getStats()).forEach((stat) => {
          if (stat.type === 'outbound-rtp' && stat.kind === 'video') {
            found.push({
              rid: stat.rid, width: stat.frameWidth ?? 0,
              frames: stat.framesEncoded ?? 0, mode: stat.scalabilityMode,
            });
          }
        });
      }
      return found;
    });
  }

  /** The lines of the chat, as text. */
  said() {
    return this.page.$$eval('.chat-list .said', (all) =>
      all.map(({ textContent }) => textContent));
  }

  async screenshot(path, how = {}) {
    await settled(this.page);
    await this.page.screenshot({ path, ...how });
  }

  #energy() {
    return this.page.evaluate(async () => {
      let energy = 0;
      for (const connection of window.connections) {
        (await connection.getStats()).forEach((stat) => {
          if (stat.type === 'inbound-rtp') energy += stat.totalAudioEnergy ?? 0;
        });
      }
      return energy;
    });
  }
}
