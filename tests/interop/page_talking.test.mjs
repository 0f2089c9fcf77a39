// The conference page: talking while muted, talking while Space is held, and
// the sounds of a call.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import { launchChromium, launchFirefox } from './support/browsers.mjs';
import { makeFakeVoice } from './support/fake_voice.mjs';
import { PageVisitor } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let server;
let chromium;
let voice;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  voice = await makeFakeVoice();
  server = await TroupeServer.start();
  // Its microphone hears a person who talks all the time.
  chromium = await launchChromium({ flags: [voice.flag] });
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  await voice?.remove();
});

/** Runs before the page's own scripts: keeps what it does with sound. */
function watchSound(kept) {
  for (const [key, value] of Object.entries(kept)) {
    localStorage.setItem(key, value);
  }
  window.copies = [];
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function copyTrack() {
    const copy = clone.call(this);
    window.copies.push(copy);
    return copy;
  };
  window.notes = [];
  window.OscillatorNode = class extends OscillatorNode {
    start(when) {
      window.notes.push(Math.round(this.frequency.value));
      super.start(when);
    }
  };
  window.speakers = [];
  const choose = HTMLMediaElement.prototype.setSinkId;
  HTMLMediaElement.prototype.setSinkId = function chooseSpeaker(id) {
    window.speakers.push(id);
    return choose?.call(this, id);
  };
}

/** Opens the page without joining. */
async function open(context, name, room, { settings = {}, ...options } = {}) {
  const { browser = chromium, speaker } = options;
  const kept = {
    'troupe.settings': JSON.stringify(settings), 'troupe.name': name,
    ...speaker && { 'troupe.speaker': speaker },
  };
  const watching = {
    newWindow: async () => {
      const page = await browser.newWindow();
      await page.evaluateOnNewDocument(watchSound, kept);
      return page;
    },
  };
  const visitor = await PageVisitor.open(watching, server.url,
    { room, size: DESK, small: true });
  context.after(() => visitor.page.close().catch(() => undefined));
  await waitFor('the preview', () => visitor.page.evaluate(() =>
    document.querySelector('.preview video').videoWidth > 0));
  return visitor;
}

async function enter(...options) {
  const visitor = await open(...options);
  await visitor.join();
  return visitor;
}

const isMuted = ({ page }) => page.$eval('.media-buttons .round', (button) =>
  button.getAttribute('aria-label') === 'Unmute');
const muted = (visitor) => waitFor('the mute', () => isMuted(visitor));
const talking = (visitor) => waitFor('the open microphone', async () =>
  !await isMuted(visitor));

const hint = ({ page }) => page.$$eval('.notice', (all) => all
  .map(({ textContent }) => textContent)
  .find((text) => text.startsWith('You are muted')));

/** How many copies of the microphone exist, and whether any is sent. */
const copies = ({ page }) => page.evaluate(() => {
  const live = window.copies.filter(({ readyState, kind }) =>
    readyState === 'live' && kind === 'audio');
  const sent = window.connections.flatMap((one) => one.getSenders())
    .map(({ track }) => track?.id);
  return { live: live.length, sent: live.some(({ id }) => sent.includes(id)) };
});

test('a person who talks while muted is told', async (context) => {
  const ada = await enter(context, 'Ada', 'muted-talk');
  assert.deepEqual(await copies(ada), { live: 0, sent: false });

  await context.test('the hint comes, politely, and offers to unmute',
    async () => {
      await ada.page.keyboard.press('m');
      await muted(ada);
      const text = await waitFor('the hint', () => hint(ada), 20_000);
      assert.match(text, /^You are mutedUnmute( \(M\))?$/);
      assert.ok(await ada.page.$eval('.notice', (node) =>
        node.closest('[aria-live="polite"][role="status"]') !== null));
      for (const [form, size] of [['wide', DESK], ['phone', PHONE]]) {
        await ada.page.setViewport(size);
        await ada.screenshot(`${SHOTS}/call-you-are-muted-${form}.png`);
      }
      await ada.page.setViewport(DESK);
    });

  await context.test('the copy of the microphone is not sent', async () => {
    assert.deepEqual(await copies(ada), { live: 1, sent: false });
  });

  await context.test('unmuting ends both', async () => {
    await ada.page.locator('.notice .primary').click();
    await talking(ada);
    await waitFor('the hint to go', async () => !await hint(ada));
    assert.deepEqual(await copies(ada), { live: 0, sent: false });
  });

  await context.test('leaving releases the microphone', async () => {
    await ada.page.keyboard.press('m');
    await waitFor('a copy', async () => (await copies(ada)).live === 1);
    await ada.press('Leave the call');
    await waitFor('no copy', async () => (await copies(ada)).live === 0);
  });
});

test('the key M ends the hint, and others go on unheard', async (context) => {
  const ada = await enter(context, 'Ada', 'muted-key');
  await ada.page.keyboard.press('m');
  await waitFor('the hint', () => hint(ada), 20_000);
  await ada.page.keyboard.press('m');
  await talking(ada);
  await waitFor('the hint to go', async () => !await hint(ada));
});

test('without the setting the microphone is not listened to',
  async (context) => {
    const ada = await enter(context, 'Ada', 'muted-off',
      { settings: { mutedWarning: false } });
    await ada.page.keyboard.press('m');
    await muted(ada);
    await ada.page.keyboard.press('m');
    await talking(ada);
    assert.equal(await ada.page.evaluate(() => window.copies.length), 0);
  });

/** Holds Space and says whether that opens the microphone, for as long. */
async function spaceTalks(visitor, where) {
  const { keyboard } = visitor.page;
  assert.ok(await isMuted(visitor), `muted before, ${where}`);
  await keyboard.down(' ');
  await waitFor(`the open microphone, ${where}`, async () =>
    !await isMuted(visitor));
  await keyboard.up(' ');
  await waitFor(`the mute, ${where}`, () => isMuted(visitor));
}

test('Space talks in every view', async (context) => {
  const room = 'space';
  const ada = await enter(context, 'Ada', room);
  const bob = await enter(context, 'Bob', room);
  await ada.sees();
  const { page } = ada;
  await page.keyboard.press('m');
  await muted(ada);
  await spaceTalks(ada, 'after joining');
  await page.click('.tile:not([data-self])');
  await page.evaluate(() => document.querySelector('.tile').focus());
  await spaceTalks(ada, 'on a picture');
  await page.keyboard.press('g');
  await spaceTalks(ada, 'with the speaker large');
  for (const [label, shown] of [
    ['Show charts', '.call'], ['Chat', '.chat-list'], ['People: ', '.people'],
  ]) {
    await ada.press(label);
    await page.locator(shown).wait();
    // The chat puts the keyboard where one writes.
    await page.evaluate(() => document.activeElement?.blur());
    await spaceTalks(ada, `with ${label}`);
    await page.click('.call-head h1');
    await spaceTalks(ada, `with ${label}, after a click`);
  }

  await context.test('where one writes it writes', async () => {
    await page.focus('.people-search input');
    await page.keyboard.press(' ');
    assert.equal(await page.$eval('.people-search input',
      ({ value }) => value), ' ');
    assert.ok(await isMuted(ada));
  });

  await context.test('a button that was clicked is not pressed', async () => {
    // A picture that is pinned by a click keeps the keyboard's place.
    await page.click('.call-head .icon-button[aria-label="Show charts"]');
    const charts = () => page.$eval('[aria-label="Show charts"]', (node) =>
      node.getAttribute('aria-pressed'));
    const before = await charts();
    await spaceTalks(ada, 'on a button');
    assert.equal(await charts(), before);
  });

  await context.test('leaving while talking does not leave it open',
    async () => {
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.down(' ');
      await talking(ada);
      await page.click('[aria-label="Leave the call"]');
      await page.locator('.message h1').wait();
      await page.keyboard.up(' ');
      await page.locator('.message ::-p-text(Rejoin)').click();
      await page.locator('.toolbar').wait();
      assert.ok(await isMuted(ada));
    });
  await bob.page.close();
});

test('in Firefox Space does not press a clicked button', async (context) => {
  const firefox = await launchFirefox();
  context.after(() => firefox.close());
  const fay = await enter(context, 'Fay', 'space-firefox',
    { browser: firefox });
  const { page } = fay;
  const mute = async (label) => {
    await page.click(`.toolbar button[aria-label="${label}"]`);
  };
  await mute('Mute');
  await muted(fay);
  await spaceTalks(fay, 'on the button');
  await mute('Unmute');
  await talking(fay);
  await page.keyboard.press(' ');
  await page.keyboard.press('v');
  await page.locator('[aria-label="Turn camera on"]').wait();
  assert.ok(!await isMuted(fay), 'the open microphone stays open');
});

const notes = ({ page }) => page.evaluate(() => window.notes);
const JOINED = [523, 784];
const LEFT = [659, 440];
const HAND = [880, 1175, 880];

/** Waits until the page takes what happens for news. */
const settled = (visitor) => waitFor('the entry to be over', () =>
  visitor.page.evaluate((start) => performance.now() - start > 3500,
    visitor.enteredAt));

test('arrivals, departures and hands have sounds', async (context) => {
  const room = 'sounds';
  const before = await open(context, 'Ada', 'no-sounds');
  const speaker = await before.page.evaluate(async () =>
    (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) =>
      kind === 'audiooutput').at(-1).deviceId);
  const others = [];
  for (const name of ['Bob', 'Cyn', 'Dan']) {
    others.push(await open(context, name, room));
  }
  others.push(await open(context, 'Sil', room,
    { settings: { joinSound: false, handSound: false } }));
  const host = await enter(context, 'Ada', room, { speaker });
  host.enteredAt = await host.page.evaluate(() => performance.now());
  await settled(host);
  assert.deepEqual(await notes(host), [], 'none while entering');

  await context.test('four at once give one', async () => {
    await Promise.all(others.map((one) => one.join()));
    await waitFor('all', () => host.page.$$eval('.tile', (all) =>
      all.length === 5));
    await waitFor('the sound', async () => (await notes(host)).length > 0);
    const heard = await notes(host);
    assert.deepEqual(heard.slice(0, 2), JOINED);
    assert.ok(heard.length <= 4, `fewer than people: ${heard}`);
    const used = await host.page.evaluate(() => window.speakers);
    assert.ok(used.includes(speaker), 'on the chosen speaker');
  });

  await context.test('a hand has another', async () => {
    await others[0].page.keyboard.press('h');
    await waitFor('the sound', async () =>
      (await notes(host)).slice(-3).join() === HAND.join());
    assert.ok(!(await notes(others[0])).includes(HAND[0]),
      'not for the own hand');
  });

  await context.test('leaving has another', async () => {
    await others[1].press('Leave the call');
    await waitFor('the sound', async () =>
      (await notes(host)).slice(-2).join() === LEFT.join());
    assert.deepEqual(await notes(others.at(-1)), [], 'where they are switched off');
  });
});
