import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ARRIVING_BYTES, ARRIVING_BYTES_EACH, ArrivingFiles, KEPT_BYTES, KeptFiles,
} from '../src/data/file_budget';
import {
  encodeHeader, FILE_LIMIT, FileAssembler, pieceOf,
} from '../src/data/file_transfer';

test('300 files of 5 MB stay within the budget; the oldest are dropped', () => {
  const files = new KeptFiles();
  const held = new Set<number>();
  for (let i = 0; i < 300; i++) {
    held.add(i);
    files.keep({}, FILE_LIMIT, () => held.delete(i));
    assert.ok(held.size * FILE_LIMIT <= KEPT_BYTES);
  }
  const kept = Math.floor(KEPT_BYTES / FILE_LIMIT);
  assert.deepEqual([...held], [...Array(kept).keys()].map(
    (i) => 300 - kept + i));
  files.clear();
  assert.equal(held.size, 0);
});

test('a file is dropped only once', () => {
  const files = new KeptFiles();
  const owner = {};
  let dropped = 0;
  files.keep(owner, 10, () => dropped++);
  files.drop(owner);
  files.drop(owner);
  files.clear();
  assert.equal(dropped, 1);
});

test('files in transfer are limited for each sender and in total', () => {
  const arriving = new ArrivingFiles();
  assert.ok(arriving.add('eve', ARRIVING_BYTES_EACH));
  assert.ok(!arriving.add('eve', 1));
  let senders = 1;
  while (arriving.add(`eve${senders}`, ARRIVING_BYTES_EACH)) senders++;
  assert.equal(senders, Math.floor(ARRIVING_BYTES / ARRIVING_BYTES_EACH));
  arriving.remove('eve', ARRIVING_BYTES_EACH);
  assert.ok(arriving.add('ada', ARRIVING_BYTES_EACH));
});

function begin(assembler: FileAssembler, id: number, bytes: Uint8Array): void {
  assembler.handle(encodeHeader(
    { id, name: 'a', size: bytes.length, mimeType: '' }));
}

test('one sender has one file in transfer, even with several channels', () => {
  const arriving = new ArrivingFiles();
  const bytes = new Uint8Array(FILE_LIMIT);
  const channels = [...Array(4).keys()].map(
    () => new FileAssembler({ files: arriving, sender: 'eve' }));
  channels.forEach((channel, id) => begin(channel, id, bytes));
  let broken = 0;
  // All but the end of each file, as one does who wants memory to be held.
  for (let at = 0; at + 120_000 < bytes.length; at += 60 * 1024) {
    channels.forEach((channel, id) => {
      broken += channel.handle(pieceOf(id, bytes, at).buffer)
        .filter((news) => news.is === 'broken').length;
    });
  }
  assert.equal(broken, 3);
  // What is given up is given back: another can send.
  channels.forEach((channel) => channel.abandon());
  assert.ok(arriving.add('eve', ARRIVING_BYTES_EACH));
});

test('a complete or aborted file no longer counts as in transfer', () => {
  const arriving = new ArrivingFiles();
  const assembler = new FileAssembler({ files: arriving, sender: 'ada' });
  const bytes = new Uint8Array(FILE_LIMIT);
  for (let id = 0; id < 3; id++) {
    begin(assembler, id, bytes);
    let last;
    for (let at = 0; at < bytes.length; at += 60 * 1024) {
      last = assembler.handle(pieceOf(id, bytes, at).buffer);
    }
    assert.equal(last?.[0]?.is, 'complete');
  }
  assert.ok(arriving.add('ada', ARRIVING_BYTES_EACH));
});
