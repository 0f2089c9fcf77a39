import assert from 'node:assert/strict';
import test from 'node:test';
import { othersOf } from '../src/people_list';
import type { RemoteTrack } from '../src/receiver';
import type { Source } from '../src/signaling';

const track = (source: Source, paused = false) => ({
  peerId: 'ada', source, paused, consumer: { track: `${source} track` },
}) as unknown as RemoteTrack;

const member =
  { id: 'ada', name: 'Ada', isAudioMuted: false, isVideoPaused: true };

test('the sound of a screen is heard whatever the microphone does', () => {
  const [ada] = othersOf([member],
    [track('mic', true), track('screen'), track('screen-audio')], 'self');
  assert.equal(ada!.screenSound as unknown, 'screen-audio track');
  assert.equal(ada!.audio as unknown, 'mic track');
  assert.equal(ada!.micMuted, true);
});

test('one who shares sound without a microphone is muted', () => {
  const [ada] = othersOf([member],
    [track('screen'), track('screen-audio')], 'self');
  assert.equal(ada!.micMuted, true);
  assert.equal(ada!.audio, null);
});

test('a paused screen is told apart', () => {
  const paused = (is: boolean) =>
    othersOf([member], [track('screen', is)], 'self')[0]!.screenPaused;
  assert.deepEqual([paused(true), paused(false)], [true, false]);
});
