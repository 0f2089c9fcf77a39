// Backgrounds of the page's camera. The cameras show a colour and no person, so
// that all of a sent picture is background.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { after, before } from 'node:test';
import {
  chooseBackground, keepSettings, pictureAddress, untilLike, untilUnlike,
} from './support/background.mjs';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SIZE = { width: 1000, height: 700 };
/** Machines that test are slow: what is too slow is tested by itself. */
const PATIENT = { backgroundLimitMs: 5000 };
const MODEL = /\.(wasm|tflite)$|background_worker|pipeline-/;

let server;
let chromium;
let evening;

before(async () => {
  [server, chromium] = [await TroupeServer.start(),
    await launchChromium({ framesPerSecond: 20 })];
  evening = await pictureAddress(server,
    readdirSync(`${ROOT}web/dist/assets`), 'evening');
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

const enter = (browser, { name, room, background, knobs = PATIENT, prepare }) =>
  PageVisitor.enter(browser, server.url, {
    name, room, size: SIZE, small: true,
    prepare: async (page) => {
      await page.evaluateOnNewDocument((given) =>
        Object.assign(window, given), knobs);
      if (background) {
        await page.evaluateOnNewDocument(...keepSettings({ background }));
      }
      await prepare?.(page);
    },
  });

const note = ({ page }) => waitFor('a line that says why', () =>
  page.$eval('.toasts', ({ textContent }) => textContent).catch(() => ''),
60_000);

const workers = ({ page }) => page.workers().length;

test('without a background nothing of it is loaded', async () => {
  const paths = [];
  const ada = await enter(chromium, {
    name: 'Ada', room: 'plain', background: 'none',
    prepare: (page) => page.on('request', (x) =>
      paths.push(new URL(x.url()).pathname)),
  });
  assert.ok(paths.some((path) => path.includes('running_call')));
  assert.deepEqual(paths.filter((path) => MODEL.test(path)), []);
  assert.equal(workers(ada), 0);
  await ada.page.close();
});

test('a picture is sent and seen, until none is chosen', async () => {
  const bob = await enter(chromium,
    { name: 'Bob', room: 'stage', background: 'none' });
  const ada = await enter(chromium,
    { name: 'Ada', room: 'stage', background: 'evening' });
  await untilLike(ada, 'sent', evening);
  await untilLike(bob, 'seen', evening);
  assert.equal(workers(ada), 1);
  await ada.screenshot(`${ROOT}build/screenshots/background.png`);

  await ada.press('Turn camera off');
  await waitFor('no worker', () => workers(ada) === 0);
  await ada.press('Turn camera on');
  await untilLike(bob, 'seen', evening);

  await chooseBackground(ada, 'None');
  await untilUnlike(ada, 'sent', evening);
  await untilUnlike(bob, 'seen', evening);
  assert.equal(workers(ada), 0);
  await chooseBackground(ada, 'Evening');
  await untilLike(bob, 'seen', evening);
  for (const { page } of [ada, bob]) await page.close();
});

test('a slow machine gives the plain camera and says why', async () => {
  const ada = await enter(chromium, {
    name: 'Ada', room: 'slow', background: 'evening',
    knobs: { backgroundDelayMs: 90, backgroundLimitMs: 40 },
  });
  assert.match(await note(ada), /too slow.*took \d+ ms.*others see your room/);
  await untilUnlike(ada, 'sent', evening);
  assert.equal(workers(ada), 0);
  await ada.page.close();
});

test('a model that does not arrive leaves the plain camera', async () => {
  const ada = await enter(chromium, {
    name: 'Ada', room: 'lost', background: 'evening',
    prepare: (page) => page.evaluateOnNewDocument(() => {
      // The worker fetches it, where requests cannot be intercepted.
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function lose(message, ...rest) {
        post.call(this, message.model
          ? { ...message, model: `${message.model}-lost` } : message, ...rest);
      };
    }),
  });
  assert.match(await note(ada), /cannot show it.*404/);
  await untilUnlike(ada, 'sent', evening);
  await ada.page.close();
});

test('Firefox sends a picture', async (t) => {
  const firefox = await launchFirefox();
  t.after(() => firefox.close());
  const fay = await enter(firefox,
    { name: 'Fay', room: 'fox', background: 'evening' });
  const bob = await enter(chromium,
    { name: 'Bob', room: 'fox', background: 'none' });
  await untilLike(bob, 'seen', evening);
  for (const { page } of [fay, bob]) await page.close();
});
