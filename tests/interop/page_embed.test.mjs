// Calls in pages of other sites: @troupe/embed and docs/embed.md.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { readBlocks } from './support/doc_blocks.mjs';
import { keepToasts, PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const SIZE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const DOCUMENTED = 'https://meet.example.org/';

/** A site that hears everything that is posted to it. */
const API_PAGE = `<!doctype html><title>Portal</title>
  <div id="call" style="width: 100%; height: 90vh"></div>
  <iframe name="foreign" src="/foreign.html"></iframe>
  <script src="${DOCUMENTED}embed/troupe-embed.global.js"></script>
  <script>
    window.news = [];
    const NAMES = ['ready', 'joined', 'left', 'person-joined', 'person-changed',
      'person-left', 'microphone-changed', 'camera-changed', 'share-changed',
      'speaker', 'chat', 'error'];
    window.start = (options) => {
      window.call = new TroupeEmbed.TroupeCall({
        parent: document.getElementById('call'), url: '${DOCUMENTED}',
        ...options,
      });
      for (const name of NAMES) {
        call.on(name, (data) => news.push({ name, data }));
      }
    };
  </script>`;

let server;
let site;
let pages;
let chromium;

/** Another site (localhost differs from 127.0.0.1). */
async function serveSite() {
  const portal = createServer(({ url }, response) => {
    const page = pages[url.slice(1)];
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html' });
    response.end(page?.replaceAll(DOCUMENTED, `${server.url}/`));
  }).listen(0, '127.0.0.1');
  await once(portal, 'listening');
  return {
    url: `http://localhost:${portal.address().port}`,
    close() {
      portal.close();
      portal.closeAllConnections();
    },
  };
}

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  pages = {
    ...await readBlocks('docs/embed.md'),
    'api.html': API_PAGE,
    'foreign.html': '<!doctype html><title>Foreign</title>',
  };
  server = await TroupeServer.start(['--http.frame-ancestors=http://localhost:*']);
  site = await serveSite();
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  site?.close();
  await server?.stop();
});

async function open(context, name, { browser = chromium, size = SIZE } = {}) {
  const page = await browser.newWindow();
  context.after(() => page.close().catch(() => undefined));
  await page.setViewport(size);
  await page.evaluateOnNewDocument(keepToasts);
  await page.goto(`${site.url}/${name}`);
  return page;
}

async function enterBob(context, room) {
  const bob = await PageVisitor.enter(chromium, server.url,
    { name: 'Bob', room, size: SIZE, small: true });
  context.after(() => bob.page.close().catch(() => undefined));
  return bob;
}

const says = (page, selector, text) => waitFor(`"${text}" in ${selector}`,
  () => page.$eval(selector, (node, words) =>
    node.textContent.includes(words), text), 30_000);

/** The data of the first event of that name, from the `from`th event on. */
const told = (page, name, from = 0) => waitFor(`the event ${name}`, () =>
  page.evaluate((wanted, first) =>
    window.news.slice(first).find((one) => one.name === wanted)?.data,
  name, from), 30_000);

const count = (page) => page.evaluate(() => window.news.length);

/** The code of the error by which a method fails; "none" if it does not. */
const failure = (page, method, ...args) => page.evaluate(
  (name, given) => window.call[name](...given).then(
    () => 'none', ({ code }) => code), method, args);

const frameOf = (page) => waitFor('the frame', () => page.frames().find(
  (frame) => frame.url().startsWith(server.url)));

test('the example of the document joins, mutes, lists people and leaves',
  async (context) => {
    const bob = await enterBob(context, 'daily');
    const page = await open(context, 'host.html');
    await says(page, '#status', 'In daily');
    await says(page, '#people', 'Bob');
    await says(page, '#mute', 'Mute');
    await page.locator('#mute').click();
    await waitFor('Ada to be muted', () => bob.otherTile('data-muted'));
    await says(page, '#mute', 'Unmute');
    await page.locator('#leave').click();
    await says(page, '#status', 'Over: left');
    await waitFor('Ada to be gone', () => bob.page.evaluate(() =>
      document.querySelectorAll('.tile').length === 1));
  });

test('the classic script of the document shows the lobby', async (context) => {
  const page = await open(context, 'classic.html');
  const frame = await frameOf(page);
  await frame.locator('#room').wait();
  assert.equal(await frame.$eval('#room', ({ value }) => value), 'daily');
});

test('a site is told what happens, and asks for what it wants',
  async (context) => {
    const bob = await enterBob(context, 'api');
    const page = await open(context, 'api.html');
    await page.evaluate(() => window.start(
      { room: 'api', name: 'Ada', muted: true, cameraOff: true }));
    await told(page, 'ready');
    const frame = await frameOf(page);
    await frame.locator('#name').wait();
    assert.equal(await frame.$eval('#name', ({ value }) => value), 'Ada');
    assert.equal(await failure(page, 'sendChat', 'early'), 'not-in-call');
    assert.equal(await failure(page, 'join', { name: 'Ada L.' }), 'none');
    assert.deepEqual(await told(page, 'joined'),
      { room: 'api', name: 'Ada L.' });
    assert.equal((await told(page, 'person-joined')).name, 'Bob');
    const people = await page.evaluate(() => window.call.getPeople());
    assert.deepEqual(
      people.map(({ name, isSelf, muted }) => [name, isSelf, muted]),
      [['Ada L.', true, true], ['Bob', false, false]]);
    assert.equal(await failure(page, 'setCamera', true), 'none');
    assert.deepEqual(await told(page, 'camera-changed'), { on: true });
    await bob.sees();
    await new PageVisitor(frame).reads('has switched your camera on');
    assert.equal(await failure(page, 'setLayout', 'speaker'), 'none');
    assert.equal(await failure(page, 'setLayout', 'pile'), 'invalid-params');
    assert.equal(await failure(page, 'sendChat', 'Hello from the portal'),
      'none');
    await bob.reads('from the portal');
    await page.screenshot({ path: `${SHOTS}/page-embedded-steered.png` });
    const before = await count(page);
    await bob.press('Leave the call');
    assert.equal((await told(page, 'person-left', before)).name, 'Bob');
    await page.evaluate(() => window.call.dispose());
    assert.equal(await page.$('#call iframe'), null);
    assert.equal(await failure(page, 'leave'), 'closed');
  });

test('messages of other windows do nothing, in either direction',
  async (context) => {
    const page = await open(context, 'api.html');
    await page.evaluate(() => window.start(
      { room: 'foreign', name: 'Ada', skipLobby: true }));
    await told(page, 'joined');
    const before = await count(page);
    const foreign = await waitFor('the foreign frame', () =>
      page.frames().find((frame) => frame.name() === 'foreign'));
    await foreign.evaluate(() => {
      window.answers = [];
      window.addEventListener('message', ({ data }) =>
        window.answers.push(data));
      const leave = { troupe: 1, id: 7, method: 'leave', params: {} };
      const end = { troupe: 1, event: 'left', data: { reason: 'removed' } };
      for (const target of [parent.frames[0], parent.frames[1]]) {
        if (target !== window) target.postMessage(leave, '*');
      }
      parent.postMessage(end, '*');
    });
    // What is asked after it is answered after it.
    const people = await page.evaluate(() => window.call.getPeople());
    assert.deepEqual(people.map(({ name }) => name), ['Ada']);
    const later = await page.evaluate((from) =>
      window.news.slice(from).map(({ name }) => name), before);
    assert.ok(!later.includes('left'), later.join());
    assert.deepEqual(await foreign.evaluate(() => window.answers), []);
    const frame = await frameOf(page);
    assert.ok(await frame.$('.toolbar'));
  });

test('a frame that is loaded anew is connected anew', async (context) => {
  const page = await open(context, 'api.html');
  await page.evaluate(() => window.start({
    room: 'anew', name: 'Ada', skipLobby: true,
    ui: { header: false, toolbar: false, theme: 'light' },
  }));
  await told(page, 'joined');
  const frame = await frameOf(page);
  const shown = (selector) => frame.$eval(selector, (node) =>
    node.checkVisibility());
  assert.ok(!await shown('.toolbar'));
  assert.ok(!await shown('.call-head'));
  const before = await count(page);
  await frame.evaluate(() => location.reload()).catch(() => undefined);
  await told(page, 'ready', before);
  await told(page, 'joined', before);
});

test('a server that refuses the person says so', async (context) => {
  const page = await open(context, 'api.html');
  await page.evaluate(() => window.start(
    { room: '🎭', name: 'Ada', skipLobby: true }));
  await told(page, 'ready');
  assert.equal(await failure(page, 'join', {}), 'invalid-params');
  const frame = await frameOf(page);
  await says(frame, '#room-fault', 'cannot be a room');
});

test('users meet in Firefox, too', async (context) => {
  const firefox = await launchFirefox();
  try {
    const bob = await enterBob(context, 'daily');
    const page = await open(context, 'host.html', { browser: firefox });
    await says(page, '#status', 'In daily');
    await bob.sees();
    await page.close();
  } finally {
    await firefox.close();
  }
});

for (const theme of ['dark', 'light']) {
  for (const [form, size] of Object.entries({ wide: SIZE, phone: PHONE })) {
    test(`an embedded call: ${form}, ${theme}`, async (context) => {
      const page = await open(context, 'api.html', { size });
      await page.evaluate((wanted) => window.start({
        room: 'shown', name: 'Ada', skipLobby: true, ui: { theme: wanted },
      }), theme);
      await told(page, 'joined');
      const frame = await frameOf(page);
      await waitFor('the picture', () => frame.$$eval('.tile video', (all) =>
        all.some(({ currentTime }) => currentTime > 0)));
      await page.screenshot(
        { path: `${SHOTS}/page-embedded-${form}-${theme}.png` });
    });
  }
}
