import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import { giveUp, Knock } from '../src/knock';
import { KnockNotices } from '../src/knock_notices';
import { LobbyHost, type WaitingPerson } from '../src/lobby_host';
import {
  againWords, countWords, headingWords, isInLine, knockWords, sinceWords,
  waitWords,
} from '../src/lobby_words';
import { actWords } from '../src/moderation_words';
import type { JoinAnswer } from '../src/signaling';
import type { Notice } from '../src/ui/notice_stack';
import { explainServer } from '../src/words';

/** A server that pushes what a test emits, and answers when a test says so. */
class Server extends EventEmitter {
  asked: unknown[] = [];
  answer: (answer: unknown) => void = () => undefined;
  refuse: (error: Error) => void = () => undefined;
  readonly signaling = {
    on: (name: string, handler: (...args: never[]) => void) =>
      void super.on(name, handler as (...args: unknown[]) => void),
    request: (name: string, data: object = {}, withinMs?: number) => {
      this.asked.push(withinMs === undefined ? [name, data]
        : [name, data, withinMs > 3600_000]);
      return new Promise<never>((resolve, reject) => {
        this.answer = resolve as (answer: unknown) => void;
        this.refuse = reject;
      });
    },
  };
}

const ANSWER: JoinAnswer = { existingProducers: [] };

function knock(withinMs = 10_000) {
  const server = new Server();
  const told: unknown[] = [];
  const knocking = new Knock(server.signaling, {
    waits: (wait) => told.push(wait),
    said: (text, name) => told.push([text, name]),
  }, withinMs);
  return { server, told, joined: knocking.join({ roomId: 'r' }) };
}

test('a join is answered as ever where there is no lobby', async () => {
  const { server, joined } = knock();
  assert.deepEqual(server.asked,
    [['join-mediasoup-room', { roomId: 'r' }, true]]);
  server.answer(ANSWER);
  assert.equal(await joined, ANSWER);
});

test('a server that says nothing is given up in time', async () => {
  const { joined } = knock(1);
  await assert.rejects(joined, /timed out/);
});

test('a person in the lobby waits for longer than for any answer', async () => {
  const { server, told, joined } = knock(1);
  const wait = { waitingCount: 2, hostPresent: true };
  server.emit('lobby-entered', wait);
  server.emit('lobby-message', { message: 'Soon', name: 'Ada' });
  // Timers of one length end in the order in which they began.
  await assert.rejects(knock(1).joined);
  server.answer(ANSWER);
  assert.equal(await joined, ANSWER);
  assert.deepEqual(told, [wait, ['Soon', 'Ada']]);
});

test('a refusal ends the wait with its reason', async () => {
  const { server, joined } = knock();
  server.emit('lobby-entered', { waitingCount: 1, hostPresent: true });
  server.refuse(new Error('turned away'));
  await assert.rejects(joined, /turned away/);
  assert.equal(explainServer(giveUp()).title, 'You are not waiting any more');
});

test('a person in line waits for longer than for any answer', async () => {
  const { server, told, joined } = knock(1);
  const wait =
    { waitingCount: 9, hostPresent: false, reason: 'busy', place: 4 };
  server.emit('lobby-entered', wait);
  // Timers of one length end in the order in which they began.
  await assert.rejects(knock(1).joined);
  server.emit('lobby-entered', { ...wait, place: 1 });
  server.answer(ANSWER);
  assert.equal(await joined, ANSWER);
  assert.deepEqual(told, [wait, { ...wait, place: 1 }]);
});

function host() {
  const server = new Server();
  const turned: unknown[] = [];
  const changes = { count: 0 };
  const lobby = new LobbyHost(server.signaling, {
    changed: () => { changes.count++; },
    turned: (...what) => turned.push(what),
  }, () => 100_000);
  return { server, lobby, turned, changes };
}

test('a host is told who waits, and since when', () => {
  const { server, lobby, changes } = host();
  lobby.entered({ ...ANSWER, lobby: true, isHost: true });
  assert.equal(lobby.enabled, true);
  server.emit('lobby-list', { waiting: [
    { knockId: '1', name: 'Bob', seconds: 20 },
    { knockId: '2', name: '', seconds: 0 }] });
  assert.deepEqual(lobby.waiting, [
    { knockId: '1', name: 'Bob', sinceMs: 80_000 },
    { knockId: '2', name: 'Someone', sinceMs: 100_000 }]);
  assert.equal(changes.count, 2);
  lobby.dismissed();
  assert.deepEqual(lobby.waiting, []);
});

test('a list that comes before the answer to a join is kept', () => {
  const { server, lobby } = host();
  server.emit('lobby-list',
    { waiting: [{ knockId: '1', name: 'Bob', seconds: 0 }] });
  lobby.entered({ ...ANSWER, lobby: true, isHost: true });
  assert.equal(lobby.waiting.length, 1);
  lobby.entered({ ...ANSWER, lobby: true });
  assert.equal(lobby.waiting.length, 0);
});

test('the lobby is turned on and off, and all learn by whom', async () => {
  const { server, lobby, turned } = host();
  const done = lobby.enable(true);
  assert.equal(lobby.enabled, false);
  server.answer({});
  await done;
  assert.equal(lobby.enabled, true);
  server.emit('lobby-changed', { enabled: false, by: { peerId: 'ann' } });
  assert.equal(lobby.enabled, false);
  assert.deepEqual(turned, [[false, { peerId: 'ann' }]]);
  assert.equal(actWords({ is: 'lobby', enabled: true, by: 'Ada' }),
    'Ada turned the lobby on');
});

test('a host lets in one or all, turns away, and says something', () => {
  const { server, lobby } = host();
  void lobby.letIn('1');
  void lobby.letIn();
  void lobby.turnAway('2');
  void lobby.say('Soon');
  assert.deepEqual(server.asked, [['let-in', { knockId: '1' }], ['let-in', {}],
    ['turn-away', { knockId: '2' }], ['message-lobby', { message: 'Soon' }]]);
});

/** Notices by their keys, and what was answered. */
function notices() {
  const shown = new Map<string, Notice>();
  const answered: unknown[] = [];
  const stack = {
    show: (key: string, notice: Notice) => void shown.set(key, notice),
    update: (key: string, text: string) => {
      const notice = shown.get(key);
      if (notice) shown.set(key, { ...notice, text });
      return notice !== undefined;
    },
    close: (key: string) => void shown.delete(key),
  };
  const of = new KnockNotices(() => stack, {
    letIn: ({ name }) => answered.push(['in', name]),
    turnAway: ({ name }) => answered.push(['away', name]),
    openList: () => answered.push('list'),
  });
  const texts = () => [...shown.values()].map(({ text }) => text);
  return { of, shown, answered, texts };
}

const people = (...names: string[]): WaitingPerson[] =>
  names.map((name) => ({ knockId: name, name, sinceMs: 0 }));

test('each of a few who knock has a notice with two answers', () => {
  const { of, shown, answered, texts } = notices();
  of.show(people('Bob'));
  of.show(people('Bob', 'Cyn'));
  assert.deepEqual(texts(),
    ['Bob asks to be let in', 'Cyn asks to be let in']);
  for (const { run } of shown.get('knock-Bob')!.answers!) run();
  assert.deepEqual(answered, [['in', 'Bob'], ['away', 'Bob']]);
  of.show(people('Cyn'));
  assert.deepEqual(texts(), ['Cyn asks to be let in']);
  of.show([]);
  assert.deepEqual(texts(), []);
});

test('a notice that was closed comes back for a new knock only', () => {
  const { of, shown, texts } = notices();
  of.show(people('Bob'));
  shown.clear();
  of.show(people('Bob'));
  assert.deepEqual(texts(), []);
  of.show(people('Bob', 'Cyn'));
  assert.deepEqual(texts(), ['Cyn asks to be let in']);
});

test('many who knock have one notice, which leads to the list', () => {
  const { of, shown, answered, texts } = notices();
  of.show(people('Bob', 'Cyn'));
  of.show(people('Bob', 'Cyn', 'Dan'));
  assert.deepEqual(texts(), ['3 people ask to be let in']);
  of.show(people('Bob', 'Cyn', 'Dan', 'Eve'));
  assert.deepEqual(texts(), ['4 people ask to be let in']);
  for (const { run } of shown.get('knocks')!.answers!) run();
  assert.deepEqual(answered, ['list']);
  of.show(people('Eve'));
  assert.deepEqual(texts(), []);
});

test('those that wait read what happens next', () => {
  assert.match(waitWords({ waitingCount: 1, hostPresent: true }),
    /has been told/);
  assert.match(waitWords({ waitingCount: 1, hostPresent: false }),
    /no host at the moment/);
  const count = (waitingCount: number) =>
    countWords({ waitingCount, hostPresent: true });
  assert.equal(count(1), 'No one else is waiting.');
  assert.equal(count(2), 'One other person is waiting.');
  assert.equal(count(9), '8 other people are waiting.');
  assert.equal(knockWords(3), '3 people ask to be let in');
  assert.equal(sinceWords(new Date(2026, 1, 1, 9, 5).getTime()), 'since 9:05');
});

test('those in line read that the server is busy, and their place', () => {
  const busy = (place?: number) =>
    ({ waitingCount: 9, hostPresent: false, reason: 'busy', place });
  const lobby = { waitingCount: 1, hostPresent: true };
  assert.equal(isInLine(busy(4)), true);
  assert.equal(isInLine(lobby), false);
  assert.equal(headingWords(busy(4)), 'The server is busy: you are in line');
  assert.equal(headingWords(lobby), 'Waiting to be let in');
  assert.equal(waitWords(busy(4)), 'You are number 4 in line.');
  assert.equal(waitWords(busy(1)), 'You are next.');
  assert.equal(waitWords(busy()), 'It will soon be your turn.');
  assert.equal(againWords(busy(4)), 'The server is busy: you are in line');
  assert.match(againWords(lobby), /in the lobby again/);
});
