import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Farewell } from '../src/moderation_words';
import { connectError, refusalIn, ServerError } from '../src/server_error';
import {
  explainMedia, explainServer, explainSurroundings, explainWaiting,
} from '../src/words';

/** The file in which the server names its codes and reasons. */
const SOURCE = new URL('../../protocol/verbs/error.cpp', import.meta.url);

function namesOfServer(): { codes: string[]; reasons: string[] } {
  const text = readFileSync(SOURCE, 'utf8');
  const [codes = '', reasons = ''] = text.split('struct reason_entry');
  const names = (part: string) => [...part.matchAll(/return \{"([a-z-]+)",/g)]
    .map(([, name]) => name!);
  return { codes: names(codes), reasons: names(reasons) };
}

const UNKNOWN = explainServer(new ServerError({ code: 'no-such-code' }));

test('every code of the server has words', () => {
  const { codes } = namesOfServer();
  assert.ok(codes.length >= 20, String(codes));
  for (const code of codes) {
    const { title, detail } = explainServer(new ServerError({ code }));
    assert.notEqual(title, UNKNOWN.title, code);
    assert.ok(detail.length > 10, code);
  }
});

test('every reason of the server has words of its own', () => {
  const { reasons } = namesOfServer();
  assert.ok(reasons.length >= 9, String(reasons));
  const titles = reasons.map((reason) =>
    explainServer(new ServerError({ reason })).title);
  assert.equal(new Set(titles).size, reasons.length, String(titles));
  assert.ok(!titles.includes(UNKNOWN.title), String(titles));
});

test('a reason says more than its code', () => {
  const title = (code: string, reason: string) =>
    explainServer(new ServerError({ code, reason })).title;
  assert.match(title('forbidden', 'room-locked'), /locked/);
  assert.match(title('forbidden', ''), /not allowed/);
  assert.match(title('limit-reached', 'room-full'), /room is full/);
  assert.doesNotMatch(title('limit-reached', ''), /room/);
  assert.match(title('overloaded', 'draining'), /restart/);
  assert.match(title('overloaded', ''), /busy/);
  assert.match(title('unauthorized', 'reason-of-later'), /invitation/);
});

test('where there is a sign-in, the words lead to it', () => {
  const loginUrl = 'https://login.example';
  for (const reason of namesOfServer().reasons) {
    const { detail } = explainServer(new ServerError({ reason, loginUrl }));
    assert.equal(/sign in/i.test(detail), reason.startsWith('token-'), reason);
  }
  assert.doesNotMatch(
    explainServer(new ServerError({ reason: 'token-missing' })).detail,
    /sign in/i);
});

test('each explanation is a sentence or two, without the server’s words', () => {
  const { codes, reasons } = namesOfServer();
  for (const { title, detail } of [
    ...codes.map((code) => explainServer(new ServerError({ code }))),
    ...reasons.map((reason) => explainServer(new ServerError({ reason }))),
  ]) {
    assert.match(title, /^[A-Z].*[^.]$/);
    assert.match(detail, /^[A-Z].*\.$/);
  }
});

test('a refused request has its code and reason', () => {
  const refusal = refusalIn({
    error: 'The room is locked', code: 'forbidden', reason: 'room-locked',
  });
  assert.equal(refusal?.message, 'The room is locked');
  assert.equal(refusal?.code, 'forbidden');
  assert.equal(refusal?.reason, 'room-locked');
  assert.equal(refusal?.loginUrl, '');
  for (const granted of [undefined, null, 'x', {}, { id: 'p' }]) {
    assert.equal(refusalIn(granted), undefined);
  }
});

test('a refused connection has its reason', () => {
  const refused = Object.assign(new Error('unauthorized'), {
    data: {
      code: 'unauthorized', message: 'The token has expired',
      reason: 'token-expired', loginUrl: 'https://login.example',
    },
  });
  const error = connectError(refused);
  assert.equal(error.reason, 'token-expired');
  assert.equal(error.loginUrl, 'https://login.example');
  assert.match(explainServer(error).title, /expired/);
  const odd = connectError(Object.assign(new Error('x'), { data: { code: 5 } }));
  assert.equal(odd.code, '');
});

test('a connection that HTTP refuses is told apart from none', () => {
  const code = (description?: unknown) => connectError(
    Object.assign(new Error('xhr poll error'), { description })).code;
  assert.equal(code(403), 'origin-refused');
  assert.equal(code(503), 'too-many-connections');
  assert.equal(code(), 'unreachable');
  assert.equal(code({}), 'unreachable');
  for (const description of [403, 503, undefined]) {
    const error = new Error('xhr poll error');
    const { title } = explainServer(
      connectError(Object.assign(error, { description })));
    assert.match(title, /server/);
  }
});

test('errors of the page are explained in words', () => {
  const denied = Object.assign(new Error('x'), { name: 'NotAllowedError' });
  assert.match(explainMedia(denied, 'camera').title, /camera is blocked/);
  assert.match(explainServer(Farewell.removed('Ann')).title, /asked to leave/);
  assert.match(explainServer(new Error('Room closed')).title, /gone/);
  for (const text of ['operation has timed out', 'Connection timed out',
    'Connection lost', 'timeout']) {
    assert.match(explainServer(new Error(text)).title, /reached/, text);
  }
  assert.equal(explainServer(new Error('odd')).detail, 'odd');
});

test('what keeps a call from beginning is said once', () => {
  assert.equal(explainSurroundings({ secure: true, capable: true }), undefined);
  const plain = explainSurroundings({ secure: false, capable: false });
  assert.match(plain!.title, /not secure/);
  assert.match(plain!.detail, /https/);
  const old = explainSurroundings({ secure: true, capable: false });
  assert.match(old!.title, /browser/);
});

test('a pending permission is no camera that is off', () => {
  assert.equal(explainWaiting('camera', true).title,
    'Waiting for permission to use your camera');
  assert.match(explainWaiting('camera', false).title, /Starting your camera/);
});
