import assert from 'node:assert/strict';
import test from 'node:test';
import { CallError } from '../embed/src/call_error';
import { FrameLink } from '../embed/src/frame_link';
import { MAX_PENDING, type Request } from '../embed/src/protocol';
import { ParentLink } from '../src/embedded/parent_link';

const SITE = 'https://portal.example';
const SERVER = 'https://meet.example';
const parent = { window: 'parent' };
const frame = { window: 'frame' };

interface Posted {
  message: Record<string, unknown>;
  origin: string;
}

function parentLink(run = async (_request: Request): Promise<unknown> => 'done') {
  const posted: Posted[] = [];
  const ran: string[] = [];
  const link = new ParentLink({
    parent,
    post: (message, origin) => {
      posted.push({ message: message as Posted['message'], origin });
    },
    run: (request) => {
      ran.push(request.method);
      return run(request);
    },
  });
  const ask = (method: string, { source = parent as unknown, origin = SITE,
    params = {}, id = 1 } = {}) =>
    link.handle({ source, origin, data: { troupe: 1, id, method, params } });
  return { link, posted, ran, ask };
}

test('the frame takes requests of its parent, and answers that origin',
  async () => {
    const { posted, ran, ask } = parentLink();
    await ask('connect');
    await ask('leave', { id: 2 });
    assert.deepEqual(ran, ['connect', 'leave']);
    assert.deepEqual(posted, [
      { message: { troupe: 1, id: 1, result: 'done' }, origin: SITE },
      { message: { troupe: 1, id: 2, result: 'done' }, origin: SITE },
    ]);
  });

test('other windows and origins do nothing and get no answer', async () => {
  const { link, posted, ran, ask } = parentLink();
  await ask('connect', { source: { window: 'sibling' } });
  await ask('connect', { source: null });
  await ask('connect', { origin: 'null' });
  await ask('connect', { origin: '' });
  assert.deepEqual([ran, posted, link.origin], [[], [], '']);
  await ask('connect');
  posted.length = 0;
  await ask('leave', { origin: 'https://evil.example' });
  await ask('connect', { origin: 'https://evil.example' });
  await ask('leave', { source: { window: 'sibling' } });
  assert.deepEqual([ran, posted, link.origin], [['connect'], [], SITE]);
});

test('before connect nothing is done, and nothing told', async () => {
  const { link, posted, ran, ask } = parentLink();
  const errorCode = () => (posted[0]?.message['error'] as CallError).code;
  link.tell('joined', { room: 'r', name: 'Ada' });
  assert.deepEqual(posted, []);
  link.announce();
  assert.deepEqual(posted.pop(),
    { message: { troupe: 1, event: 'ready', data: {} }, origin: '*' });
  await ask('leave');
  assert.deepEqual(ran, []);
  assert.equal(errorCode(), 'not-connected');
  await ask('connect');
  link.tell('speaker', { id: 'bob' });
  assert.deepEqual(posted.at(-1), {
    message: { troupe: 1, event: 'speaker', data: { id: 'bob' } },
    origin: SITE,
  });
});

test('a request that fails is answered with its code', async () => {
  const { posted, ask } = parentLink(async ({ method }) => {
    if (method === 'leave') throw new CallError('not-in-call', 'No call');
    if (method === 'getPeople') throw new Error('Broken');
    return undefined;
  });
  await ask('connect');
  await ask('leave');
  await ask('getPeople');
  await ask('kick');
  assert.deepEqual(posted.map(({ message }) => message['error'] ??
    message['result']), [null,
    { code: 'not-in-call', message: 'No call' },
    { code: 'failed', message: 'Broken' },
    { code: 'unknown-method', message: 'There is no method kick' }]);
});

test('only so many requests wait at a time', async () => {
  const ends: Array<() => void> = [];
  const { posted, ask } = parentLink(({ method }) => method === 'connect'
    ? Promise.resolve() : new Promise<void>((done) => ends.push(done)));
  await ask('connect');
  const waiting = Array.from({ length: MAX_PENDING }, (_, id) =>
    ask('toggleShare', { id: id + 2 }));
  await ask('toggleShare', { id: 99 });
  assert.equal((posted.at(-1)?.message['error'] as CallError).code, 'busy');
  ends.forEach((end) => end());
  await Promise.all(waiting);
  const last = ask('toggleShare', { id: 100 });
  ends.at(-1)!();
  await last;
  assert.deepEqual(posted.at(-1)?.message, { troupe: 1, id: 100, result: null });
});

function frameLink() {
  const posted: Array<Record<string, unknown>> = [];
  const events: string[] = [];
  let loads = 0;
  const link = new FrameLink({
    frame: () => frame,
    origin: SERVER,
    post: (message) => { posted.push(message as Record<string, unknown>); },
    loaded: () => { loads++; },
    event: (name) => { events.push(name); },
  });
  const say = (data: object, { source = frame as unknown,
    origin = SERVER } = {}) =>
    link.handle({ source, origin, data: { troupe: 1, ...data } });
  return { link, posted, events, say, loads: () => loads };
}

test('the page gets the answer to its own request', async () => {
  const { link, posted, say } = frameLink();
  const first = link.request('getPeople', {});
  const second = link.request('leave', {});
  say({ id: posted[1]?.['id'], result: 'second' });
  say({ id: posted[0]?.['id'], error: { code: 'busy', message: 'Wait' } });
  assert.equal(await second, 'second');
  await assert.rejects(first, { name: 'CallError', code: 'busy' });
  // An answer to nothing is ignored.
  say({ id: 77, result: 1 });
});

test('the page hears the frame alone, and only as the server’s', () => {
  const { events, say, loads } = frameLink();
  const joined = { event: 'joined', data: {} };
  say(joined, { source: { window: 'other' } });
  say(joined, { source: null });
  say(joined, { origin: 'https://evil.example' });
  say({ event: 'ready', data: {} }, { origin: 'https://evil.example' });
  assert.deepEqual([events, loads()], [[], 0]);
  say(joined);
  say({ event: 'ready', data: {} });
  assert.deepEqual([events, loads()], [['joined'], 1]);
});

test('a frame that is gone is not mistaken for a sender without one', () => {
  const events: string[] = [];
  const link = new FrameLink({
    frame: () => null, origin: SERVER, post: () => undefined,
    loaded: () => undefined, event: (name) => { events.push(name); },
  });
  link.handle({ source: null, origin: SERVER,
    data: { troupe: 1, event: 'joined', data: {} } });
  assert.deepEqual(events, []);
});

test('a frame that is loaded anew answers nothing of before', async () => {
  const { link, say } = frameLink();
  const asked = link.request('join', {});
  say({ event: 'ready', data: {} });
  await assert.rejects(asked, { code: 'closed' });
});

/** Time that passes only when it is told to. */
function stoppedClock() {
  const { setTimeout: before } = globalThis;
  const waiting: Array<{ run(): void; ms: number }> = [];
  globalThis.setTimeout = ((run: () => void, ms: number) =>
    waiting.push({ run, ms })) as unknown as typeof setTimeout;
  return {
    pass: (ms: number) => waiting.filter((one) => one.ms <= ms)
      .forEach(({ run }) => run()),
    restore: () => { globalThis.setTimeout = before; },
  };
}

test('a request without an answer ends', async (context) => {
  const clock = stoppedClock();
  context.after(() => clock.restore());
  const { link } = frameLink();
  const asked = link.request('leave', {});
  const share = link.request('toggleShare', {});
  let ended = false;
  share.catch(() => { ended = true; });
  clock.pass(10_000);
  await assert.rejects(asked, { code: 'timeout' });
  // A person may take their time to choose a screen.
  assert.equal(ended, false);
  clock.pass(180_000);
  await assert.rejects(share, { code: 'timeout' });
});

test('the page asks only so much at a time', async () => {
  const { link } = frameLink();
  const asked = Array.from({ length: MAX_PENDING }, () =>
    link.request('leave', {}).catch(({ code }) => code));
  await assert.rejects(link.request('leave', {}), { code: 'busy' });
  link.failAll(new CallError('closed', 'Over'));
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['closed']));
});
