import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test from 'node:test';
import {
  consentQuestion, consentWords, endWords, recordingWords, spokenWords,
  START_QUESTION, troubleWords,
} from '../src/recording_words';
import { RoomRecording } from '../src/room_recording';
import { ServerError } from '../src/server_error';

const GOING = {
  recordingId: 'r1', by: 'ada', byName: 'Ada', title: '',
  startedAt: new Date(2026, 10, 24, 14, 5).toISOString(),
  consent: 'notice' as const,
};
const ASKING = { ...GOING, consent: 'ask' as const };
const EXISTING = { existingProducers: [] };

/** A server that pushes what a test emits, and notes what it is asked. */
class World extends EventEmitter {
  asked: unknown[] = [];
  news: string[] = [];
  might = false;
  refusal: Error | undefined;
  readonly recording: RoomRecording;

  constructor(self = 'me') {
    super();
    this.recording = new RoomRecording({
      request: async (name: string, data: object = {}) => {
        this.asked.push([name, data]);
        if (this.refusal) throw this.refusal;
        return { recordings: [{ recordingId: 'r0' }] } as never;
      },
    }, {
      isSelf: (id) => id === self, mightRecord: () => this.might,
    }, {
      recordingChanged: () => undefined,
      recordingBegan: ({ id }) => this.news.push(`began ${id}`),
      recordingEnded: (reason) => this.news.push(`ended ${reason}`),
      consentAsked: ({ id }) => this.news.push(`asked ${id}`),
    });
    for (const [name, handler] of Object.entries(this.recording.handlers)) {
      this.on(name, handler);
    }
  }
}

const settled = () => new Promise((done) => setImmediate(done));

test('a recording is known from its start to its end', () => {
  const world = new World();
  world.recording.entered(EXISTING);
  const current = () => world.recording.current;
  assert.equal(current(), undefined);
  world.emit('recording-started', GOING);
  assert.equal(current()?.byName, 'Ada');
  assert.equal(world.recording.consent, true);
  world.emit('recording-stopped', { recordingId: 'r0', reason: 'stopped' });
  assert.equal(current()?.id, 'r1');
  world.emit('recording-stopped', { recordingId: 'r1', reason: 'disk-full' });
  assert.equal(current(), undefined);
  assert.deepEqual(world.news, ['began r1', 'ended disk-full']);
});

test('late joiners are told, and nobody twice after a reconnection', () => {
  const world = new World();
  world.recording.entered({ ...EXISTING, recording: GOING });
  world.recording.entered({ ...EXISTING, recording: GOING });
  assert.deepEqual(world.news, ['began r1']);
  world.recording.entered({ ...EXISTING, recording: null });
  assert.deepEqual(world.news, ['began r1', 'ended undefined']);
});

test('who is asked is not recorded before they accept', async () => {
  const world = new World();
  world.emit('recording-consent-asked', ASKING);
  assert.deepEqual(world.news, ['began r1', 'asked r1']);
  assert.equal(world.recording.consent, undefined);
  await world.recording.answer(false);
  assert.equal(world.recording.consent, false);
  await world.recording.answer(true);
  assert.equal(world.recording.consent, true);
  assert.deepEqual(world.asked, [
    ['consent-to-recording', { accepted: false }],
    ['consent-to-recording', { accepted: true }]]);
});

test('an answer that the server refuses changes nothing', async () => {
  const world = new World();
  world.emit('recording-consent-asked', ASKING);
  world.refusal = new ServerError({ code: 'overloaded' });
  await assert.rejects(world.recording.answer(true));
  assert.equal(world.recording.consent, undefined);
});

test('an answer is given again after a reconnection, without asking', async () => {
  const world = new World();
  world.recording.entered({ ...EXISTING, recording: ASKING });
  await world.recording.answer(false);
  world.recording.entered({ ...EXISTING, recording: ASKING });
  await settled();
  assert.deepEqual(world.asked, [
    ['consent-to-recording', { accepted: false }],
    ['consent-to-recording', { accepted: false }]]);
  assert.deepEqual(world.news, ['began r1', 'asked r1']);
  // The next recording is another question.
  world.emit('recording-consent-asked', { ...ASKING, recordingId: 'r2' });
  assert.equal(world.recording.consent, undefined);
  assert.deepEqual(world.news.slice(2), ['began r2', 'asked r2']);
});

test('who records has agreed to be recorded', async () => {
  const world = new World('ada');
  world.emit('recording-consent-asked', ASKING);
  await settled();
  assert.deepEqual(world.asked,
    [['consent-to-recording', { accepted: true }]]);
  assert.deepEqual(world.news, ['began r1']);
  assert.equal(world.recording.consent, true);
});

test('only those may record whom the server lets see the list', async () => {
  const world = new World();
  world.recording.entered(EXISTING);
  await settled();
  assert.deepEqual([world.recording.mayRecord, world.asked], [false, []]);
  world.might = true;
  world.recording.rightsChanged();
  await settled();
  assert.equal(world.recording.mayRecord, true);
  world.might = false;
  world.recording.rightsChanged();
  assert.equal(world.recording.mayRecord, false);
  world.might = true;
  world.refusal = new ServerError({ code: 'unsupported' });
  world.recording.entered(EXISTING);
  await settled();
  assert.equal(world.recording.mayRecord, false);
});

test('starting, stopping and listing are requests', async () => {
  const { recording, asked } = new World();
  await recording.start();
  await recording.stop();
  assert.equal((await recording.list())[0]?.recordingId, 'r0');
  assert.deepEqual(asked.map((one) => (one as string[])[0]),
    ['start-recording', 'stop-recording', 'list-recordings']);
});

test('a recording is told with its time and its author', () => {
  const { recording } = new World();
  recording.entered({ ...EXISTING, recording: GOING });
  const current = recording.current!;
  assert.equal(recordingWords(current), 'Recording since 14:05 by Ada');
  assert.equal(recordingWords({ ...current, byName: '', startedAtMs: NaN }),
    'Recording');
  assert.equal(spokenWords(current), 'This call is being recorded by Ada');
  assert.match(spokenWords({ ...current, asks: true }), /only if you agree/);
  assert.match(consentQuestion(current).title, /^Ada wants to record/);
  assert.match(START_QUESTION.detail, /Everyone is told/);
});

test('a person sees plainly that they are not recorded', () => {
  assert.match(consentWords(undefined), /not recorded until/);
  assert.match(consentWords(false), /not recorded$/);
  assert.equal(consentWords(true), 'You are recorded');
});

test('an end has a reason if it was no person', () => {
  assert.equal(troubleWords('stopped'), undefined);
  assert.equal(troubleWords('room-ended'), undefined);
  assert.equal(troubleWords(undefined), undefined);
  for (const reason of ['disk-full', 'disk-failed', 'too-large', 'shutdown',
    'internal']) {
    assert.match(troubleWords(reason)!, /^The recording has stopped: /, reason);
  }
  assert.match(endWords(undefined), /not connected/);
  assert.equal(endWords('stopped'), 'The recording has ended');
});
