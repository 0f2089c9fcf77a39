import assert from 'node:assert/strict';
import test from 'node:test';
import { fileAddress, manifestIn, replayAddress } from '../src/replay/address';
import { rateFor, ReplayClock } from '../src/replay/clock';
import { nextSpeed, replayCommand } from '../src/replay/keys';
import { readManifest, type Replay } from '../src/replay/manifest';
import {
  boxesFor, partsBetween, sceneAt, showsPicture, speakerAt,
} from '../src/replay/scene';
import { clockWords, dateWords, lengthWords } from '../src/replay/times';
import {
  explainStatus, partTrouble, remarks, unrecordedWords,
} from '../src/replay/words';

const PART = {
  peerId: 'ada', source: 'camera', audio: 'opus', video: 'vp8', size: 10,
  startOffsetMs: 0, durationMs: 10_000, pauses: [], gaps: [], degraded: false,
};

const MANIFEST = {
  version: 1, id: 'r1', room: 'daily', title: 'Plan', reason: 'stopped',
  by: { peerId: 'ada', displayName: 'Ada' }, state: 'finished',
  startedAt: '2026-11-24T23:15:00.000Z', durationMs: 12_000,
  members: [
    { peerId: 'ada', displayName: 'Ada', joinedMs: 0, leftMs: null },
    { peerId: 'bob', displayName: 'Bob', joinedMs: 1000, leftMs: 9000 },
    { peerId: 'cyn', displayName: 'Cyn', joinedMs: 2000, leftMs: 5000 },
  ],
  parts: [
    { ...PART, file: 'bob-camera-1.webm', peerId: 'bob', startOffsetMs: 1000,
      durationMs: 8000, pauses: [[3000, 4000]] },
    { ...PART, file: 'ada-camera-1.webm', gaps: [[6000, 6500]] },
    { ...PART, file: 'ada-screen-1.webm', source: 'screen', audio: null,
      startOffsetMs: 5000, durationMs: 2000 },
  ],
  timeline: [
    { atMs: 0, what: 'speaker', peerId: 'ada' },
    { atMs: 2000, what: 'speaker', peerId: 'bob' },
    { atMs: 2500, what: 'degraded', peerId: null },
    { atMs: 4500, what: 'speaker', peerId: null },
  ],
};

const replay = (changes: object = {}): Replay =>
  readManifest({ ...MANIFEST, ...changes })!;

test('a manifest is read with its parts in the order of their starts', () => {
  const { parts, durationMs, byName, members, turns } = replay();
  assert.deepEqual(parts.map(({ file, fromMs, toMs }) => [file, fromMs, toMs]), [
    ['ada-camera-1.webm', 0, 10_000], ['bob-camera-1.webm', 1000, 9000],
    ['ada-screen-1.webm', 5000, 7000]]);
  assert.deepEqual([durationMs, byName, members.length, turns.length],
    [12_000, 'Ada', 3, 3]);
});

test('a recording lasts until its last part has ended', () => {
  assert.equal(replay({ durationMs: 0 }).durationMs, 10_000);
});

test('what is no manifest, or is of a later version, is refused', () => {
  for (const json of [undefined, null, 7, [], {}, { version: 2, parts: [] },
    { version: 1 }, { version: 1, parts: {} }]) {
    assert.equal(readManifest(json), undefined, JSON.stringify(json));
  }
});

test('parts with a path for a name, or without a length, are left out', () => {
  const files = ['../a.webm', '/a.webm', '.a', 'a/b', 'https://x/y', '', 'ok.mkv'];
  const { parts } = replay({
    parts: [...files.map((file) => ({ ...PART, file })),
      { ...PART, file: 'none.webm', durationMs: 0 }, null, 'part'],
  });
  assert.deepEqual(parts.map(({ file }) => file), ['ok.mkv']);
});

test('values of the wrong type do no harm', () => {
  const one = replay({
    title: 7, by: null, members: 'x', timeline: [3, null], startedAt: 1,
    parts: [{ file: 'a.webm', durationMs: 5, pauses: [[1], 'x', [4, 2]],
      gaps: 'x', startOffsetMs: -9 }],
  });
  assert.deepEqual([one.title, one.byName, one.members, one.turns],
    ['', '', [], []]);
  assert.deepEqual(one.parts[0]?.blanks, []);
  assert.equal(one.parts[0]?.fromMs, 0);
});

test('parts are found by a moment, the end excluded', () => {
  const { parts } = replay();
  const at = (ms: number) => partsBetween(parts, ms, ms).length;
  assert.deepEqual([0, 999, 1000, 5000, 6999, 7000, 9000, 10_000].map(at),
    [1, 1, 2, 3, 3, 2, 1, 0]);
  assert.equal(partsBetween(parts, 9500, 20_000).length, 1);
});

test('a part has no picture in its pauses and gaps', () => {
  const [ada, bob] = replay().parts;
  assert.deepEqual([2999, 3000, 3999, 4000].map((ms) => showsPicture(bob!, ms)),
    [true, false, false, true]);
  assert.equal(showsPicture(ada!, 6200), false);
});

test('the floor stays with the last speaker who is there', () => {
  const { turns } = replay();
  const both = new Set(['ada', 'bob']);
  assert.equal(speakerAt(turns, 1999, both), 'ada');
  assert.equal(speakerAt(turns, 2000, both), 'bob');
  assert.equal(speakerAt(turns, 8000, both), 'bob');
  assert.equal(speakerAt(turns, 8000, new Set(['ada'])), 'ada');
  assert.equal(speakerAt(turns, 8000, new Set()), undefined);
});

test('the speaker is large, a screen larger, and a pin above all', () => {
  const all = replay();
  const large = (ms: number, pin?: Parameters<typeof sceneAt>[2]) => {
    const part = sceneAt(all, ms, pin).large;
    return part && `${part.peerId} ${part.source}`;
  };
  assert.equal(large(500), 'ada camera');
  assert.equal(large(2500), 'bob camera');
  assert.equal(large(5500), 'ada screen');
  assert.equal(large(5500, { peerId: 'bob', source: 'camera' }), 'bob camera');
  assert.equal(large(7500), 'bob camera');
  // A pin waits while its part is not there.
  assert.equal(large(9500, { peerId: 'bob', source: 'camera' }), 'ada camera');
  assert.equal(large(11_000), undefined);
});

test('the small pictures keep their order as people speak', () => {
  const all = replay({ timeline: [] });
  const small = (ms: number) =>
    sceneAt(all, ms).small.map(({ file }) => file);
  assert.deepEqual(small(5500), ['ada-camera-1.webm', 'bob-camera-1.webm']);
});

test('the last picture stays at the end', () => {
  const all = replay({ durationMs: 10_000 });
  assert.equal(sceneAt(all, 10_000).large?.peerId, 'ada');
});

test('those of whom nothing is recorded are named', () => {
  assert.deepEqual(sceneAt(replay(), 2500).unrecorded, ['Cyn']);
  assert.deepEqual(sceneAt(replay(), 5000).unrecorded, []);
  assert.equal(unrecordedWords([]), '');
  assert.equal(unrecordedWords(['A', 'B', 'C', 'D', 'E']),
    'Not recorded: A, B, C and 2 more');
});

test('pictures have a box each, inside of the window and apart', () => {
  for (const [width, height] of [[1280, 720], [390, 600], [700, 600]] as const) {
    for (const ms of [500, 2500, 5500]) {
      const scene = sceneAt(replay(), ms);
      const boxes = boxesFor(scene, width, height);
      assert.equal(boxes.length, scene.small.length + 1);
      for (const box of boxes) {
        assert.ok(box.x >= 0 && box.x + box.width <= width + 0.5);
        assert.ok(box.y >= 0 && box.y + box.height <= height + 0.5);
      }
      const [large, ...small] = boxes;
      for (const box of small) {
        assert.ok(box.x >= large!.x + large!.width ||
          box.y >= large!.y + large!.height);
      }
    }
  }
});

test('the clock plays, pauses, seeks and changes its speed', () => {
  const clock = new ReplayClock(10_000);
  assert.equal(clock.at(5000), 0);
  clock.play(5000);
  assert.equal(clock.at(6000), 1000);
  clock.setRate(2, 6000);
  assert.equal(clock.at(7000), 3000);
  clock.pause(7000);
  assert.equal(clock.at(9000), 3000);
  clock.seek(8000, 9000);
  clock.play(9000);
  assert.equal(clock.at(9500), 9000);
  assert.equal(clock.at(99_000), 10_000);
  assert.ok(clock.atEnd(99_000));
  clock.seek(-5, 99_000);
  assert.equal(clock.at(99_000), 0);
});

test('the clock stands while it waits for a part, and then goes on', () => {
  const clock = new ReplayClock(10_000);
  clock.play(0);
  clock.hold(true, 1000);
  assert.equal(clock.at(4000), 1000);
  assert.deepEqual([clock.playing, clock.runs], [true, false]);
  clock.hold(true, 4000);
  clock.hold(false, 5000);
  assert.equal(clock.at(5500), 1500);
});

test('playing at the end begins anew', () => {
  const clock = new ReplayClock(1000);
  clock.play(0);
  clock.pause(2000);
  clock.play(3000);
  assert.equal(clock.at(3100), 100);
});

test('a part that is off plays faster or slower, and jumps if it is far', () => {
  assert.equal(rateFor(5, 1), 1);
  assert.equal(rateFor(-5, 1.5), 1.5);
  assert.ok(rateFor(30, 1)! < 1 && rateFor(30, 1)! > 0.9);
  assert.ok(rateFor(-30, 2)! > 2);
  assert.equal(rateFor(-150, 1), 1.3);
  assert.equal(rateFor(201, 1), undefined);
  assert.equal(rateFor(-201, 0.5), undefined);
});

test('a part that lags by 150 ms is within 40 ms after 0.7 s', () => {
  for (const rate of [0.5, 1, 2]) {
    let ahead = -150;
    for (let ms = 0; ms < 700; ms += 100) {
      ahead += 100 * (rateFor(ahead, rate)! - rate);
    }
    assert.ok(Math.abs(ahead) <= 40, `${ahead} ms at speed ${rate}`);
  }
});

test('the link of a manifest goes to no server but its own', () => {
  const link = replayAddress('/recordings/r1/manifest.json?until=5&key=a-b_c',
    'https://call.example/?room=daily');
  assert.match(link, /^https:\/\/call\.example\/replay\.html#manifest=/);
  assert.equal(manifestIn(link)?.href,
    'https://call.example/recordings/r1/manifest.json?until=5&key=a-b_c');
});

test('the page takes a manifest of http alone', () => {
  const at = (text: string) => manifestIn(`https://call.example/${text}`)?.href;
  assert.equal(at('replay.html'), undefined);
  assert.equal(at('replay.html#manifest=javascript:alert(1)'), undefined);
  assert.equal(at('replay.html?manifest=data:,x'), undefined);
  assert.equal(at('replay.html?manifest=%2Fm.json'),
    'https://call.example/m.json');
});

test('files stand beside the manifest, and have its signature', () => {
  const manifest =
    new URL('https://call.example/recordings/r1/manifest.json?until=5&key=k');
  assert.equal(fileAddress(manifest, 'ada-camera-1.webm'),
    'https://call.example/recordings/r1/ada-camera-1.webm?until=5&key=k');
});

test('times are as people read them', () => {
  assert.deepEqual([0, 7999, 725_000, 3_723_000].map(clockWords),
    ['0:00', '0:07', '12:05', '1:02:03']);
  assert.deepEqual([40_000, 59_700, 720_000, 3_600_000, 3_900_000]
    .map(lengthWords), ['40 s', '1 min', '12 min', '1 h', '1 h 5 min']);
  assert.match(dateWords(Date.UTC(2026, 10, 24, 12)), /^2[345] Nov 2026, \d/);
  assert.equal(dateWords(NaN), '');
});

test('keys play, seek and change volume and speed', () => {
  const press = (key: string, more = {}, letters = true) => replayCommand({
    key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more,
  }, letters);
  assert.deepEqual(press(' '), { does: 'toggle' });
  assert.deepEqual(press('K'), { does: 'toggle' });
  assert.deepEqual(press('ArrowLeft'), { does: 'skip', by: -5 });
  assert.deepEqual(press('ArrowRight', { repeat: true }),
    { does: 'skip', by: 5 });
  assert.equal(press(' ', { repeat: true }), undefined);
  assert.equal(press('m', { ctrlKey: true }), undefined);
  assert.equal(press('m', {}, false), undefined);
  assert.deepEqual(press(' ', {}, false), { does: 'toggle' });
  assert.equal(press('x'), undefined);
  assert.deepEqual([nextSpeed(1, 1), nextSpeed(2, 1), nextSpeed(0.5, -1)],
    [1.25, 2, 0.5]);
});

test('what is wrong is said plainly', () => {
  assert.match(explainStatus(403).title, /expired/);
  assert.match(explainStatus(404).title, /gone/);
  assert.match(explainStatus(500).detail, /server/);
  assert.match(partTrouble('Ada', 'screen', 404), /^Ada’s screen: the file is lost/);
  assert.match(partTrouble('Ada', 'camera', 206), /this browser/);
  assert.match(partTrouble('Ada', 'camera', 0), /The rest goes on/);
  assert.deepEqual(remarks(replay()), []);
  assert.match(remarks(replay({ state: 'recovered' }))[0]!, /end may be missing/);
  assert.equal(remarks(replay({
    state: 'recording', parts: [{ ...PART, file: 'a.webm', degraded: true }],
  })).length, 2);
});
