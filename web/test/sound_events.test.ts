import assert from 'node:assert/strict';
import test from 'node:test';
import {
  ENTRY_MS, GATHER_MS, LARGE_ROOM, SOUND_PAUSE_MS, SoundEvents, type CallSound,
} from '../src/sound_events';

function room(unwanted: CallSound[] = []) {
  const played: CallSound[] = [];
  const timers: Array<{ atMs: number; run: () => void }> = [];
  let now = 0;
  const events = new SoundEvents({
    play: (sound) => played.push(sound),
    wanted: (sound) => !unwanted.includes(sound),
    later: (run, ms) => timers.push({ atMs: now + ms, run }),
    now: () => now,
  });
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.atMs <= now) timer.run();
      else timers.push(timer);
    }
  };
  return { events, played, pass };
}

/** A room with these people, entered some time ago. */
function entered(ids: string[], unwanted: CallSound[] = []) {
  const all = room(unwanted);
  all.events.setPeople(ids);
  all.pass(ENTRY_MS);
  return all;
}

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `p${index}`);

test('those who are there first give no sound', () => {
  const { played, pass } = entered(['ada', 'bob']);
  pass(GATHER_MS);
  assert.deepEqual(played, []);
});

test('coming and going give a sound each', () => {
  const { events, played, pass } = entered([]);
  events.setPeople(['ada']);
  pass(GATHER_MS);
  events.setPeople([]);
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined', 'left']);
});

test('ten who come at once give one sound', () => {
  const { events, played, pass } = entered([]);
  for (let count = 1; count <= 10; count++) {
    events.setPeople(names(count));
    pass(300);
  }
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined']);
  pass(SOUND_PAUSE_MS);
  events.setPeople(names(11));
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined', 'joined']);
});

test('a visit within a moment gives no sound', () => {
  const { events, played, pass } = entered(['ada']);
  events.setPeople(['ada', 'bob']);
  events.setPeople(['ada']);
  events.setPeople([]);
  events.setPeople(['ada']);
  pass(GATHER_MS);
  assert.deepEqual(played, []);
});

test('large rooms are silent about coming and going', () => {
  const { events, played, pass } = entered(names(LARGE_ROOM - 2));
  events.setPeople(names(LARGE_ROOM - 1));
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined'], 'twenty people, this one among them');
  pass(SOUND_PAUSE_MS);
  events.setPeople(names(LARGE_ROOM));
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined']);
  events.setHands(['p0']);
  pass(GATHER_MS);
  assert.deepEqual(played, ['joined', 'hand']);
});

test('the return of all after an interruption gives no sound', () => {
  const { events, played, pass } = entered(['ada', 'bob']);
  events.expectReturns();
  events.setPeople(['ada2', 'bob2']);
  events.setHands(['bob2']);
  pass(ENTRY_MS);
  assert.deepEqual(played, []);
  events.setPeople(['ada2']);
  pass(GATHER_MS);
  assert.deepEqual(played, ['left']);
});

test('what was gathered before an interruption is forgotten', () => {
  const { events, played, pass } = entered(['ada']);
  events.setPeople([]);
  events.expectReturns();
  events.setPeople(['ada']);
  pass(GATHER_MS);
  assert.deepEqual(played, []);
});

test('a raised hand gives a sound, a lowered one does not', () => {
  const { events, played, pass } = entered(['ada', 'bob']);
  events.setHands(['ada']);
  pass(GATHER_MS);
  events.setHands([]);
  pass(SOUND_PAUSE_MS);
  assert.deepEqual(played, ['hand']);
});

test('people and hands that come with entering give no sound', () => {
  const { events, played, pass } = room();
  events.setPeople(['ada']);
  pass(ENTRY_MS / 2);
  events.setPeople(['ada', 'bob']);
  events.setHands(['ada']);
  pass(GATHER_MS);
  assert.deepEqual(played, []);
});

test('of several at once the hand is heard', () => {
  const { events, played, pass } = entered(['ada']);
  events.setPeople(['ada', 'bob']);
  events.setHands(['ada']);
  pass(GATHER_MS);
  assert.deepEqual(played, ['hand']);
});

test('an unwanted sound is not played', () => {
  const { events, played, pass } = entered(['ada'], ['joined', 'left']);
  events.setPeople([]);
  pass(GATHER_MS);
  events.setPeople(['ada']);
  events.setHands(['ada']);
  pass(GATHER_MS);
  assert.deepEqual(played, ['hand']);
});
