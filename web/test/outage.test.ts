import assert from 'node:assert/strict';
import test from 'node:test';
import { OutageWatch, OUTAGE_AFTER_MS, type Signs } from '../src/outage';
import { WatchedTime } from '../src/watched_time';

const STEP_MS = 250;

/** A call in virtual time: says at which second which outage is shown. */
class Call {
  readonly watch = new OutageWatch();
  now = 0;
  asked = 0;
  signs: Signs = {
    online: true, reconnecting: false, signaled: 0, pingEveryMs: 25_000,
    path: 0, pathLost: false, mediaAtMs: 0, voicesDue: 1,
  };

  /** What works: the server's answers, media, and the ICE paths. */
  works = { answers: true, media: true, path: true };
  reason: string | undefined;
  forMs: number | undefined;

  run(milliseconds: number): void {
    for (const end = this.now + milliseconds; this.now < end;) this.#step();
  }

  #step(): void {
    this.now += STEP_MS;
    const { works, signs } = this;
    if (works.media && signs.mediaAtMs !== undefined) {
      signs.mediaAtMs = this.now;
    }
    if (works.path && this.now % 1000 === 0) signs.path++;
    const outage = this.watch.update(signs, this.now);
    this.reason = outage?.reason;
    this.forMs = outage?.forMs;
    if (!this.watch.asks(signs, this.now)) return;
    this.asked++;
    if (works.answers) signs.signaled++;
  }
}

const NOTHING = { answers: false, media: false, path: false };
const ALL = { answers: true, media: true, path: true };

test('a call that flows has no outage and asks nothing', () => {
  const call = new Call();
  call.run(20_000);
  assert.equal(call.reason, undefined);
  assert.equal(call.asked, 0);
});

test('a frozen server is noticed after 3 s, and asked once', () => {
  const call = new Call();
  call.run(10_000);
  call.works = NOTHING;
  call.run(OUTAGE_AFTER_MS - STEP_MS);
  assert.equal(call.reason, undefined);
  call.run(STEP_MS);
  assert.equal(call.reason, 'server');
  assert.equal(call.forMs, OUTAGE_AFTER_MS);
  call.run(5000);
  assert.equal(call.forMs, OUTAGE_AFTER_MS + 5000);
  assert.equal(call.asked, 1);
  call.works = ALL;
  call.signs.signaled++;
  call.run(STEP_MS);
  assert.equal(call.reason, undefined);
});

test('without media a server that answers is no outage', () => {
  const call = new Call();
  call.signs.mediaAtMs = undefined;
  call.works = { answers: true, media: false, path: false };
  call.run(60_000);
  assert.equal(call.reason, undefined);
  assert.ok(call.asked > 10 && call.asked <= 30, `asked ${call.asked} times`);
  call.works = NOTHING;
  call.run(6000);
  assert.equal(call.reason, 'server');
});

test('one person that sends nothing is no outage', () => {
  const call = new Call();
  call.run(5000);
  call.works = { answers: true, media: false, path: true };
  call.run(30_000);
  assert.equal(call.reason, undefined);
});

test('media that stops while the server answers is a lost path', () => {
  for (const broken of ['path', 'ice', 'voices'] as const) {
    const call = new Call();
    call.run(5000);
    call.works = { answers: true, media: false, path: broken !== 'path' };
    call.signs.pathLost = broken === 'ice';
    if (broken === 'voices') call.signs.voicesDue = 2;
    call.run(5000);
    assert.equal(call.reason, 'media', broken);
    assert.equal(call.forMs, 5000);
  }
});

test('a path that ICE gives up is an outage without any media', () => {
  const call = new Call();
  call.signs.mediaAtMs = undefined;
  call.run(5000);
  call.signs.pathLost = true;
  call.run(OUTAGE_AFTER_MS);
  assert.equal(call.reason, undefined);
  call.run(STEP_MS);
  assert.equal(call.reason, 'media');
});

test('a lost signaling connection is told after a second', () => {
  const call = new Call();
  call.run(5000);
  call.signs.reconnecting = true;
  call.run(1000);
  assert.equal(call.reason, undefined);
  call.run(STEP_MS);
  assert.equal(call.reason, 'signaling');
  assert.equal(call.forMs, 1000);
  call.works = NOTHING;
  call.run(4000);
  assert.equal(call.reason, 'server');
  assert.equal(call.forMs, 5000);
  call.signs.online = false;
  call.run(STEP_MS);
  assert.equal(call.reason, 'offline');
});

test('an outage goes on while the connection is found again', () => {
  const call = new Call();
  call.run(5000);
  call.works = NOTHING;
  call.run(10_000);
  call.signs.reconnecting = true;
  for (let step = 0; step < 8; step++) {
    call.run(STEP_MS);
    assert.equal(call.reason, 'server');
  }
  assert.equal(call.forMs, 12_000);
  call.works = ALL;
  call.signs.reconnecting = false;
  call.signs.signaled++;
  call.run(STEP_MS);
  assert.equal(call.reason, undefined);
});

test('an overdue ping is asked about before it is an outage', () => {
  const call = new Call();
  for (let step = 0; step < 160; step++) {
    call.run(STEP_MS);
    assert.equal(call.reason, undefined, 'the server answers');
  }
  assert.equal(call.asked, 1);
  call.works.answers = false;
  call.run(40_000);
  assert.equal(call.reason, 'signaling');
});

test('a device without a network is told so', () => {
  const call = new Call();
  call.run(5000);
  call.works = NOTHING;
  call.signs.online = false;
  call.run(OUTAGE_AFTER_MS);
  assert.equal(call.reason, 'offline');
});

test('a browser that believes to be offline, but is not, is ignored', () => {
  const call = new Call();
  call.signs.online = false;
  call.run(20_000);
  assert.equal(call.reason, undefined);
});

test('time in which the page slept does not count', () => {
  const time = new WatchedTime();
  assert.equal(time.at(1000), 0);
  assert.equal(time.at(1250), 250);
  assert.equal(time.at(3_600_000), 1750);
  assert.equal(time.at(3_600_250), 2000);
});
