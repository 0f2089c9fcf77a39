// Files of matroska_writer and matroska_repair play in real browsers.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { serveRecordings, writeRecordings } from './support/recordings.mjs';
import { waitFor } from './support/wait.mjs';

const VIDEOS = ['vp8.webm', 'vp9.webm', 'av1.webm', 'h264.mkv'];
const SECONDS = { red: 0.55, lime: 1.55, blue: 2.55 };
const BROWSERS = { chromium: launchChromium, firefox: launchFirefox };
const TOLERANCE_S = 0.03;

let server;
const running = {};

before(async () => {
  server = await serveRecordings(await writeRecordings());
  for (const [name, launch] of Object.entries(BROWSERS)) {
    running[name] = await launch();
  }
});

after(async () => {
  for (const browser of Object.values(running)) await browser.close();
  await server?.close();
});

/** Opens a page with the file; returns it once the metadata are known. */
async function open(browser, path) {
  const page = await running[browser].newWindow();
  await page.goto(`${server.origin}/`);
  await page.evaluate((url) => {
    const video = document.querySelector('video');
    window.failure = null;
    video.onerror = () => { window.failure = video.error.message; };
    video.preload = 'auto';
    video.src = url;
  }, `/${path}`);
  await waitFor(`${path} in ${browser}`, async () => {
    const [failure, state] = await page.evaluate(() =>
      [window.failure, document.querySelector('video').readyState]);
    assert.equal(failure, null, `${path} in ${browser}`);
    return state >= 1;
  });
  return page;
}

const facts = (page) => page.evaluate(() => {
  const video = document.querySelector('video');
  const { seekable } = video;
  return {
    duration: String(video.duration), // JSON has no Infinity
    seekableTo: seekable.length > 0 ? seekable.end(seekable.length - 1) : 0,
    time: video.currentTime,
    ended: video.ended,
    size: [video.videoWidth, video.videoHeight],
    hasSound: video.mozHasAudio ?? video.webkitAudioDecodedByteCount > 0,
  };
});

/** Seeks; returns the colour in the middle of the picture. */
const seek = (page, time) => page.evaluate(async (seconds) => {
  const video = document.querySelector('video');
  const seeked = new Promise((done) => { video.onseeked = done; });
  video.currentTime = seconds;
  await seeked;
  const canvas = document.querySelector('canvas').getContext('2d');
  canvas.drawImage(video, 0, 0, 16, 16);
  const [r, g, b] = canvas.getImageData(8, 8, 1, 1).data;
  return [['red', r], ['lime', g], ['blue', b]]
    .filter(([, level]) => level > 160).map(([name]) => name).join();
}, time);

/** Plays to the end; returns the facts. */
async function play(page, what) {
  await page.evaluate(() => document.querySelector('video').play());
  return waitFor(what, async () => {
    const now = await facts(page);
    return now.ended && now;
  });
}

for (const browser of Object.keys(BROWSERS)) {
  for (const name of VIDEOS) {
    test(`${browser} seeks in ${name} and plays it to its end`, async () => {
      const page = await open(browser, name);
      const { duration, seekableTo } = await facts(page);
      assert.ok(Math.abs(duration - 3.02) < TOLERANCE_S, `${duration} s`);
      assert.ok(Math.abs(seekableTo - 3.02) < TOLERANCE_S, `${seekableTo} s`);
      for (const colour of ['blue', 'red', 'lime', 'blue', 'lime', 'red']) {
        assert.equal(await seek(page, SECONDS[colour]), colour);
      }
      const end = await play(page, `the end of ${name}`);
      assert.ok(Math.abs(end.time - 3.02) < 0.1, `${end.time} s`);
      assert.ok(end.hasSound);
      await page.close();
    });
  }

  test(`${browser} follows the video's size within one file`, async () => {
    const page = await open(browser, 'vp8.webm');
    const sizes = [[160, 120], [320, 240], [80, 60]];
    for (const [i, time] of Object.values(SECONDS).entries()) {
      await seek(page, time);
      // Firefox may tell the new size only after the seek has ended.
      await waitFor(`a picture of ${sizes[i].join('x')}`, async () =>
        isDeepStrictEqual((await facts(page)).size, sizes[i]));
    }
    await page.close();
  });

  test(`${browser} plays sound alone`, async () => {
    const page = await open(browser, 'opus.webm');
    const { duration } = await facts(page);
    assert.ok(Math.abs(duration - 3.02) < TOLERANCE_S, `${duration} s`);
    await seek(page, 2);
    const end = await play(page, 'the end of opus.webm');
    assert.ok(Math.abs(end.time - 3.02) < 0.1, `${end.time} s`);
    await page.close();
  });

  test(`${browser} plays what a crash has left`, async () => {
    const page = await open(browser, 'unfinished.webm');
    const { time } = await play(page, 'the end of unfinished.webm');
    assert.ok(time > 1.9, `${time} s`);
    await page.close();
  });

  test(`${browser} seeks in a repaired file`, async () => {
    const page = await open(browser, 'repaired.webm');
    const { duration } = await facts(page);
    assert.ok(Math.abs(duration - 2) < TOLERANCE_S, `${duration} s`);
    assert.equal(await seek(page, SECONDS.lime), 'lime');
    assert.equal(await seek(page, SECONDS.red), 'red');
    await play(page, 'the end of repaired.webm');
    await page.close();
  });
}
