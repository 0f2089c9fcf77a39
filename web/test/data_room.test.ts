import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import type { types } from 'mediasoup-client';
import { DataRoom } from '../src/data/data_room';
import { FILE_LIMIT } from '../src/data/file_transfer';

/** A channel that hands what is sent to whoever consumes it. */
class FakeProducer extends EventEmitter {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  closed = false;
  sent: unknown[] = [];

  constructor(readonly id: string, readonly label: string) {
    super();
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.closed = true;
    this.emit('close');
  }
}

class FakeConsumer extends EventEmitter {
  observer = new EventEmitter();
  binaryType = 'blob';
  closed = false;

  constructor(readonly id: string) {
    super();
  }

  close(): void {
    this.closed = true;
    this.observer.emit('close');
  }
}

class World {
  produced: FakeProducer[] = [];
  consumed: FakeConsumer[] = [];
  asked: Array<[string, Record<string, unknown>]> = [];
  heard: unknown[] = [];
  room: DataRoom;
  /** What the server answers when it is asked for the history. */
  history: () => unknown = () => ({ limit: 0, messages: [] });
  mayConsume = Promise.resolve();

  constructor(private readonly data = true) {
    const ask = async (name: string, data: Record<string, unknown> = {}) => {
      this.asked.push([name, data]);
      if (name === 'get-chat-history') return this.history();
      if (name === 'consume-data') await this.mayConsume;
      return { id: `c-${String(data['dataProducerId'])}` };
    };
    const signaling = { request: ask as never };
    this.room = new DataRoom(signaling, {
      said: (peer, message) => this.heard.push([peer, message]),
      serverSaid: (text) => this.heard.push(['server', text]),
      file: (peer, news) => this.heard.push([peer, news.is]),
      hand: (peer, up) => this.heard.push([peer, up]),
      earlier: ({ limit, messages }, selfId) => this.heard.push(
        ['earlier', limit, messages.map(({ text }) => text), selfId]),
    }, 0);
  }

  join(infos: Array<[string, string, string]> = [], members = 3): void {
    const appData = { data: this.data };
    const sending = {
      appData,
      produceData: async ({ label }: { label: string }) => {
        const made = new FakeProducer(`mine-${this.produced.length}`, label);
        this.produced.push(made);
        return made;
      },
    } as unknown as types.Transport;
    const receiving = {
      appData, id: 't2',
      consumeData: async ({ id }: { id: string }) => {
        const made = new FakeConsumer(id);
        this.consumed.push(made);
        return made;
      },
    } as unknown as types.Transport;
    this.room.attach({ sending, receiving }, infos.map(infoOf), members);
  }

  open(label: string): FakeProducer | undefined {
    return this.produced.find((one) => one.label === label && !one.closed);
  }
}

function infoOf([dataProducerId, peerId, label]: [string, string, string]) {
  return { dataProducerId, peerId, label };
}

function fileOf(name: string, size: number): File {
  return Object.assign(new Blob([new Uint8Array(size)]), { name }) as File;
}

const settle = () => new Promise((done) => setTimeout(done, 5));

test('without data channels nothing is attempted', async () => {
  const world = new World(false);
  world.join([['d1', 'ada', 'words']]);
  await settle();
  assert.equal(world.room.available, false);
  assert.deepEqual(world.asked, []);
  await assert.rejects(world.room.say({ type: 'chat', text: 'a' }));
});

test('texts and files are received, other channels are not', async () => {
  const world = new World();
  world.join([['d1', 'ada', 'words'], ['d2', 'ada', 'game']]);
  world.room.added(infoOf(['d3', 'bob', 'files']));
  world.room.added(infoOf(['d1', 'ada', 'words']));
  await settle();
  assert.deepEqual(world.asked.map(([, data]) => data['dataProducerId']),
    ['d1', 'd3']);
  world.consumed[0]!.emit('message', '{"type":"chat","text":"hi"}');
  world.consumed[0]!.emit('message', '{"type":"chat","text":5}');
  assert.deepEqual(world.heard, [['ada', { type: 'chat', text: 'hi' }]]);
});

test('texts of the server itself are told apart, the bot is not', async () => {
  const world = new World();
  world.join([['d1', '', 'news'], ['d2', '', 'bot']]);
  // A label that members use makes it no member's.
  world.room.added({ dataProducerId: 'd3', label: 'words' });
  await settle();
  assert.deepEqual(world.asked.map(([, data]) => data['dataProducerId']),
    ['d1', 'd3']);
  const [news, words] = world.consumed;
  news!.emit('message', ' Doors close ');
  news!.emit('message', new ArrayBuffer(4));
  news!.emit('message', '');
  words!.emit('message', '{"type":"chat","text":"hi"}');
  assert.deepEqual(world.heard, [['server', 'Doors close'],
    ['server', '{"type":"chat","text":"hi"}']]);
});

test('a hand is up while its channel exists', async () => {
  const world = new World();
  world.join([['h1', 'ada', 'hand']]);
  world.room.removed('h1');
  world.room.added(infoOf(['h2', 'bob', 'hand']));
  world.room.reconcile([]);
  assert.deepEqual(world.heard,
    [['ada', true], ['ada', false], ['bob', true], ['bob', false]]);
});

test('one\'s own hand opens a channel, and closes it', async () => {
  const world = new World();
  world.join();
  await world.room.raiseHand(true);
  const hand = world.open('hand');
  assert.ok(hand);
  await world.room.raiseHand(false);
  assert.ok(hand.closed);
  assert.deepEqual(world.asked.at(-1),
    ['close-data-producer', { dataProducerId: hand.id }]);
});

test('of two quick clicks the last one applies', async () => {
  const world = new World();
  world.join();
  await Promise.all([world.room.raiseHand(true), world.room.raiseHand(false)]);
  await settle();
  assert.equal(world.open('hand'), undefined);
  assert.equal(world.room.handUp, false);
});

test('a raised hand is up again after rejoining', async () => {
  const world = new World();
  world.join();
  await world.room.raiseHand(true);
  world.room.detach();
  world.produced.length = 0;
  world.join();
  await settle();
  assert.ok(world.open('hand'));
});

test('a large room opens channels on demand', async () => {
  const world = new World();
  world.join([], 200);
  await settle();
  assert.equal(world.produced.length, 0);
  await world.room.say({ type: 'reaction', sign: '👍' });
  assert.deepEqual(world.produced.map(({ label }) => label), ['words']);
});

test('a channel that has ended is opened again', async () => {
  const world = new World();
  world.join();
  await settle();
  world.open('words')!.close();
  await world.room.say({ type: 'chat', text: 'still here' });
  assert.equal(world.open('words')!.sent.length, 1);
});

test('files are sent in order, and too large ones not at all', async () => {
  const world = new World();
  world.join();
  const steps: string[] = [];
  const send = (name: string, size: number) =>
    world.room.sendFile(fileOf(name, size), () => steps.push(name));
  await Promise.all([send('a', 100_000), send('b', 10)]);
  assert.deepEqual(steps, ['a', 'a', 'b']);
  const kinds = world.open('files')!.sent.map((data) => typeof data);
  assert.deepEqual(kinds, ['string', 'object', 'object', 'string', 'object']);
  await assert.rejects(send('c', FILE_LIMIT + 1), /5 MB/);
});

test('a sender waits while the queue is full', async () => {
  const world = new World();
  world.join();
  await settle();
  const channel = world.open('files')!;
  channel.bufferedAmount = 2_000_000;
  let sent = 0;
  const sending = world.room.sendFile(
    fileOf('a', 200_000), (bytes) => { sent = bytes; });
  await settle();
  assert.equal(sent, 0);
  channel.bufferedAmount = 0;
  channel.emit('bufferedamountlow');
  await sending;
  assert.equal(sent, 200_000);
});

test('a file whose channel ends is reported as not arrived', async () => {
  const world = new World();
  world.join([['f1', 'ada', 'files']]);
  await settle();
  world.consumed[0]!.emit('message',
    '{"type":"file","id":1,"name":"a","size":9,"mimeType":""}');
  world.room.removed('f1');
  assert.deepEqual(world.heard, [['ada', 'begun'], ['ada', 'broken']]);
});

const kept = (text: string) =>
  ({ peerId: 'ada', name: 'Ada', label: 'words', text, ageMs: 5 });

test('the history is asked for again once the channels are open', async () => {
  const world = new World();
  const answers = [[kept('a')], [kept('a'), kept('b')]];
  world.history = () => ({ limit: 200, messages: answers.shift() });
  let letConsume = () => undefined as void;
  world.mayConsume = new Promise((done) => { letConsume = done; });
  world.join([['d1', 'ada', 'words']]);
  const caughtUp = world.room.catchUp('me');
  await settle();
  assert.deepEqual(world.heard, [['earlier', 200, ['a'], 'me']]);
  letConsume();
  await caughtUp;
  assert.deepEqual(world.asked.map(([name]) => name),
    ['consume-data', 'get-chat-history', 'get-chat-history']);
  assert.deepEqual(world.heard, [
    ['earlier', 200, ['a'], 'me'], ['earlier', 200, ['a', 'b'], 'me']]);
});

test('where nobody has a channel the history is asked for once', async () => {
  const world = new World();
  world.join();
  await world.room.catchUp('me');
  assert.deepEqual(world.heard, [['earlier', 0, [], 'me']]);
});

test('a server without history, or without channels, is no fault', async () => {
  const world = new World();
  world.history = () => { throw new Error('unknown-method'); };
  world.join();
  await world.room.catchUp('me');
  assert.deepEqual(world.heard, []);
  const mute = new World(false);
  mute.join();
  await mute.room.catchUp('me');
  assert.deepEqual(mute.asked, []);
});

test('an answer that comes after a new beginning is not heard', async () => {
  const world = new World();
  world.history = () => ({ limit: 200, messages: [kept('a')] });
  world.join();
  const asking = world.room.catchUp('me');
  world.room.detach();
  await asking;
  assert.deepEqual(world.heard, []);
});
