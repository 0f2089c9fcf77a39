import assert from 'node:assert/strict';
import test from 'node:test';
import {
  readHistory, ShownMessages, type EarlierMessage,
} from '../src/data/history';
import { TEXT_LIMIT } from '../src/data/messages';

const entry = {
  peerId: 'ada', name: 'Ada', label: 'words', text: 'hi', id: 'a1', ageMs: 400,
};

function earlier(text: string, id?: string, peerId = 'ada'): EarlierMessage {
  return { peerId, name: 'Ada', text, atMs: 1, ...id ? { id } : {} };
}

const texts = (all: EarlierMessage[]) => all.map(({ text }) => text);

test('a history is read with authors, ids and times', () => {
  const { id, ...unnamed } = entry;
  assert.deepEqual(
    readHistory({ limit: 200, messages: [entry, { ...unnamed, text: ' ho ' }] },
      10_000),
    {
      limit: 200,
      messages: [
        { peerId: 'ada', name: 'Ada', text: 'hi', id: 'a1', atMs: 9600 },
        { peerId: 'ada', name: 'Ada', text: 'ho', atMs: 9600 },
      ],
    });
});

test('what is no message of this page is left out', () => {
  const bad = [undefined, null, 7, 'x', [], {}, { ...entry, label: 'chat' },
    { ...entry, text: '  ' }, { ...entry, text: 7 }, { ...entry, peerId: null },
    { ...entry, name: 5 }, { ...entry, ageMs: '1' }];
  assert.deepEqual(readHistory({ limit: 9, messages: [...bad, entry] }, 500)
    .messages.map(({ id }) => id), ['a1']);
  for (const answer of [undefined, null, 7, [], { limit: 'x', messages: {} }]) {
    assert.deepEqual(readHistory(answer, 0), { limit: 0, messages: [] });
  }
});

test('texts and names are cut, and no message is of the future', () => {
  const [read] = readHistory({
    limit: 1,
    messages: [{
      ...entry, text: 'x'.repeat(TEXT_LIMIT + 1), name: 'n'.repeat(999),
      ageMs: -5000,
    }],
  }, 100).messages;
  assert.equal(read?.text.length, TEXT_LIMIT);
  assert.equal(read?.name.length, 256);
  assert.equal(read?.atMs, 100);
});

test('a message that came by its channel is not shown again', () => {
  const shown = new ShownMessages();
  assert.ok(shown.note('ada', { type: 'chat', text: 'hi', id: 'a1' }));
  assert.deepEqual(texts(shown.take([earlier('before', 'a0'),
    earlier('hi', 'a1')])), ['before']);
  assert.deepEqual(shown.take([earlier('before', 'a0'), earlier('hi', 'a1')]),
    []);
});

test('a message of the history is not shown again when it comes', () => {
  const shown = new ShownMessages();
  shown.take([earlier('hi', 'a1')]);
  assert.equal(shown.note('ada', { type: 'chat', text: 'hi', id: 'a1' }), false);
});

test('nobody can hide the message of another by its id', () => {
  const shown = new ShownMessages();
  assert.ok(shown.note('eve', { type: 'chat', text: 'lies', id: 'a1' }));
  assert.ok(shown.note('ada', { type: 'chat', text: 'hi', id: 'a1' }));
  const later = new ShownMessages();
  later.note('eve', { type: 'chat', text: 'lies', id: 'a1' });
  assert.deepEqual(texts(later.take([earlier('hi', 'a1')])), ['hi']);
});

test('own messages are not shown again, under whatever id one was', () => {
  const shown = new ShownMessages();
  shown.noteOwn('m1');
  assert.deepEqual(shown.take([earlier('mine', 'm1', 'me-1')]), []);
});

test('texts without id are shown as often as they were said', () => {
  const shown = new ShownMessages();
  assert.ok(shown.note('ada', { type: 'chat', text: 'ok' }));
  const all = [earlier('ok'), earlier('ok'), earlier('ok', undefined, 'bob')];
  assert.equal(shown.take(all).length, 2);
  assert.deepEqual(shown.take(all), []);
  assert.ok(shown.note('ada', { type: 'chat', text: 'ok' }));
});

test('what is remembered is bounded, and the oldest is forgotten', () => {
  const shown = new ShownMessages();
  const all = Array.from({ length: 2001 }, (_, at) => earlier('x', `i${at}`));
  assert.equal(shown.take(all).length, 2001);
  assert.deepEqual(shown.take(all.slice(1)), []);
  assert.equal(shown.take(all.slice(0, 1)).length, 1);
});
