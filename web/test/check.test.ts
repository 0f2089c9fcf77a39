import assert from 'node:assert/strict';
import test from 'node:test';
import type { CheckFacts, FlowFacts, PathFacts } from '../src/check/facts';
import { findingsOf, type Subject } from '../src/check/findings';
import { lossWords, rateWords } from '../src/check/figures';
import { mayBeNetwork } from '../src/check/offer';
import { browserWords, reportOf } from '../src/check/report';
import { Farewell } from '../src/moderation_words';
import { ServerError } from '../src/server_error';

const FLOW: FlowFacts = {
  roundTripMs: 20, jitterMs: 4, lossUp: 0, lossDown: 0,
  upBitrate: 2_100_000, downBitrate: 1_900_000,
};
const PATH: PathFacts = {
  reach: { udp: 'open', tcp: 'open', relay: 'absent' },
  port: 44444, used: 'udp', flow: FLOW,
};
const CAMERA = {
  frames: 60, width: 1280, height: 720, framesPerSecond: 29.8, brightest: 210,
};
const MIC = { measured: true, muted: false, peak: 0.2, spoke: true };
const WELL: CheckFacts = {
  camera: CAMERA, mic: MIC, speaker: 'heard',
  server: { carrier: 'websocket', roundTripMs: 12.4 }, path: PATH,
};

const denied = new DOMException('no', 'NotAllowedError');

/** Facts, their subject, its verdict, and what its words must say. */
const CASES: Array<[string, CheckFacts, Subject, string, RegExp]> = [
  ['a good camera', { camera: CAMERA }, 'camera', 'good',
    /1280 × 720 pixels, 30 frames a second/],
  ['a camera that is blocked', { camera: { ...CAMERA, error: denied } },
    'camera', 'bad', /blocked.*address bar/],
  ['a camera without frames', { camera: { ...CAMERA, frames: 0 } },
    'camera', 'bad', /no picture.*another camera/],
  ['a covered camera', { camera: { ...CAMERA, brightest: 6 } },
    'camera', 'weak', /black.*cover/],
  ['a slow camera', { camera: { ...CAMERA, framesPerSecond: 5 } },
    'camera', 'weak', /jerks.*more light/],
  ['a good microphone', { mic: MIC }, 'mic', 'good', /voice was heard/],
  ['a microphone that is blocked', { mic: { ...MIC, error: denied } },
    'mic', 'bad', /microphone is blocked/],
  ['a microphone that the system mutes', { mic: { ...MIC, muted: true } },
    'mic', 'bad', /switched off outside this page/],
  ['a silent microphone', { mic: { ...MIC, peak: 0, spoke: false } },
    'mic', 'bad', /gives silence.*switch/],
  ['a quiet microphone', { mic: { ...MIC, peak: 0.004, spoke: false } },
    'mic', 'weak', /not heard.*speak/],
  ['a browser that measures nothing',
    { mic: { ...MIC, measured: false, peak: 0, spoke: false } },
    'mic', 'untried', /did not let the page measure/],
  ['a test sound that was heard', { speaker: 'heard' }, 'speaker', 'good',
    /works/],
  ['a test sound that was not', { speaker: 'silent' }, 'speaker', 'bad',
    /volume/],
  ['a test sound that failed', { speaker: 'failed' }, 'speaker', 'bad',
    /could not be played/],
  ['no answer about the sound', {}, 'speaker', 'untried', /Play/],
  ['a near server', WELL, 'server', 'good', /WebSocket.*12 ms/],
  ['a proxy without WebSockets',
    { server: { carrier: 'polling', roundTripMs: 80 } }, 'server', 'weak',
    /blocks WebSockets.*80 ms/],
  ['a far server', { server: { carrier: 'websocket', roundTripMs: 900 } },
    'server', 'weak', /slowly.*900 ms/],
  ['no server', {
    server: {
      error: new ServerError({ code: 'unreachable' }), carrier: 'websocket',
      roundTripMs: undefined,
    },
  }, 'server', 'bad', /cannot be reached/],
  ['an expired token', {
    server: {
      error: new ServerError({ reason: 'token-expired' }),
      carrier: 'websocket', roundTripMs: undefined,
    },
  }, 'server', 'bad', /expired/],
  ['UDP and TCP', WELL, 'path', 'good', /UDP gets through.*TCP does as well/],
  ['UDP alone', {
    path: { ...PATH, reach: { ...PATH.reach, tcp: 'closed' } },
  }, 'path', 'good', /best way[^]*pictures\.$/],
  ['TCP alone', {
    path: { ...PATH, used: 'tcp', reach: { ...PATH.reach, udp: 'closed' } },
  }, 'path', 'weak', /blocks UDP.*over TCP and may stutter.*UDP to port 44444/],
  ['a relay alone', {
    path: {
      ...PATH, used: 'relay',
      reach: { udp: 'closed', tcp: 'closed', relay: 'open' },
    },
  }, 'path', 'weak', /Only the relay.*port 44444/],
  ['no way at all', {
    path: {
      ...PATH, used: undefined, flow: undefined,
      reach: { udp: 'closed', tcp: 'closed', relay: 'absent' },
    },
  }, 'path', 'bad', /neither UDP nor TCP through to port 44444.*phone/],
  ['no way, nor the relay', {
    path: {
      ...PATH, used: undefined, flow: undefined,
      reach: { udp: 'closed', tcp: 'closed', relay: 'closed' },
    },
  }, 'path', 'bad', /relay cannot be reached either/],
  ['a token for one room', {
    path: {
      ...PATH, used: undefined, flow: undefined,
      error: new ServerError(
        { code: 'forbidden', reason: 'token-wrong-room' }),
    },
  }, 'path', 'untried', /for one room only/],
  ['a draining server', {
    path: {
      ...PATH, used: undefined, flow: undefined,
      error: new ServerError({ code: 'overloaded', reason: 'draining' }),
    },
  }, 'path', 'untried', /no room for the check: the server is about to/],
  ['a good connection', WELL, 'flow', 'good',
    /Round trip 20 ms, no packets lost, at least 2\.1 Mbit\/s out and 1\.9/],
  ['a path on which nothing came back', { path: { ...PATH, flow: undefined } },
    'flow', 'bad', /did not make it/],
  ['no path to measure', {
    path: { ...PATH, used: undefined, flow: undefined },
  }, 'flow', 'untried', /not measured/],
];

for (const [what, facts, subject, verdict, words] of CASES) {
  test(`the check judges ${what} as ${verdict}`, () => {
    const found = findingsOf(facts)[subject];
    assert.equal(found.verdict, verdict, `${found.title}. ${found.detail}`);
    assert.match(`${found.title}. ${found.detail}`, words);
  });
}

/** A figure that is not good, the verdict, and the advice against it. */
const FLOWS: Array<[Partial<FlowFacts>, string, RegExp]> = [
  [{ lossUp: 0.05 }, 'weak', /5 % of packets lost out, 0 % in.*Wi-Fi/],
  [{ lossDown: 0.2 }, 'bad', /20 % in.*Wi-Fi/],
  [{ jitterMs: 90 }, 'weak', /cable/],
  [{ roundTripMs: 450 }, 'weak', /450 ms.*VPN/],
  [{ upBitrate: 400_000 }, 'weak', /400 kbit\/s out.*Pictures will be small/],
  [{ downBitrate: 90_000 }, 'bad', /90 kbit\/s in.*camera off/],
];

for (const [part, verdict, words] of FLOWS) {
  test(`a path with ${JSON.stringify(part)} is ${verdict}`, () => {
    const flow = { ...FLOW, ...part };
    const found = findingsOf({ path: { ...PATH, flow } }).flow;
    assert.equal(found.verdict, verdict);
    assert.match(found.detail, words);
  });
}

test('only the advice for what is wrong is given', () => {
  const flow = { ...FLOW, roundTripMs: 450 };
  const { detail } = findingsOf({ path: { ...PATH, flow } }).flow;
  assert.doesNotMatch(detail, /Wi-Fi|small|camera off/);
});

test('what was not looked at is not judged', () => {
  for (const { verdict } of Object.values(findingsOf({}))) {
    assert.equal(verdict, 'untried');
  }
});

test('figures have units that people know', () => {
  assert.equal(rateWords(96_400), '100 kbit/s');
  assert.equal(rateWords(999_000), '1.0 Mbit/s');
  assert.equal(rateWords(2_449_000), '2.4 Mbit/s');
  assert.equal(lossWords(0, 0.0004), 'no packets lost');
  assert.equal(lossWords(0.004, 0.125), '0.4 % of packets lost out, 13 % in');
});

test('the report has each finding and nothing of the person', () => {
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, ' +
    'like Gecko) Chrome/126.0.6478.57 Safari/537.36';
  const text = reportOf(findingsOf({ ...WELL, speaker: undefined }), agent,
    new Date('2026-11-23T07:10:30Z'));
  assert.equal(text, `Check before a call, 2026-11-23T07:10Z
Browser: Chrome 126 on Linux
Camera [ok]: Your camera works. 1280 × 720 pixels, 30 frames a second.
Microphone [ok]: Your microphone works. Your voice was heard.
Speaker [not tried]: Can you hear the others? Play the test sound to find out.
Server [ok]: The server can be reached. A WebSocket connects. It answers within 12 ms.
Network path [ok]: UDP gets through. The best way for sound and pictures. TCP does as well, should UDP fail.
Quality [ok]: Your connection is good. Round trip 20 ms, no packets lost, at least 2.1 Mbit/s out and 1.9 Mbit/s in.
`);
});

test('browsers are named by kind and version', () => {
  for (const [agent, words] of [
    ['Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0',
      'Firefox 128 on Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1' +
      ' (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
    'Safari 17 on iOS'],
    ['Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 Edg/126.0',
      'Edge 126 on Windows'],
    ['curl/8', 'another browser'],
  ] as const) {
    assert.equal(browserWords(agent), words);
  }
});

test('the check is offered where the network may be to blame', () => {
  assert.ok(mayBeNetwork(new Error('operation timed out')));
  assert.ok(mayBeNetwork(new ServerError({ code: 'unreachable' })));
  assert.ok(!mayBeNetwork(new ServerError({ reason: 'room-locked' })));
  assert.ok(!mayBeNetwork(new Error('Room closed')));
  assert.ok(!mayBeNetwork(Farewell.removed('Ann')));
});
