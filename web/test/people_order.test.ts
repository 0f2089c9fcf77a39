import assert from 'node:assert/strict';
import test from 'node:test';
import { matching, ordered, type PersonEntry } from '../src/people_order';

function entry(
  name: string,
  { hand, isHost = false }: { hand?: number; isHost?: boolean } = {},
): PersonEntry {
  return {
    person: {
      id: name, name, isSelf: false, isHost, micMuted: true, cameraOff: true,
      camera: null, screen: null, audio: null,
    },
    hand, quality: undefined,
  };
}

const names = (entries: PersonEntry[]) =>
  entries.map(({ person }) => person.name);

test('raised hands come first in their order, then hosts, then names', () => {
  assert.deepEqual(names(ordered([
    entry('Zoe'), entry('bob'), entry('Ada'), entry('Yan', { isHost: true }),
    entry('Eve', { hand: 1 }), entry('Max', { hand: 0 }),
    entry('Dan', { isHost: true }), entry('Flo', { hand: 2, isHost: true }),
  ])), ['Max', 'Eve', 'Flo', 'Dan', 'Yan', 'Ada', 'bob', 'Zoe']);
});

test('people of one name keep a steady order', () => {
  const one = entry('Ada');
  const other = entry('Ada');
  other.person = { ...other.person, id: 'later' };
  assert.deepEqual(ordered([other, one]), ordered([one, other]));
});

test('a search finds parts of names, whatever case and accents', () => {
  const all = [entry('Élodie Martin'), entry('Tomasz Zieliński'),
    entry('Martin Short')];
  assert.deepEqual(names(matching(all, 'elodie')), ['Élodie Martin']);
  assert.deepEqual(names(matching(all, ' MARTIN ')),
    ['Élodie Martin', 'Martin Short']);
  assert.deepEqual(names(matching(all, 'zielin tom')), ['Tomasz Zieliński']);
  assert.deepEqual(names(matching(all, '')), names(all));
  assert.deepEqual(names(matching(all, 'x')), []);
});
