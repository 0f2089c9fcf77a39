/** Real browsers, each with its own profile, which is removed afterwards. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { EVERYONE } from './world.mjs';

const CHROMIUM_FLAGS = [
  '--no-sandbox', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
  // The windows overlap; the browser must not throttle the hidden ones.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding', '--disable-background-timer-throttling',
  // Chromium 156 loads two pages of its own for the address line of each window,
  // which takes longer than a call.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

/** Fay uses Firefox, whose fake microphone has a single tone. */
const FIREFOX_PREFS = {
  'media.navigator.audio.fake_frequency': EVERYONE.fay.tone,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'permissions.default.camera': 1,
  'permissions.default.microphone': 1,
};

class Browser {
  constructor(name, browser, profile) {
    this.name = name;
    this.browser = browser;
    this.profile = profile;
  }

  /** A page in its own window, since hidden tabs are throttled. */
  async newWindow() {
    const page = await this.browser.newPage({ type: 'window' });
    page.on('pageerror', (error) =>
      console.error(`${this.name}: ${error.message}`));
    return page;
  }

  async close() {
    await this.browser.close();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Takes the program that runs Chromium, certificates that it shall trust (see
 * certificates.mjs), the frames that its camera takes in a second, and flags to
 * add to the command line.
 */
export async function launchChromium(
  { program, certificates, framesPerSecond = 10, flags = [] } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'troupe-chromium-'));
  certificates?.trustIn(profile);
  return new Browser('chromium', await puppeteer.launch({
    executablePath: program ?? process.env.CHROMIUM ?? '/usr/bin/chromium',
    userDataDir: profile,
    headless: true,
    defaultViewport: null,
    // A browser in another network is reached by its standard streams only.
    pipe: program !== undefined,
    env: certificates ? { ...process.env, HOME: profile } : process.env,
    args: [...CHROMIUM_FLAGS, ...flags, '--window-size=800,600',
      `--use-fake-device-for-media-stream=fps=${framesPerSecond}`],
  }), profile);
}

export async function launchFirefox() {
  const profile = await mkdtemp(join(tmpdir(), 'troupe-firefox-'));
  return new Browser('firefox', await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    userDataDir: profile,
    headless: true,
    defaultViewport: null,
    extraPrefsFirefox: FIREFOX_PREFS,
  }), profile);
}
