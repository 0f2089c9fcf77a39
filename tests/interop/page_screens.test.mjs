// On the conference page two users share their screens at the same time.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

async function enter(context, name, room) {
  const visitor = await PageVisitor.enter(chromium, server.url,
    { name, room, size: DESK, small: true });
  context.after(() => visitor.page.close());
  return visitor;
}

const shows = (visitor, selector, text) => waitFor(`"${text}"`, () =>
  visitor.page.$$eval(selector, (all, words) => all.some((node) =>
    !node.hidden && node.textContent.includes(words)), text));

/** Who is shown large, as the label of the screen says. */
const presenter = ({ page }) => page.$eval('.screen-tile', (tile) =>
  (tile.hidden ? '' : tile.querySelector('.name').textContent));

const moving = async ({ page }) => {
  const time = () => page.$eval('.screen-tile video',
    ({ videoWidth, currentTime }) => (videoWidth > 0 ? currentTime : 0));
  const before = await waitFor('the screen', time, 20_000);
  await waitFor('the screen to move', async () => await time() > before);
};

test('two users share, and the others choose', async (context) => {
  const room = 'two-screens';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  const cyn = await enter(context, 'Cyn', room);
  await cyn.sees(2);
  await ada.press('Share your screen');
  await waitFor('Ada to present', async () =>
    await presenter(bob) === 'Ada is presenting');

  await context.test('the second is asked first', async () => {
    await bob.press('Share your screen');
    await shows(bob, '.question', 'Ada is sharing');
    await bob.screenshot(`${SHOTS}/call-share-question.png`);
    await bob.page.keyboard.press('Escape');
    await waitFor('the question to go', async () =>
      await bob.page.$('.question') === null);
    assert.ok(await bob.page.$eval('.banner.sharing', ({ hidden }) => hidden));
  });

  await context.test('both share, and both know', async () => {
    await bob.press('Share your screen');
    await bob.page.locator('.question .primary').click();
    await shows(bob, '.banner.sharing', 'and Ada is sharing too');
    await shows(ada, '.banner.sharing', 'and Bob is sharing too');
  });

  await context.test('a viewer sees one, and chooses the other', async () => {
    await waitFor('the latest', async () =>
      await presenter(cyn) === 'Bob is presenting');
    await cyn.press('Show Ada’s screen');
    await waitFor('the first', async () =>
      await presenter(cyn) === 'Ada is presenting');
    await moving(cyn);
    await cyn.screenshot(`${SHOTS}/call-two-screens.png`);
    await cyn.press('Show Bob’s screen');
    await moving(cyn);
  });

  await context.test('one is left when the other stops', async () => {
    await bob.press('Stop sharing');
    await waitFor('Ada to present', async () =>
      await presenter(cyn) === 'Ada is presenting');
    assert.ok(await cyn.page.$eval('.screen-choice', ({ hidden }) => hidden));
    await shows(ada, '.banner.sharing', 'You are sharing your screen');
    assert.equal(await ada.page.$eval('.banner.sharing span',
      ({ textContent }) => textContent), 'You are sharing your screen');
  });
});
