// How the conference page shows a call: layouts, pages, the own picture, full
// screen and the small window.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium } from './support/browsers.mjs';
import { buildFixture, serveFixture } from './support/fixture.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { pause, waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 700, hasTouch: true, isMobile: true };

let server;
let fixture;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  buildFixture();
  fixture = await serveFixture();
  server = await TroupeServer.start();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  fixture?.close();
});

/** A call of invented people; fixture.ts has the parameters. */
async function invent(context, query, size = DESK) {
  const page = await chromium.newWindow();
  context.after(() => page.close());
  await page.setViewport(size);
  await page.goto(`${fixture.origin}/fixture.html?theme=dark&${query}`);
  await waitFor('the tiles', () => page.$('.tile:not([hidden])'));
  return page;
}

/** The ids of those who are seen, from the upper left. */
const seen = (page) => page.$$eval('.tile:not([hidden])', (all) => all
  .filter((tile) => !tile.hasAttribute('data-floating'))
  .map((tile) => ({ id: tile.dataset.person, box: new DOMMatrix(
    getComputedStyle(tile).transform) }))
  .sort((one, other) => one.box.f - other.box.f || one.box.e - other.box.e)
  .map(({ id }) => id));

const pageText = (page) => page.$eval('.pager', (node) =>
  (node.hidden ? '' : node.textContent.trim()));

const settled = (page) => waitFor('tiles at their places', () =>
  page.$$eval('.tile', (all) => all.every((one) =>
    one.getAnimations().every(({ playState }) => playState !== 'running'))));

/** In which corner of the stage the own picture floats. */
const corner = async (page) => {
  await settled(page);
  return page.evaluate(() => {
    const own = document.querySelector('.tile[data-floating]')
      ?.getBoundingClientRect();
    const stage = document.querySelector('.stage').getBoundingClientRect();
    if (!own) return 'none';
    const row = own.top + own.height / 2 < stage.top + stage.height / 2
      ? 'top' : 'bottom';
    return `${row} ${own.left + own.width / 2 <
      stage.left + stage.width / 2 ? 'left' : 'right'}`;
  });
};

const press = (page, label) =>
  page.locator(`button[aria-label^="${label}"]`).click();

async function choose(page, label) {
  await press(page, 'View');
  await page.locator(`[role="menuitemradio"] ::-p-text(${label})`).click();
}

const layoutOf = (page) => page.$eval('[aria-label="View"]', (node) =>
  node.title);

/** What axe finds in a document. */
async function findings(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    resultTypes: ['violations'],
    rules: { 'video-caption': { enabled: false } },
  }));
  return violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Tells that a person is heard or silent, as the monitor of a call does. */
const hear = (page, index, speaking) => page.evaluate((at, on) => {
  const { view, people } = window.fixture;
  view.setLevel(people[at].id, on ? 0.2 : 0, on);
}, index, speaking);

test('three layouts by key and by menu', async (context) => {
  const page = await invent(context, 'people=6');
  const large = () => page.$eval('.stage', (stage) =>
    stage.querySelector('[data-main]')?.dataset.person ?? '');
  const shape = () => page.evaluate(() => {
    const boxes = [...document.querySelectorAll('.tile:not([hidden])')];
    const [main] = boxes.filter((one) => one.hasAttribute('data-main'));
    const rest = boxes.filter((one) => one !== main)
      .map((one) => one.getBoundingClientRect());
    const box = main.getBoundingClientRect();
    return rest.every(({ top }) => top >= box.bottom) ? 'below'
      : rest.every(({ left }) => left >= box.right) ? 'beside' : 'mixed';
  });
  assert.equal(await large(), '');
  await page.keyboard.press('g');
  await waitFor('the speaker', async () => await large() === 'p1');
  await settled(page);
  assert.equal(await shape(), 'below');
  assert.match(await layoutOf(page), /^View: speaker/);
  await page.screenshot({ path: `${SHOTS}/view-speaker.png` });
  await page.keyboard.press('g');
  await settled(page);
  await waitFor('the sidebar', async () => await shape() === 'beside');
  await page.screenshot({ path: `${SHOTS}/view-sidebar.png` });
  await page.keyboard.press('g');
  await waitFor('the grid', async () => await large() === '');
  await choose(page, 'Sidebar');
  await waitFor('the sidebar', async () => await large() === 'p1');
  assert.equal(JSON.parse(await page.evaluate(() =>
    localStorage.getItem('troupe.settings'))).layout, 'sidebar');
  await press(page, 'View');
  await settled(page);
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() =>
    document.activeElement.getAttribute('aria-label')), 'View');
  await choose(page, 'Grid');
});

test('twelve people fill pages', async (context) => {
  const page = await invent(context, 'people=12', PHONE);

  await context.test('the number of tiles fits the window', async () => {
    assert.equal(await pageText(page), 'Page 1 of 2');
    const first = await seen(page);
    assert.equal(first[0], 'self');
    await page.setViewport({ ...PHONE, height: 500 });
    await waitFor('fewer tiles', async () =>
      (await seen(page)).length < first.length);
    await page.setViewport(DESK);
    await waitFor('all tiles', async () => (await seen(page)).length === 12);
    assert.equal(await pageText(page), '');
    await page.setViewport(PHONE);
    await waitFor('pages', async () => await pageText(page) === 'Page 1 of 2');
  });

  await context.test('buttons and keys turn pages, and stop', async () => {
    const first = await seen(page);
    await press(page, 'Next page');
    await waitFor('page 2', async () => await pageText(page) === 'Page 2 of 2');
    const second = await seen(page);
    assert.equal(new Set([...first, ...second]).size, 12);
    await page.keyboard.press('PageDown');
    assert.equal(await pageText(page), 'Page 2 of 2');
    await page.keyboard.press('PageUp');
    await waitFor('page 1', async () => await pageText(page) === 'Page 1 of 2');
    assert.deepEqual(await seen(page), first);
  });

  await context.test('a finger turns pages', async () => {
    const swipe = async (from, to, y = 300) => {
      const touch = await page.touchscreen.touchStart(from, y);
      await touch.move((from + to) / 2, y + 4);
      await touch.move(to, y + 6);
      await touch.end();
    };
    await swipe(320, 80);
    await waitFor('page 2', async () => await pageText(page) === 'Page 2 of 2');
    await page.screenshot({ path: `${SHOTS}/view-page-2-phone.png` });
    await swipe(80, 110);
    assert.equal(await pageText(page), 'Page 2 of 2', 'a short way is none');
    await swipe(80, 320);
    await waitFor('page 1', async () => await pageText(page) === 'Page 1 of 2');
  });
});

test('people that speak on another page', async (context) => {
  const page = await invent(context, 'people=12', PHONE);
  const first = await seen(page);
  const name = () => page.$eval('.off-stage', (node) =>
    (node.hidden ? '' : node.textContent));
  const until = async (what, done, index) => waitFor(what, async () => {
    await hear(page, index, true);
    return done();
  });

  await context.test('the name stands at the edge', async () => {
    await until('the name', async () => await name() === 'Oskar is speaking',
      10);
    assert.deepEqual(await findings(page), []);
    await page.screenshot({ path: `${SHOTS}/view-unseen-phone.png` });
  });

  await context.test('the name leads to the page', async () => {
    await page.click('.off-stage');
    await waitFor('Oskar', async () => (await seen(page)).includes('p10'));
    await hear(page, 10, false);
    assert.equal(await name(), '');
    assert.equal(await page.evaluate(() =>
      document.activeElement.dataset.person), 'p10');
    await until('the way back', async () =>
      await name() === 'Jonas Lindqvist is speaking', 1);
    assert.ok(await page.$('.off-stage[data-before]'));
    await hear(page, 1, false);
    await page.keyboard.press('PageUp');
    await waitFor('page 1', async () => await name() === '');
  });

  await context.test('one comes to the first page, others stay', async () => {
    await page.evaluate(() => document.activeElement.blur());
    const before = await seen(page);
    assert.deepEqual(before, first);
    await until('Ines on the first page', async () =>
      (await seen(page)).includes('p11'), 11);
    const now = await seen(page);
    assert.equal(now[0], 'self');
    assert.equal(now.filter((id, at) => id !== before[at]).length, 1);
    assert.ok(now.includes('p1'), 'Jonas spoke a moment ago');
  });
});

test('the own picture', async (context) => {
  const page = await invent(context, 'people=4');
  const own = '.tile[data-self]';

  await context.test('floats, and the others fill the stage', async () => {
    await choose(page, 'Floats in a corner');
    assert.equal(await corner(page), 'bottom right');
    assert.deepEqual(await seen(page), ['p1', 'p2', 'p3']);
    assert.deepEqual(await findings(page), []);
    await page.screenshot({ path: `${SHOTS}/view-float.png` });
  });

  await context.test('is dragged to a corner', async () => {
    const box = await (await page.$(own)).boundingBox();
    await page.mouse.move(box.x + 20, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(500, 400, { steps: 4 });
    await page.mouse.move(200, 200, { steps: 4 });
    assert.ok(await page.$(`${own}[data-dragged]`));
    await page.mouse.up();
    assert.equal(await corner(page), 'top left');
  });

  await context.test('is moved by keys and by a button', async () => {
    await page.focus(own);
    await page.keyboard.down('Shift');
    await page.keyboard.press('ArrowRight');
    assert.equal(await corner(page), 'top right');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.up('Shift');
    assert.equal(await corner(page), 'bottom right');
    await page.keyboard.press('Enter');
    await page.locator('[role="menuitem"] ::-p-text(next corner)').click();
    assert.equal(await corner(page), 'bottom left');
  });

  await context.test('hides, and has a way back', async () => {
    await page.focus(own);
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await waitFor('the sign', () => page.$('.self-back:not([hidden])'));
    assert.equal(await corner(page), 'none');
    assert.ok(await page.$eval(own, ({ hidden }) => hidden));
    assert.ok(await page.evaluate(() =>
      document.activeElement.matches('.self-back')));
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press('Enter');
    await waitFor('the tile', async () => (await seen(page)).length === 4);
    assert.ok(await page.$eval('.self-back', ({ hidden }) => hidden));
  });

  await context.test('is kept for the next call', () =>
    page.evaluate(() => localStorage.getItem('troupe.settings')).then((kept) =>
      assert.equal(JSON.parse(kept).selfView, 'tile')));
});

const whole = (page) => page.evaluate(() => {
  const node = document.fullscreenElement;
  return node === document.documentElement ? 'call'
    : node?.dataset.person ?? node?.className ?? '';
});

const bytesOf = async (visitor) =>
  (await visitor.pictures()).map(({ bytes }) => bytes);

/** How many pictures arrive now. */
async function arriving(visitor) {
  const before = await bytesOf(visitor);
  await pause(1000);
  return (await bytesOf(visitor)).filter((bytes, at) =>
    bytes > (before[at] ?? 0)).length;
}

test('a real call', async (context) => {
  const enter = async (name) => {
    const visitor = await PageVisitor.enter(chromium, server.url,
      { name, room: 'views', size: DESK, small: true });
    context.after(() => visitor.page.close());
    return visitor;
  };
  const ada = await enter('Ada');
  await enter('Bob');
  await enter('Cyn');
  const { page } = ada;
  await ada.sees(2);

  await context.test('"f" and Escape: the call on the whole screen', async () => {
    await page.keyboard.press('f');
    await waitFor('the whole screen', async () => await whole(page) === 'call');
    await page.locator('[aria-label="Leave full screen"]').wait();
    await page.keyboard.press('Escape');
    await waitFor('the way back', async () => await whole(page) === '');
    assert.equal(await arriving(ada), 2);
  });

  await context.test('one picture on the whole screen comes alone', async () => {
    const other = await page.$('.tile:not([data-self]) video');
    await other.click({ count: 2 });
    const id = await waitFor('the picture', () => whole(page));
    assert.notEqual(id, 'call');
    await waitFor('no other picture', async () => await arriving(ada) === 1);
    await page.screenshot({ path: `${SHOTS}/view-one-picture.png` });
    await page.keyboard.press('Escape');
    await waitFor('all pictures', async () => await arriving(ada) === 2);
  });

  await context.test('the small window has what is needed', async () => {
    await ada.press('More');
    const opened = new Promise((done) => page.once('popup', done));
    await page.locator('[role="menuitem"] ::-p-text(Picture in picture)')
      .click();
    const small = () => page.evaluate(() => {
      const shown = window.documentPictureInPicture?.window?.document;
      return shown && {
        labels: [...shown.querySelectorAll('button')].map((one) =>
          one.getAttribute('aria-label')),
        moves: shown.querySelector('.pip-picture').currentTime > 0,
        own: !shown.querySelector('.pip-self').hidden,
        name: shown.querySelector('.pip-name').textContent,
      };
    });
    const found = await waitFor('a picture', async () => {
      const now = await small();
      return now?.moves && now;
    });
    assert.deepEqual(found.labels,
      ['Mute', 'Turn camera off', 'Leave the call']);
    assert.ok(found.own);
    assert.match(found.name, /^(Bob|Cyn)$/);
    const mute = () => page.evaluate(() => documentPictureInPicture.window
      .document.querySelector('button').click());
    await mute();
    await waitFor('the mute', async () =>
      (await small()).labels[0] === 'Unmute');
    assert.ok(await page.$('.toolbar [aria-label="Unmute"]'));
    const popup = await Promise.race([opened, pause(3000)]);
    if (popup) {
      assert.deepEqual(await findings(popup), []);
      await popup.screenshot({ path: `${SHOTS}/view-pip.png` });
    }
  });

  await context.test('a hidden tab receives what it shows alone', async () => {
    const show = (state) => page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState',
        { configurable: true, get: () => now });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
    assert.equal(await arriving(ada), 2);
    await show('hidden');
    await waitFor('one picture', async () => await arriving(ada) === 1);
    await show('visible');
    await waitFor('its end', () => page.evaluate(() =>
      documentPictureInPicture.window === null));
    await waitFor('all pictures', async () => await arriving(ada) === 2);
    await show('hidden');
    await waitFor('no picture', async () => await arriving(ada) === 0);
    await show('visible');
  });

  await context.test('leaving closes the small window', async () => {
    await ada.press('More');
    await page.locator('[role="menuitem"] ::-p-text(Picture in picture)')
      .click();
    await waitFor('the window', () => page.evaluate(() =>
      documentPictureInPicture.window !== null));
    await page.evaluate(() => [...documentPictureInPicture.window.document
      .querySelectorAll('button')].at(-1).click());
    await page.locator('::-p-text(You left the room)').wait();
    assert.ok(await page.evaluate(() =>
      documentPictureInPicture.window === null));
  });
});

test('a choice of an earlier page is taken over', async (context) => {
  const { page } = await PageVisitor.open(chromium, server.url,
    { room: 'old', size: DESK, small: true });
  context.after(() => page.close());
  await page.evaluate(() => {
    localStorage.removeItem('troupe.settings');
    localStorage.setItem('troupe.view', 'speaker');
  });
  await page.reload();
  await page.locator('#name').fill('Ada');
  await page.locator('form button[type="submit"]').click();
  await waitFor('the layout', async () =>
    /^View: speaker/.test(await layoutOf(page).catch(() => '')));
  assert.equal(await page.evaluate(() =>
    localStorage.getItem('troupe.view')), null);
});
