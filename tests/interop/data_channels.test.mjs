// Data channels in real browsers: every dialect, every reliability, every kind
// of message, and pausing, closing and leaving.
import assert from 'node:assert/strict';
import test from 'node:test';
import { useStage } from './support/stage.mjs';
import { waitFor } from './support/wait.mjs';

const stage = useStage('chromium', 'firefox');

const DIALECTS = ['ws', 'events', 'flow', 'rooms', 'legacy', 'current'];

const MODES = {
  ordered: {},
  unordered: { ordered: false },
  maxPacketLifeTime: { ordered: false, maxPacketLifeTime: 2000 },
  maxRetransmits: { ordered: false, maxRetransmits: 3 },
  'no retransmission': { ordered: false, maxRetransmits: 0 },
};

const LARGEST = 256 * 1024;

/**
 * Fits into one packet: a larger message that is sent only once may be lost.
 */
const ONE_PACKET = 1000;
const SOME_PACKETS = 8000;

async function visit(name, room, reading, options = {}) {
  const visitor = await stage.visit({
    name, room, frontend: 'data', reading, ...options,
  });
  await visitor.press('entered');
  return visitor;
}

/** Two clients; the first has a channel that the second consumes. */
async function converse(label, mode, {
  readings = ['ws', 'ws'], browsers = ['chromium', 'chromium'], build,
} = {}) {
  const room = stage.newRoom();
  const [ada, bob] = await Promise.all(['ada', 'bob'].map((name, at) =>
    visit(name, room, readings[at], { browser: browsers[at], build })));
  await ada.press('talk', label, mode);
  await listens(bob, label);
  return [ada, bob, room];
}

function listens(visitor, label) {
  return waitFor(`${visitor.name} to listen to ${label}`, () =>
    visitor.press('hears', label));
}

/** Waits for that many messages and returns all. */
async function hears(visitor, count) {
  await waitFor(`${visitor.name} to hear ${count}`, async () =>
    (await visitor.press('heard')).length >= count);
  return visitor.press('heard');
}

/** Text, binary, empty of both, and a large one. */
async function exchange(ada, bob, label, largest = LARGEST) {
  await ada.press('say', label, 'grüezi');
  const small = await ada.press('sendOctets', label, 3, 1);
  await ada.press('say', label, '');
  const none = await ada.press('sendOctets', label, 0, 0);
  const large = await ada.press('sendOctets', label, largest, 2);
  const all = await hears(bob, 5);
  const facts = all.map(({ text, octets, sum }) =>
    (text === null ? `${octets}/${sum}` : `"${text}"`)).sort();
  assert.deepEqual(facts, ['"grüezi"', '""', `3/${small}`, `0/${none}`,
    `${largest}/${large}`].sort());
  for (const one of all) assert.equal(one.label, label);
}

for (const dialect of DIALECTS) {
  test(`every kind of message arrives: ${dialect}`, async () => {
    const [ada, bob] = await converse('chat', { protocol: 'plain' },
      { readings: [dialect, dialect] });
    await exchange(ada, bob, 'chat');
    for (const { protocol } of await bob.press('heard')) {
      assert.equal(protocol, 'plain');
    }
    assert.match(await ada.press('stats', 'chat'), /messagesReceived/);
    assert.match(await bob.press('stats', 'chat'), /messagesSent/);
  });

  test(`a late joiner receives messages as well: ${dialect}`, async () => {
    const room = stage.newRoom();
    const ada = await visit('ada', room, dialect);
    await ada.press('talk', 'chat');
    const cyn = await visit('cyn', room, dialect);
    await listens(cyn, 'chat');
    await ada.press('say', 'chat', 'welcome');
    assert.equal((await hears(cyn, 1))[0].text, 'welcome');
  });
}

/**
 * The largest message that surely arrives. An unreliable sender abandons a
 * message when one of its packets is lost too often, and a busy host loses some
 * of 256 KB sent at once.
 */
function largestThatComes({ maxRetransmits, maxPacketLifeTime }) {
  if (maxRetransmits === 0) return ONE_PACKET;
  return maxRetransmits || maxPacketLifeTime ? SOME_PACKETS : LARGEST;
}

for (const [name, mode] of Object.entries(MODES)) {
  for (const browsers of [['chromium', 'chromium'], ['chromium', 'firefox'],
    ['firefox', 'chromium']]) {
    test(`${name}: from ${browsers.join(' to ')}`, async () => {
      const [ada, bob] = await converse('cursor', mode, { browsers });
      await exchange(ada, bob, 'cursor', largestThatComes(mode));
    });
  }
}

test('ordered messages stay in order, however many there are', async () => {
  const [ada, bob] = await converse('chat', {});
  for (let at = 0; at < 300; ++at) await ada.press('say', 'chat', `${at}`);
  const all = await hears(bob, 300);
  assert.deepEqual(all.map(({ text }) => Number(text)),
    Array.from({ length: 300 }, (_, at) => at));
});

test('pages with old libraries exchange messages as well', async () => {
  for (const dialect of ['ws', 'legacy']) {
    const [ada, bob] = await converse('chat', {},
      { readings: [dialect, dialect], build: 'old' });
    await exchange(ada, bob, 'chat');
  }
});

test('clients of all dialects exchange messages in one room', async () => {
  const room = stage.newRoom();
  const names = ['ada', 'bob', 'cyn', 'dan', 'eve', 'gus'];
  const everyone = await Promise.all(names.map((name, at) =>
    visit(name, room, DIALECTS[at])));
  await everyone[0].press('talk', 'chat');
  const others = everyone.slice(1);
  await Promise.all(others.map((one) => listens(one, 'chat')));
  await everyone[0].press('say', 'chat', 'all');
  for (const one of others) {
    assert.equal((await hears(one, 1))[0].text, 'all');
  }
});

test('messages sent during a pause are not received', async () => {
  const [ada, bob] = await converse('chat', {});
  const saysWhile = async (stop, go, who) => {
    await who.press(stop, 'chat');
    await ada.press('say', 'chat', 'secret');
    // "public" follows on the same channel, so "secret" would come first.
    await new Promise((done) => setTimeout(done, 300));
    await who.press(go, 'chat');
    await ada.press('say', 'chat', 'public');
    const [{ text }] = await hears(bob, 1);
    assert.equal(text, 'public');
    await bob.press('forget');
  };
  await saysWhile('pause', 'resume', ada);
  await saysWhile('ignore', 'attend', bob);
  assert.deepEqual(await bob.press('paused'), ['chat paused', 'chat resumed']);
});

for (const how of ['close', 'hangUp']) {
  test(`a channel that is closed is closed for everyone: ${how}`, async () => {
    const [ada, bob] = await converse('chat', {});
    await ada.press(how, 'chat');
    await waitFor('it to be closed', async () =>
      (await bob.press('closed')).includes('chat'));
    // A new channel works.
    await ada.press('talk', 'second');
    await listens(bob, 'second');
    await ada.press('say', 'second', 'again');
    assert.equal((await hears(bob, 1))[0].text, 'again');
  });
}

test('a client that leaves takes its channels along', async () => {
  const [ada, bob] = await converse('chat', {});
  await ada.close();
  await waitFor('it to be closed', async () =>
    (await bob.press('closed')).includes('chat'));
});
