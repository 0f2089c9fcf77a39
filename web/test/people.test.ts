import assert from 'node:assert/strict';
import test from 'node:test';
import { hueOf, initials, inviteLink } from '../src/people';

test('initials are the first letters of the first and the last name', () => {
  assert.equal(initials('Ada Lovelace'), 'AL');
  assert.equal(initials('  Jean Paul   Sartre '), 'JS');
  assert.equal(initials('élodie'), 'É');
  assert.equal(initials('李 小龙'), '李小');
  assert.equal(initials('😀 smile'), '😀S');
  assert.equal(initials(' '), '?');
});

test('a name keeps its hue', () => {
  assert.equal(hueOf('Ada'), hueOf('Ada'));
  const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Donald'];
  assert.ok(new Set(names.map(hueOf)).size > 2, 'names differ in colour');
  assert.ok(hueOf('x'.repeat(1000)) < 360);
});

test('the invitation contains the room', () => {
  assert.equal(
    inviteLink('https://x.org', '/', 'café'),
    'https://x.org/?room=caf%C3%A9',
  );
});
