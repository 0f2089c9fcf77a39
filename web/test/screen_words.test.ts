import assert from 'node:assert/strict';
import test from 'node:test';
import {
  shareErrorWords, showsItself, surfaceOf, surfaceWords, usualContent,
} from '../src/screen_words';

test('a tab with sound is taken for a film, all else for text', () => {
  assert.equal(usualContent(surfaceOf('browser', true)), 'film');
  for (const kind of ['window', 'monitor', undefined]) {
    assert.equal(usualContent(surfaceOf(kind, true)), 'text');
  }
  assert.equal(usualContent(surfaceOf('browser', false)), 'text');
});

test('what is shared is said, with its sound', () => {
  assert.equal(surfaceWords(surfaceOf('browser', true)), 'A tab, with sound');
  assert.equal(surfaceWords(surfaceOf('window', false)), 'A window');
  assert.equal(surfaceWords(surfaceOf('monitor', false)), 'Your entire screen');
  assert.equal(surfaceWords(surfaceOf('hologram', false)), 'Your screen');
});

const ownWindow = { width: 1280, height: 900 };
const facts = (kind: string, ownTab = false, picture = ownWindow) =>
  ({ surface: surfaceOf(kind, false), ownTab, picture, ownWindow });

test('a preview of this page would show itself', () => {
  assert.equal(showsItself(facts('browser', true)), true);
  assert.equal(showsItself(facts('browser')), false);
});

test('a window of this size may be this one', () => {
  assert.equal(showsItself(facts('window')), true);
  const framed = { width: 1276, height: 880 };
  assert.equal(showsItself(facts('window', false, framed)), true);
  const other = { width: 1280, height: 700 };
  assert.equal(showsItself(facts('window', false, other)), false);
  assert.equal(showsItself(
    { ...facts('window'), picture: undefined }), false);
});

test('a whole screen has this page on it', () => {
  assert.equal(showsItself(facts('monitor')), true);
  assert.equal(showsItself(facts('')), true);
});

test('a change of mind is no error, a forbidding system is', () => {
  const denied = (message: string) =>
    shareErrorWords({ name: 'NotAllowedError', message });
  assert.equal(denied('Permission denied'), undefined);
  assert.match(denied('Permission denied by system') ?? '', /Your system/);
  assert.equal(shareErrorWords({ name: 'NotReadableError', message: '' }),
    'Your screen cannot be shared');
});
