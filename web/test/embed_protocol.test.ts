import assert from 'node:assert/strict';
import test from 'node:test';
import {
  MAX_CHAT, MAX_TOKEN, readFrameMessage, readRequest, VERSION,
} from '../embed/src/protocol';

const request = (method: unknown, params?: unknown) =>
  ({ troupe: VERSION, id: 1, method, params });

const codeOf = (data: unknown) => {
  const read = readRequest(data);
  if (!read) return undefined;
  return 'error' in read ? read.error.code : 'fine';
};

test('each method is read with the parameters that it has', () => {
  for (const [method, params] of [
    ['connect', {}],
    ['connect', {
      name: 'Ada', token: 'a.b.c', muted: true, cameraOff: false,
      skipLobby: true, ui: { header: false, toolbar: false, theme: 'dark' },
    }],
    ['connect', { name: undefined, ui: {} }],
    ['join', {}], ['join', { name: 'Ada' }], ['leave', {}], ['leave', undefined],
    ['setMicrophone', { on: true }], ['setCamera', { on: false }],
    ['toggleShare', {}], ['setLayout', { layout: 'speaker' }],
    ['sendChat', { text: 'x'.repeat(MAX_CHAT) }], ['getPeople', {}],
  ] as const) {
    assert.equal(codeOf(request(method, params)), 'fine', method);
  }
});

test('parameters that are wrong, too long or unknown are refused', () => {
  for (const [method, params] of [
    ['connect', { name: 7 }], ['connect', { name: 'x'.repeat(41) }],
    ['connect', { token: 'x'.repeat(MAX_TOKEN + 1) }],
    ['connect', { muted: 'yes' }], ['connect', { mutd: true }],
    ['connect', { ui: { theme: 'pink' } }], ['connect', { ui: [] }],
    ['connect', JSON.parse('{"__proto__": 1}')],
    ['join', null], ['join', []], ['join', 'Ada'],
    ['setMicrophone', {}], ['setMicrophone', { on: 1 }],
    ['setLayout', { layout: 'pile' }], ['sendChat', {}],
    ['sendChat', { text: 'x'.repeat(MAX_CHAT + 1) }],
    ['leave', { now: true }],
  ] as const) {
    assert.equal(codeOf(request(method, params)), 'invalid-params',
      `${method} ${JSON.stringify(params)}`);
  }
});

test('unknown methods and versions are refused, with a short message', () => {
  for (const method of ['kick', 'toString', '__proto__', '', 7, undefined,
    'x'.repeat(10_000)]) {
    assert.equal(codeOf(request(method, {})), 'unknown-method');
    const read = readRequest(request(method, {}));
    assert.ok(read && 'error' in read && read.error.message.length < 100);
  }
  assert.equal(codeOf({ ...request('leave'), troupe: 2 }), 'version');
  assert.equal(codeOf({ ...request('leave'), troupe: '1' }), 'version');
});

test('what is no request gets no answer', () => {
  for (const data of [undefined, null, 7, 'leave', [], {}, { id: 1 },
    { id: 1, method: 'leave' },
    ...[0, -1, 1.5, NaN, '1', undefined, 2 ** 53].map((id) =>
      ({ ...request('leave'), id }))]) {
    assert.equal(readRequest(data), undefined, JSON.stringify(data));
  }
});

test('a frame sends results, errors and the events that there are', () => {
  assert.deepEqual(readFrameMessage({ troupe: 1, id: 3, result: [] }),
    { is: 'result', id: 3, result: [] });
  const error = { code: 'busy', message: 'Wait' };
  assert.deepEqual(readFrameMessage({ troupe: 1, id: 3, error }),
    { is: 'failure', id: 3, error });
  assert.deepEqual(readFrameMessage({ troupe: 1, event: 'ready', data: {} }),
    { is: 'event', name: 'ready', data: {} });
  for (const data of [null, 'ready', { event: 'ready', data: {} },
    { troupe: 2, event: 'ready', data: {} }, { troupe: 1, event: 'ready' },
    { troupe: 1, event: 'hacked', data: {} }, { troupe: 1 },
    { troupe: 1, id: 3, error: { code: 7, message: 'x' } }]) {
    assert.equal(readFrameMessage(data), undefined, JSON.stringify(data));
  }
});
