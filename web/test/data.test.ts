import assert from 'node:assert/strict';
import test from 'node:test';
import {
  decodeHeader, encodeHeader, FILE_LIMIT, FileAssembler, fileName,
  harmlessType, PIECE_BYTES, pieceOf, sizeWords,
} from '../src/data/file_transfer';
import {
  decode, encode, newMessageId, SIGNS, TEXT_LIMIT,
} from '../src/data/messages';

test('an encoded message can be decoded', () => {
  const chat = { type: 'chat', text: '<b>Grüße</b>\n"2"' } as const;
  assert.deepEqual(decode(encode(chat)), chat);
  const sign = { type: 'reaction', sign: SIGNS[2] } as const;
  assert.deepEqual(decode(encode(sign)), sign);
});

test('an id that is no short text is left out', () => {
  const said = { type: 'chat', text: 'a', id: 'x'.repeat(64) } as const;
  assert.deepEqual(decode(encode(said)), said);
  for (const id of [7, '', null, 'x'.repeat(65), ['a']]) {
    assert.deepEqual(decode(JSON.stringify({ type: 'chat', text: 'a', id })),
      { type: 'chat', text: 'a' });
  }
});

test('ids of messages differ', () => {
  const ids = new Set(Array.from({ length: 100 }, newMessageId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
});

test('malformed messages are rejected', () => {
  for (const data of [undefined, 7, '', 'x', '[]', 'null', '{}',
    new ArrayBuffer(4), '{"type":"chat"}', '{"type":"chat","text":{}}',
    '{"type":"chat","text":"  "}', '{"type":"reaction","sign":"<img>"}',
    '{"type":"__proto__","text":"a"}', `"${'x'.repeat(TEXT_LIMIT * 5)}"`]) {
    assert.equal(decode(data), undefined);
  }
});

test('the length of a text is limited', () => {
  const long = decode(encode({ type: 'chat', text: 'a'.repeat(9000) }));
  assert.ok(long?.type === 'chat' && long.text.length === TEXT_LIMIT);
});

const header = (size: number, id = 7) =>
  ({ id, size, name: 'a.pdf', mimeType: 'application/pdf' });

function content(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + 7) & 0xff);
}

function piecesOf(file: Uint8Array, id = 7): ArrayBuffer[] {
  const pieces = [];
  for (let at = 0; at < file.length; at += PIECE_BYTES) {
    pieces.push(pieceOf(id, file, at).buffer);
  }
  return pieces;
}

test('a file arrives as it was sent, at every size of last piece', () => {
  for (const size of [1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1,
    FILE_LIMIT]) {
    const file = content(size);
    const assembler = new FileAssembler();
    const news = [encodeHeader(header(size)), ...piecesOf(file)]
      .flatMap((data) => assembler.handle(data));
    assert.equal(news[0]?.is, 'begun');
    const last = news.at(-1);
    assert.ok(last?.is === 'complete');
    const got = Buffer.concat(last.pieces.map((one) => Buffer.from(one)));
    assert.ok(got.equals(Buffer.from(file)));
  }
});

test('no message exceeds 64 KB', () => {
  for (const piece of piecesOf(content(PIECE_BYTES * 2 + 5))) {
    assert.ok(piece.byteLength <= 65_536);
  }
});

test('an empty file is complete at once', () => {
  const news = new FileAssembler().handle(encodeHeader(header(0)));
  assert.deepEqual(news.map(({ is }) => is), ['begun', 'complete']);
});

test('more bytes than announced abort a file and keep nothing', () => {
  const assembler = new FileAssembler();
  assembler.handle(encodeHeader(header(10)));
  const [news] = assembler.handle(pieceOf(7, content(11), 0).buffer);
  assert.equal(news?.is, 'broken');
  assert.deepEqual(assembler.handle(pieceOf(7, content(1), 0).buffer), []);
});

test('pieces of no file or of another file are dropped', () => {
  const assembler = new FileAssembler();
  assert.deepEqual(assembler.handle(pieceOf(7, content(3), 0).buffer), []);
  assembler.handle(encodeHeader(header(10)));
  assert.deepEqual(assembler.handle(pieceOf(8, content(3), 0).buffer), []);
  assert.deepEqual(assembler.handle(new ArrayBuffer(3)), []);
  assert.deepEqual(assembler.handle('{"type":"chat"}'), []);
});

test('a file that another one interrupts is aborted', () => {
  const assembler = new FileAssembler();
  assembler.handle(encodeHeader(header(10)));
  const news = assembler.handle(encodeHeader(header(20, 9)));
  assert.deepEqual(news.map(({ is }) => is), ['broken', 'begun']);
  assert.deepEqual(assembler.abandon().map(({ is }) => is), ['broken']);
  assert.deepEqual(assembler.abandon(), []);
});

test('impossible headers are rejected', () => {
  for (const changes of [{ size: FILE_LIMIT + 1 }, { size: -1 },
    { size: 1.5 }, { size: '5' }, { id: -1 }, { id: 2 ** 32 }, { name: 5 }]) {
    const text = JSON.stringify({ type: 'file', ...header(5), ...changes });
    assert.equal(decodeHeader(text), undefined);
  }
  assert.equal(decodeHeader(`{"type":"file","x":"${'x'.repeat(3000)}"}`),
    undefined);
});

test('a name has no path, and shows its true extension', () => {
  assert.equal(fileName('../../etc/passwd'), 'passwd');
  assert.equal(fileName('C:\\tmp\\plan.pdf'), 'plan.pdf');
  assert.equal(fileName('gpj.\u202eexe.txt'), 'gpj.exe.txt');
  assert.equal(fileName('..hidden'), 'hidden');
  assert.equal(fileName(' \u0000 '), 'file');
  const long = fileName(`${'a'.repeat(300)}.pdf`);
  assert.ok(long.length <= 120 && long.endsWith('.pdf'));
});

test('only harmless types are accepted', () => {
  assert.equal(harmlessType('image/png'), 'image/png');
  for (const type of ['text/html', 'image/svg+xml', 'text/javascript', 5]) {
    assert.equal(harmlessType(type), 'application/octet-stream');
  }
});

test('sizes are shown in words', () => {
  assert.equal(sizeWords(12), '12 bytes');
  assert.equal(sizeWords(740_000), '740 KB');
  assert.equal(sizeWords(FILE_LIMIT), '5.2 MB');
});
