import assert from 'node:assert/strict';
import test from 'node:test';
import { SCREEN } from '../src/arrangement';
import type { Person } from '../src/people_list';
import { choosePip, type PipScene } from '../src/pip_choice';

const TRACK = {} as MediaStreamTrack;

const person = (id: string, more: Partial<Person> = {}): Person => ({
  id, name: id, isSelf: id === 'self', isHost: false, micMuted: false,
  cameraOff: false, camera: TRACK, screen: null, audio: null, ...more,
});

const shown = (changes: Partial<PipScene>) => {
  const choice = choosePip({
    people: [person('self'), person('a'), person('b')], pinned: undefined,
    sharer: undefined, speaker: undefined, picturesOnly: false, ...changes,
  });
  return choice && `${choice.person.id} ${choice.source}`;
};

test('the speaker is shown, and before anyone spoke the first', () => {
  assert.equal(shown({ speaker: 'b' }), 'b camera');
  assert.equal(shown({}), 'a camera');
  assert.equal(shown({ speaker: 'gone' }), 'a camera');
});

test('a screen goes before the speaker, a pin before a screen', () => {
  const people = [person('self'), person('a', { screen: TRACK }), person('b')];
  const shared = { people, sharer: 'a', speaker: 'b' };
  assert.equal(shown(shared), 'a screen');
  assert.equal(shown({ ...shared, pinned: 'b' }), 'b camera');
  assert.equal(shown({ ...shared, pinned: SCREEN }), 'a screen');
});

test('a speaker without a camera is shown by name', () => {
  const people = [person('self'), person('a', { camera: null }), person('b')];
  assert.equal(shown({ people, speaker: 'a' }), 'a camera');
});

test('one with a camera is shown before anyone has spoken', () => {
  const people =
    [person('self'), person('a', { cameraOff: true }), person('b')];
  assert.equal(shown({ people }), 'b camera');
});

test('where only pictures can be shown, names are passed over', () => {
  const people = [person('self', { cameraOff: true }),
    person('a', { cameraOff: true }), person('b')];
  const only = { people, picturesOnly: true };
  assert.equal(shown({ ...only, speaker: 'a' }), 'b camera');
  assert.equal(shown({ ...only, people: people.slice(0, 2) }), undefined);
});

test('a person who is alone sees themselves', () => {
  assert.equal(shown({ people: [person('self')] }), 'self camera');
});
