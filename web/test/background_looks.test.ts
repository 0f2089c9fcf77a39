import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHOICES, lookOf, OWN, PICTURES } from '../src/background/looks';

const folder = fileURLToPath(
  new URL('../../web/src/background/pictures', import.meta.url));

test('each choice has a name of its own', () => {
  assert.equal(new Set(CHOICES.map(({ id }) => id)).size, CHOICES.length);
  assert.equal(new Set(CHOICES.map(({ title }) => title)).size, CHOICES.length);
  assert.ok(!CHOICES.some(({ id }) => id === OWN));
  assert.equal(CHOICES[0]!.id, 'none');
});

test('each picture is a drawing in the proportions of cameras', () => {
  assert.ok(PICTURES.length >= 5);
  for (const { id, file } of PICTURES) {
    assert.match(file, /\.svg$/);
    const drawing = readFileSync(`${folder}/${id}.svg`, 'utf8');
    assert.match(drawing, /^<svg [^>]*width="1280" height="720"/, id);
    assert.doesNotMatch(drawing, /<script|href=/, id);
  }
});

test('a choice stands for a look', () => {
  assert.deepEqual(lookOf('none'), { kind: 'none' });
  assert.deepEqual(lookOf(OWN), { kind: 'own' });
  assert.equal(lookOf('evening').kind, 'picture');
  const strengths = ['blur-light', 'blur'].map((id) => {
    const look = lookOf(id);
    return look.kind === 'blur' ? look.strength : 0;
  });
  assert.ok(strengths[0]! > 0 && strengths[1]! > strengths[0]!);
});

test('what this version does not know hides the room all the same', () => {
  assert.deepEqual(lookOf('a-picture-of-tomorrow'), lookOf('blur'));
});
