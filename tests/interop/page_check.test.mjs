// The check before a call: devices, and the ways to the server.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import test, { after, before } from 'node:test';
import axe from 'axe-core';
import { launchChromium } from './support/browsers.mjs';
import { PageVisitor, wear } from './support/page.mjs';
import { ROOT, TroupeServer } from './support/server.mjs';
import { makeSecret, makeToken, secondsFromNow } from './support/tokens.mjs';
import { waitFor } from './support/wait.mjs';

const SHOTS = `${ROOT}build/screenshots`;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** Two tries of 8 s, 6 s for a first packet, 10 s of listening. */
const CHECKED_WITHIN_MS = 60_000;
/** What a slow machine may take for a page. */
const PATIENCE_MS = 90_000;

let server;
let chromium;

before(async () => {
  await mkdir(SHOTS, { recursive: true });
  server = await TroupeServer.start();
  chromium = await launchChromium({ framesPerSecond: 20 });
});

after(async () => {
  await chromium?.close();
  await server?.stop();
});

/**
 * Runs in the page first. Media by these protocols gets lost, as behind a
 * firewall: it goes to an address that nothing has (RFC 5737).
 */
function block(protocols) {
  const lost = (sdp) => sdp.replace(
    /^(a=candidate:\S+ \d+ (udp|tcp) \d+) \S+ \d+/gm,
    (line, begin, protocol) => (protocols.includes(protocol)
      ? `${begin} 192.0.2.1 9` : line));
  window.RTCPeerConnection = class extends RTCPeerConnection {
    setRemoteDescription({ type, sdp }) {
      return super.setRemoteDescription({ type, sdp: lost(sdp) });
    }
  };
}

/** Runs in the page first: keeps all tracks and contexts that are opened. */
function watchDevices() {
  window.tracks = [];
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wish) => {
    const stream = await open(wish);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
  const { clone } = MediaStreamTrack.prototype;
  MediaStreamTrack.prototype.clone = function keep() {
    const copy = clone.call(this);
    window.tracks.push(copy);
    return copy;
  };
  const capture = HTMLCanvasElement.prototype.captureStream;
  HTMLCanvasElement.prototype.captureStream = function keep(...given) {
    const stream = capture.apply(this, given);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** A camera of few pixels and a steady voice: they cost little. */
function useGoodDevices() {
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const tracks = [];
    if (video) {
      const canvas = Object.assign(document.createElement('canvas'),
        { width: 320, height: 180 });
      const paint = canvas.getContext('2d');
      let count = 0;
      setInterval(() => {
        paint.fillStyle = `hsl(${(count++ * 7) % 360} 60% 60%)`;
        paint.fillRect(0, 0, 320, 180);
      }, 50);
      tracks.push(...canvas.captureStream(20).getTracks());
    }
    if (audio) {
      const sound = new AudioContext();
      const out = sound.createMediaStreamDestination();
      const tone = new OscillatorNode(sound, { frequency: 300 });
      tone.connect(new GainNode(sound, { gain: 0.3 })).connect(out);
      tone.start();
      tracks.push(...out.stream.getTracks());
    }
    return new MediaStream(tracks);
  };
}

/** A camera that is covered, and a microphone that is switched off. */
function useDeadDevices() {
  navigator.mediaDevices.getUserMedia = async ({ audio, video }) => {
    const tracks = [];
    if (video) {
      const canvas = Object.assign(document.createElement('canvas'),
        { width: 640, height: 360 });
      const paint = canvas.getContext('2d');
      setInterval(() => paint.fillRect(0, 0, 640, 360), 50);
      tracks.push(...canvas.captureStream(20).getTracks());
    }
    if (audio) {
      tracks.push(...new AudioContext().createMediaStreamDestination()
        .stream.getTracks());
    }
    return new MediaStream(tracks);
  };
}

/** From `window.cut` on no signaling gets through; files of the page do. */
function makeCuttable() {
  const refuse = () => { if (window.cut) throw new Error('cut'); };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      refuse();
      super(...given);
    }
  };
  const { open } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function openUnlessCut(...given) {
    refuse();
    return open.apply(this, given);
  };
}

/** Opens the lobby; each of `prepare` is [function, ...arguments]. */
async function openLobby(
  address = '/?room=check-test', prepare = [], at = server) {
  const page = await chromium.newWindow();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport(DESK);
  await page.evaluateOnNewDocument(useGoodDevices);
  await page.evaluateOnNewDocument(watchDevices);
  for (const [script, ...given] of prepare) {
    await page.evaluateOnNewDocument(script, ...given);
  }
  await page.evaluateOnNewDocument(() => {
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...given) {
        super(...given);
        window.connections.push(this);
      }
    };
  });
  await page.goto(`${at.url}${address}`);
  return new PageVisitor(page);
}

const openCheck = ({ page }) => page.locator('.lobby-form .check-link').click();

/** What the rows say: {camera: {verdict, text}, …}. */
const rowsOf = ({ page }) => page.$$eval('.check-row', (rows) =>
  Object.fromEntries(rows.map((row) => [row.dataset.subject, {
    verdict: row.dataset.verdict,
    text: row.querySelector('.check-words').innerText.replace(/\s+/g, ' '),
  }])));

async function finished(visitor) {
  await waitFor('the end of the check', () => visitor.page.$(
    '.check-dialog:not([data-busy])'), CHECKED_WITHIN_MS);
  return rowsOf(visitor);
}

const verdictsOf = (rows) => Object.fromEntries(
  Object.entries(rows).map(([subject, { verdict }]) => [subject, verdict]));

/** What is still open of all that the page has opened. */
const leftOpen = ({ page }) => page.evaluate(() => ({
  connections: window.connections.filter(({ connectionState }) =>
    connectionState !== 'closed').length,
  tracks: window.tracks.filter(({ readyState }) =>
    readyState === 'live').length,
}));

const roomsAt = async (at) => Number(/^troupe_rooms (\d+)/m.exec(
  await (await fetch(`${at.url}/metrics`)).text())?.[1]);

async function shoot(visitor, name) {
  for (const theme of ['dark', 'light']) {
    for (const [form, size] of [['phone', PHONE], ['wide', DESK]]) {
      await visitor.page.setViewport(size);
      await wear(visitor.page, theme);
      await visitor.screenshot(`${SHOTS}/check-${name}-${form}-${theme}.png`);
    }
  }
}

test('all is well on this host', async (context) => {
  const ada = await openLobby();
  const { page } = ada;
  await waitFor('the preview', () => page.evaluate(() =>
    document.querySelector('.preview video').videoWidth > 0), PATIENCE_MS);
  const before = await leftOpen(ada);
  await openCheck(ada);

  await context.test('it says what it does', async () => {
    await page.locator('.check-row[data-subject="mic"] .check-meter').wait();
    // The fake microphone may have been heard by now.
    assert.match(await page.$eval('.check-status', (it) => it.innerText),
      /^Checking\. (Say something|This takes less than half a minute)/);
    await shoot(ada, 'busy');
  });

  await context.test('devices, server and path are found good', async () => {
    const rows = await finished(ada);
    assert.deepEqual(verdictsOf(rows), {
      camera: 'good', mic: 'good', speaker: 'untried', server: 'good',
      path: 'good', flow: 'good',
    }, JSON.stringify(rows));
    assert.match(rows.camera.text, /\d+ × \d+ pixels, \d+ frames a second/);
    assert.match(rows.server.text, /WebSocket connects. It answers within/);
    assert.match(rows.path.text, /UDP gets through.*TCP does as well/);
    assert.match(rows.flow.text, /Round trip \d+ ms, no packets lost, at least/);
  });

  await context.test('the person says whether the sound was heard', async () => {
    await page.locator('.check-answers button').click();
    await page.locator('.check-answers ::-p-text(Yes)').click();
    assert.equal((await rowsOf(ada)).speaker.verdict, 'good');
    assert.match(await page.$eval('.check-status', (it) => it.innerText),
      /All is well/);
    await shoot(ada, 'good');
  });

  await context.test('axe finds nothing', async () => {
    await page.evaluate(axe.source);
    for (const theme of ['dark', 'light']) {
      await wear(page, theme);
      const { violations } = await page.evaluate(() =>
        window.axe.run('.check-dialog'));
      assert.deepEqual(violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ html }) => html)}`), []);
    }
  });

  await context.test('the report has the findings and no names', async () => {
    await page.evaluate(() => {
      navigator.clipboard.writeText = async (text) => { window.copied = text; };
    });
    await page.locator('.check-foot ::-p-text(Copy report)').click();
    const text = await waitFor('the report', () =>
      page.evaluate(() => window.copied));
    assert.match(text, /^Network path \[ok\]: UDP gets through/m);
    assert.match(text, /^Browser: Chrome \d+ on Linux$/m);
    assert.doesNotMatch(text, /127\.0\.0\.1|check-test|fake_device|localhost/i);
  });

  await context.test('nothing of it remains', async () => {
    assert.deepEqual(await leftOpen(ada), before);
    await waitFor('its room to be gone', async () =>
      await roomsAt(server) === 0);
    await page.keyboard.press('Escape');
    await waitFor('the dialog to close', async () =>
      !await page.$('.check-dialog'));
  });
  await page.close();
});

const MOMENTS = {
  'while it opens ways': async ({ page }, before) =>
    (await leftOpen({ page })).connections > before.connections,
  'while it measures': ({ page }) => page.evaluate(() =>
    document.querySelector('.check-row[data-subject="flow"]')?.innerText
      .includes('Sending a test picture')),
};

for (const [when, reached] of Object.entries(MOMENTS)) {
  test(`a check that is closed ends at once, ${when}`, async () => {
    const ada = await openLobby();
    await waitFor('the preview', () => ada.page.evaluate(() =>
      document.querySelector('.preview video').videoWidth > 0), PATIENCE_MS);
    const before = await leftOpen(ada);
    await openCheck(ada);
    await waitFor('the moment', () => reached(ada, before), PATIENCE_MS);
    await ada.press('Close the check');
    await waitFor('the end of all', async () =>
      JSON.stringify(await leftOpen(ada)) === JSON.stringify(before),
    PATIENCE_MS);
    await waitFor('its room to be gone', async () =>
      await roomsAt(server) === 0);
    await ada.page.close();
  });
}

test('a network that blocks UDP is told, with advice', async () => {
  const ada = await openLobby(undefined, [[block, ['udp']]]);
  await openCheck(ada);
  const { path, flow } = await finished(ada);
  assert.equal(path.verdict, 'weak', path.text);
  assert.match(path.text, new RegExp('Your network blocks UDP.*over TCP and ' +
    `may stutter.*UDP to port ${server.rtcPort}`));
  assert.equal(flow.verdict, 'good', flow.text);
  await shoot(ada, 'tcp');
  await ada.page.close();
});

test('a network that blocks both, and dead devices, are told', async () => {
  const ada = await openLobby(undefined,
    [[block, ['udp', 'tcp']], [useDeadDevices]]);
  await openCheck(ada);
  const rows = await finished(ada);
  assert.deepEqual(verdictsOf(rows), {
    camera: 'weak', mic: 'bad', speaker: 'untried', server: 'good',
    path: 'bad', flow: 'untried',
  }, JSON.stringify(rows));
  assert.match(rows.camera.text, /black/);
  assert.match(rows.mic.text, /gives silence/);
  assert.match(rows.path.text, new RegExp(
    `neither UDP nor TCP through to port ${server.rtcPort}`));
  await shoot(ada, 'blocked');
  await ada.page.close();
});

test('with a token for one room it says what was not tried', async () => {
  const keys = await makeSecret();
  const guarded = await TroupeServer.start(keys.flags);
  try {
    const token = makeToken(keys.secret,
      { user: 'ann', room: 'daily', exp: secondsFromNow(600) });
    const ann = await openLobby(`/?room=daily#token=${token}`, [], guarded);
    await openCheck(ann);
    const { server: reached, path } = await finished(ann);
    assert.equal(reached.verdict, 'good', reached.text);
    assert.equal(path.verdict, 'untried', path.text);
    assert.match(path.text, /not tried.*for one room only/);
    await ann.page.close();
    const all = makeToken(keys.secret,
      { user: 'ann', room: '*', exp: secondsFromNow(600) });
    const bob = await openLobby(`/?room=daily#token=${all}`, [], guarded);
    await openCheck(bob);
    assert.equal((await finished(bob)).path.verdict, 'good');
    await bob.page.close();
  } finally {
    await guarded.stop();
    await keys.remove();
  }
});

test('after a failed join the check is offered', async () => {
  const ada = await openLobby(undefined, [[makeCuttable]]);
  await ada.page.locator('#name').fill('Ada');
  await ada.page.evaluate(() => { window.cut = true; });
  await ada.page.locator('form button[type="submit"]').click();
  await ada.page.locator('.form-error button').click();
  const { server: reached, path } = await finished(ada);
  assert.equal(reached.verdict, 'bad');
  assert.match(reached.text, /cannot be reached/);
  assert.equal(path.verdict, 'untried');
  await ada.page.close();
});
