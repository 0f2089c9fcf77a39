// The conference page: the ways to invite somebody.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor } from './support/page.mjs';
import { readCode } from './support/qr.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, hasTouch: true };

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start(
    ['--http.frame-ancestors=https://portal.example']);
  chromium = await launchChromium();
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/** A share sheet that remembers what it was given. */
function fakeShareSheet() {
  window.shared = [];
  navigator.canShare = () => true;
  navigator.share = async (words) => { window.shared.push(words); };
}

/** A clipboard that needs no permission. */
function fakeClipboard() {
  Clipboard.prototype.writeText = async (text) => { window.copied = text; };
}

/** Enters a room of one's own; `prepare` runs before the page's scripts. */
async function enter(context, { size = DESK, room, theme, prepare }) {
  const visitor = await PageVisitor.open(chromium, server.url,
    { room, size, small: true });
  const { page } = visitor;
  context.after(() => page.close().catch(() => undefined));
  if (theme) {
    await page.emulateMediaFeatures(
      [{ name: 'prefers-color-scheme', value: theme }]);
  }
  if (prepare) await page.evaluate(prepare);
  await page.locator('#name').fill('Ada');
  await visitor.join();
  return visitor;
}

const linkTo = (room) => `${server.url}/?room=${encodeURIComponent(room)}`;

const dialog = 'dialog.invitation[open]';

const isOpen = (page) => page.$(dialog).then(Boolean);

async function openFromMore({ page }) {
  await page.locator('button[aria-label="More"]').click();
  await page.locator('.menu ::-p-text(Invite people)').click();
  await page.locator(dialog).wait();
}

test('an invitation opens from "More", the first panel and the list',
  async (context) => {
    const ada = await enter(context, { room: 'ways' });
    const { page } = ada;
    const close = async () => {
      await page.keyboard.press('Escape');
      await waitFor('the dialog to go', async () => !await isOpen(page));
    };
    await openFromMore(ada);
    await close();
    await page.locator('.invite ::-p-text(More ways)').click();
    await page.locator(dialog).wait();
    await close();
    await ada.press('People: ');
    await page.locator('.people-head .button').click();
    await page.locator(dialog).wait();
    assert.equal(await page.$eval('.invite-address', ({ value }) => value),
      linkTo('ways'));
    await close();
    // The focus is where it was.
    assert.ok(await page.evaluate(() =>
      document.activeElement.matches('.people-head .button')));
  });

for (const theme of ['dark', 'light']) {
  for (const [form, size] of Object.entries({ wide: DESK, phone: PHONE })) {
    test(`the QR code leads to the room: ${form}, ${theme}`,
      async (context) => {
        const room = 'velvet-canoe-maple-tender-photo-lantern';
        const ada = await enter(context, { room, size, theme });
        await openFromMore(ada);
        assert.equal(await readCode(ada.page, '.invite-code svg'),
          linkTo(room));
        await ada.screenshot(`${SHOTS}/page-invite-${form}-${theme}.png`);
        await ada.page.locator('.invite-embed summary').click();
        await waitFor('the sites', () => ada.page.$eval('.invite-embed-foot p',
          ({ textContent }) => textContent.includes('https://portal.example')));
        await ada.screenshot(`${SHOTS}/page-embed-${form}-${theme}.png`);
        await ada.page.evaluate(axe.source);
        const { violations } = await ada.page.evaluate(() =>
          window.axe.run(document.querySelector('dialog')));
        assert.deepEqual(violations.map(({ id }) => id), []);
        assert.ok(await ada.page.$eval('dialog.invitation', (node) =>
          node.scrollWidth <= node.clientWidth));
      });
  }
}

test('link, mail, share sheet and frame lead to the room',
  async (context) => {
    const room = 'café-velvet';
    const ada = await enter(context, { room, prepare: fakeShareSheet });
    const { page } = ada;
    await openFromMore(ada);
    await page.evaluate(fakeClipboard);
    const clipboard = () => page.evaluate(() => window.copied ?? '');
    await page.locator('.invite-link .button.primary').click();
    await waitFor('the link', async () => await clipboard() === linkTo(room));
    const mail = new URL(await page.$eval('.invite-others a',
      ({ href }) => href));
    assert.equal(mail.protocol, 'mailto:');
    assert.ok(mail.searchParams.get('subject').includes(room));
    assert.ok(mail.searchParams.get('body').includes(linkTo(room)));
    await page.locator('.invite-others ::-p-text(Share…)').click();
    const [shared] = await page.evaluate(() => window.shared);
    assert.equal(shared.url, linkTo(room));
    await page.locator('.invite-embed summary').click();
    await page.locator('.invite-embed-foot .button').click();
    await waitFor('the frame', async () =>
      (await clipboard()).startsWith('<iframe'));
    const frame = await page.evaluate((html) => {
      const box = document.createElement('template');
      box.innerHTML = html;
      const { src, allow } = box.content.querySelector('iframe');
      return { src, allow: allow.split(/;\s*/) };
    }, await clipboard());
    assert.equal(frame.src, linkTo(room));
    for (const device of ['camera', 'microphone', 'display-capture',
      'autoplay', 'fullscreen', 'picture-in-picture']) {
      assert.ok(frame.allow.includes(device), device);
    }
  });

test('a device without a share sheet shows no button for it',
  async (context) => {
    const ada = await enter(context, {
      room: 'unshared',
      prepare: () => { delete Navigator.prototype.share; },
    });
    await openFromMore(ada);
    assert.equal(await ada.page.$$eval('.invite-others > *',
      ({ length }) => length), 1);
  });
