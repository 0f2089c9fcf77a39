import assert from 'node:assert/strict';
import test from 'node:test';
import { ROOM_WORDS } from '../src/room_words';
import {
  findRoomFault, inventedBits, inventRoom, randomBelow, roomName,
} from '../src/rooms';

test('a room name is fit for a link', () => {
  assert.equal(roomName('  Team Meeting '), 'team-meeting');
  assert.equal(roomName('v1.2_Final-b'), 'v1.2_final-b');
  assert.equal(roomName('हिन्दी'), 'हिन्दी');
  assert.equal(roomName('a'.repeat(64)).length, 64);
});

test('names that read alike are one room', () => {
  assert.equal(roomName('Cafe\u0301'), roomName('CAFÉ'));
});

test('a name that cannot be used leads to no other room', () => {
  for (const bad of ['🎭', 'stage🎭', '../<b>x', 'a/b', 'team!', '---', '..',
    '', '  ', 'a'.repeat(65), 'a\u0000b', 'a\u202eb']) {
    assert.equal(roomName(bad), '', bad);
    assert.ok(findRoomFault(bad), bad);
  }
  assert.equal(findRoomFault('stage'), undefined);
});

test('what is wrong with a name is said in words', () => {
  assert.match(findRoomFault('🎭')!.title, /“🎭” cannot be a room’s name/);
  assert.match(findRoomFault('🎭')!.detail, /Choose another/);
  assert.match(findRoomFault('x'.repeat(65))!.title, /too long/);
  assert.match(findRoomFault(' ')!.title, /no name/);
  assert.ok(findRoomFault('!'.repeat(5000))!.title.length < 80);
});

test('nobody guesses an invented room: at least 60 bits', () => {
  assert.ok(inventedBits() >= 60, `${inventedBits()} bits`);
  assert.equal(new Set(ROOM_WORDS).size, ROOM_WORDS.length);
});

test('an invented room is a valid room name of words from the list', () => {
  for (let i = 0; i < 50; i++) {
    const room = inventRoom();
    assert.equal(roomName(room), room);
    const words = room.split('-');
    assert.equal(words.length * Math.log2(ROOM_WORDS.length), inventedBits());
    assert.ok(words.every((word) => ROOM_WORDS.includes(word)), room);
  }
  const first = ROOM_WORDS[0]!;
  assert.equal(inventRoom(() => 0), Array(6).fill(first).join('-'));
});

/** Whether one letter more, less or other makes one word of the other. */
function differByOneLetter(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let same = 0;
  while (same < short.length && short[same] === long[same]) same++;
  const skip = short.length === long.length ? same + 1 : same;
  return short.slice(skip) === long.slice(same + 1);
}

test('the words are short and easy to tell apart', () => {
  assert.ok(ROOM_WORDS.every((word) => /^[a-z]{3,7}$/.test(word)));
  ROOM_WORDS.forEach((a, index) => {
    for (const b of ROOM_WORDS.slice(index + 1)) {
      assert.ok(!differByOneLetter(a, b), `${a} and ${b}`);
      assert.ok(!a.startsWith(b) && !b.startsWith(a), `${a} and ${b}`);
    }
  });
});

test('each word is as likely as any other', () => {
  const draws = [2 ** 32 - 1, 2 ** 32 - 96, 17];
  // 2^32 is no multiple of 100: its last 96 numbers are drawn again.
  assert.equal(randomBelow(100, () => draws.shift()!), 17);
  assert.equal(draws.length, 0);
  assert.equal(randomBelow(100, () => 2 ** 32 - 97), 99);
  assert.equal(randomBelow(1), 0);
  const counts = new Array<number>(8).fill(0);
  for (let i = 0; i < 8000; i++) counts[randomBelow(8)]!++;
  assert.ok(counts.every((count) => count > 800), String(counts));
});
