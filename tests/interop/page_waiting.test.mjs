// The conference page: the lobby of a room, for those that wait and for hosts.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const ROOM = 'stage-door';

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

const enter = (name, room = ROOM) => PageVisitor.enter(chromium, server.url,
  { name, room, size: DESK, small: true });

/** Asks to join, and waits in the lobby. */
async function knock(name, room = ROOM) {
  const visitor = await PageVisitor.open(chromium, server.url,
    { room, size: DESK, small: true });
  await ask(visitor, name);
  await visitor.page.locator('.waiting').wait();
  return visitor;
}

async function ask({ page }, name) {
  await page.locator('#name').fill(name);
  await page.locator('form button[type="submit"]').click();
}

const reads = ({ page }, selector, text) => waitFor(`"${text}"`, () =>
  page.$$eval(selector, (all, words) =>
    all.some(({ textContent }) => textContent.includes(words)), text), 20_000);

const noticeOf = ({ page }, name) =>
  page.locator(`.notice ::-p-text(${name} asks to be let in)`).wait();

/** Presses a button in the notice about someone. */
const answer = ({ page }, name, label) => page.$$eval('.notice',
  (all, who, words) => {
    const notice = all.find(({ textContent }) => textContent.includes(who));
    [...notice.querySelectorAll('button')]
      .find(({ textContent }) => textContent === words).click();
  }, name, label);

const notices = ({ page }) => page.$$eval('.notice',
  (all) => all.length);

const press = ({ page }, text) =>
  page.locator(`.people ::-p-text(${text})`).click();

const waiting = ({ page }) => page.$$eval('.waiting-person .person-name',
  (all) => all.map(({ firstChild }) => firstChild.textContent));

/** What axe finds. */
async function findings({ page }) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => {
    for (const one of document.getAnimations()) {
      if (one.effect.getComputedTiming().iterations !== Infinity) one.finish();
    }
    return window.axe.run(document, {
      resultTypes: ['violations'],
      rules: { 'video-caption': { enabled: false } },
    });
  });
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

const inside = ({ page }) => page.locator('.toolbar').wait();

test('a host lets newcomers wait, and decides about each', async (context) => {
  const ada = await enter('Ada');
  const bob = await enter('Bob');
  await ada.sees();
  await ada.press('People: ');
  await bob.press('People: ');
  await press(ada, 'Turn lobby on');
  await bob.reads('Ada turned the lobby on');
  await reads(bob, '.people-locked', 'a host lets newcomers in');
  assert.equal((await bob.page.$$('.people-tools:not([hidden])')).length, 0);

  await context.test('a newcomer waits until the host lets them in',
    async () => {
      const cyn = await knock('Cyn');
      await reads(cyn, '.waiting', 'The host has been told');
      await reads(cyn, '.waiting', 'No one else is waiting.');
      await noticeOf(ada, 'Cyn');
      assert.equal(await notices(bob), 0);
      assert.deepEqual(await waiting(ada), ['Cyn']);
      assert.deepEqual(await findings(cyn), []);
      assert.deepEqual(await findings(ada), []);
      await cyn.screenshot(`${SHOTS}/waiting.png`);
      await ada.screenshot(`${SHOTS}/call-knock.png`);
      await cyn.page.setViewport(PHONE);
      await ada.page.setViewport(PHONE);
      await cyn.screenshot(`${SHOTS}/waiting-phone.png`);
      await ada.screenshot(`${SHOTS}/call-knock-phone.png`);
      await ada.page.setViewport(DESK);
      await answer(ada, 'Cyn', 'Let in');
      await inside(cyn);
      await waitFor('the notice to go', async () => await notices(ada) === 0);
      // Who reloads within the grace time is known, and need not knock.
      await cyn.page.reload();
      await ask(cyn, 'Cyn');
      await inside(cyn);
      await cyn.page.close();
    });

  await context.test('a host says something, and turns a newcomer away',
    async () => {
      const dan = await knock('Dan');
      await noticeOf(ada, 'Dan');
      await ada.page.locator('.waiting-form input').fill('One moment');
      await ada.page.locator('.waiting-form button').click();
      await reads(dan, '.waiting-messages', 'Ada One moment');
      await answer(ada, 'Dan', 'Turn away');
      await reads(dan, '.form-error', 'The host did not let you in');
      await dan.screenshot(`${SHOTS}/turned-away.png`);
      // The person may ask again, and stop waiting.
      await dan.page.locator('form button[type="submit"]').click();
      await noticeOf(ada, 'Dan');
      await dan.page.locator('.waiting ::-p-text(Leave)').click();
      await dan.page.locator('.lobby').wait();
      await waitFor('the notice to go', async () => await notices(ada) === 0);
      await dan.page.close();
    });

  await context.test('many who knock make one notice, and come in at once',
    async () => {
      const many = [];
      for (const name of ['Eve', 'Fay', 'Gil']) many.push(await knock(name));
      await reads(ada, '.notice', '3 people ask to be let in');
      await reads(many[0], '.waiting', '2 other people are waiting.');
      assert.equal(await notices(ada), 1);
      assert.deepEqual(await waiting(ada), ['Eve', 'Fay', 'Gil']);
      await ada.screenshot(`${SHOTS}/call-knocks.png`);
      await ada.page.locator('button[aria-label="Turn Gil away"]').click();
      await reads(many[2], '.form-error', 'The host did not let you in');
      await press(ada, 'Let in all');
      for (const one of many.slice(0, 2)) await inside(one);
      for (const one of many) await one.page.close();
    });

  await context.test('the next host is told who waits', async () => {
    const hal = await knock('Hal');
    await noticeOf(ada, 'Hal');
    await ada.press('Leave the call');
    await noticeOf(bob, 'Hal');
    // Turning the lobby off lets all in.
    await press(bob, 'Turn lobby off');
    await inside(hal);
    await hal.page.close();
  });

  await context.test('those that wait are told when the last has left',
    async () => {
      await press(bob, 'Turn lobby on');
      const ivy = await knock('Ivy');
      await bob.press('Leave the call');
      await reads(ivy, '.form-error', 'The call ended while you waited');
    });
});
