import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import { Moderation } from '../src/moderation';
import {
  actWords, askWords, drainWords, Farewell, listOf, sharingWords,
  shareQuestion, type HostAct,
} from '../src/moderation_words';
import { explainServer } from '../src/words';

const ME = { name: 'Me', isAudioMuted: true, isVideoPaused: true };

/** A server that pushes what a test emits, and notes what it is asked. */
class World extends EventEmitter {
  asked: unknown[] = [];
  told: HostAct[] = [];
  changes = 0;
  farewell: Farewell | undefined;
  readonly moderation: Moderation;

  constructor() {
    super();
    this.moderation = new Moderation({
      on: (name, handler) => void super.on(name, handler),
      request: async (name: string, data: object = {}) => {
        this.asked.push([name, data]);
        return {} as never;
      },
    }, {
      changed: () => { this.changes++; },
      told: (act) => this.told.push(act),
      dismissed: (reason) => { this.farewell = reason; },
      nameOf: (id) => id === 'ann' ? 'Anna' : undefined,
    });
  }
}

test('the answer to a join says who is host and whether it is locked', () => {
  const { moderation } = new World();
  moderation.entered({ existingProducers: [], isHost: true, locked: true });
  assert.deepEqual([moderation.isHost, moderation.locked], [true, true]);
  // Servers that tell neither have no hosts to show.
  moderation.entered({ existingProducers: [] });
  assert.deepEqual([moderation.isHost, moderation.locked], [false, false]);
  moderation.listed({ ...ME, id: 'me', isHost: true });
  assert.equal(moderation.isHost, true);
  moderation.listed(undefined);
  assert.equal(moderation.isHost, true);
});

test('each push changes what is known, and is told with its author', () => {
  const world = new World();
  world.emit('room-locked', { locked: true, by: { peerId: 'ann' } });
  world.emit('host-changed', { isHost: true, by: { peerId: 'ann' } });
  world.emit('host-changed', { isHost: true });
  world.emit('unmute-requested', { kind: 'audio', by: { peerId: 'gone' } });
  assert.equal(world.moderation.locked, true);
  assert.equal(world.moderation.isHost, true);
  assert.equal(world.changes, 3);
  assert.deepEqual(world.told, [
    { is: 'locked', locked: true, by: 'Anna' },
    { is: 'host', isHost: true, by: 'Anna' },
    { is: 'host', isHost: true, by: undefined },
    { is: 'asked', kind: 'audio', by: 'The host' },
  ]);
});

test('an author is a host by name, a host, or the operator', () => {
  const { moderation } = new World();
  assert.equal(moderation.author({ peerId: 'ann' }), 'Anna');
  assert.equal(moderation.author({ peerId: 'gone' }), 'The host');
  assert.equal(moderation.author(undefined), 'The host');
  assert.equal(moderation.author({}), 'The operator of this server');
});

test('a removal and the end of a room give their reasons', () => {
  const world = new World();
  world.emit('kicked', { by: { peerId: 'ann' } });
  assert.equal(explainServer(world.farewell).detail,
    'Anna has removed you from the call.');
  world.emit('kicked');
  assert.match(explainServer(world.farewell).detail, /^The host has removed/);
  world.emit('room-closed', { by: {} });
  assert.match(explainServer(world.farewell).detail,
    /^The operator of this server has ended/);
});

test('every right of a host is one request', async () => {
  const { moderation, asked } = new World();
  await moderation.mute('bob', 'audio');
  await moderation.muteAll();
  await moderation.askToUnmute('bob', 'video');
  await moderation.makeHost('bob');
  await moderation.remove('bob');
  await moderation.lock(true);
  await moderation.endForAll();
  assert.equal(moderation.locked, true);
  assert.deepEqual(asked, [
    ['mute', { peerId: 'bob', kind: 'audio' }],
    ['mute-all', { kind: 'audio' }],
    ['ask-to-unmute', { peerId: 'bob', kind: 'video' }],
    ['make-host', { peerId: 'bob' }],
    ['kick', { peerId: 'bob' }],
    ['lock-room', { locked: true }],
    ['end-room', {}],
  ]);
});

test('what a host did is one sentence', () => {
  const by = 'Anna';
  assert.equal(actWords({ is: 'muted', source: 'mic', by }),
    'Anna muted you');
  assert.equal(actWords({ is: 'muted', source: 'screen', by }),
    'Anna stopped your screen sharing');
  assert.equal(actWords({ is: 'locked', locked: false, by }),
    'Anna unlocked the room');
  assert.equal(actWords({ is: 'host', isHost: true, by }),
    'Anna made you a host');
  assert.equal(actWords({ is: 'host', isHost: true, by: undefined }),
    'You are the host now');
  assert.equal(askWords('video', by).text, 'Anna asks you to turn your ' +
    'camera on');
});

test('the end of the server is counted down', () => {
  const when = (leftMs: number) => /stops (.*?)\./.exec(drainWords(leftMs))![1];
  assert.equal(when(2.4 * 3600_000), 'in 2 hours');
  assert.equal(when(3600_000), 'in 60 minutes');
  assert.equal(when(89_000), 'in 1 minute');
  assert.equal(when(59_200), 'in 1 minute');
  assert.equal(when(41_000), 'in 41 seconds');
  assert.equal(when(700), 'in 1 second');
  assert.equal(when(-5), 'now');
});

test('those who share are named', () => {
  assert.equal(listOf(['Ada', 'Bob', 'Cyn']), 'Ada, Bob and Cyn');
  assert.equal(sharingWords([]), 'You are sharing your screen');
  assert.equal(sharingWords(['Bob']),
    'You are sharing your screen, and Bob is sharing too');
  assert.equal(shareQuestion(['Ada', 'Bob']).title, 'Ada and Bob are sharing');
});
