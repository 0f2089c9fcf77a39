import assert from 'node:assert/strict';
import test from 'node:test';
import {
  commandOf, setShortcutsOn, SHORTCUTS, shortcutsOn, type KeyPress,
} from '../src/shortcuts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...more,
});

test('each shortcut has a key and words of its own', () => {
  for (const name of ['key', 'shown', 'command', 'does'] as const) {
    assert.equal(new Set(SHORTCUTS.map((one) => one[name])).size,
      SHORTCUTS.length, name);
  }
});

test('a key gives its command, in either case', () => {
  assert.equal(commandOf(press('m')), 'mic');
  assert.equal(commandOf(press('M')), 'mic');
  assert.equal(commandOf(press(' ')), 'talk');
  assert.equal(commandOf(press('?')), 'help');
  assert.equal(commandOf(press('x')), undefined);
  assert.equal(commandOf(press('Tab')), undefined);
});

test('keys of the browser and held keys are left alone', () => {
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true },
    { repeat: true }]) {
    assert.equal(commandOf(press('c', more)), undefined);
  }
});

test('shortcuts are on until they are switched off', () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  assert.equal(shortcutsOn(store), true);
  setShortcutsOn(store, false);
  assert.equal(shortcutsOn(store), false);
  setShortcutsOn(store, true);
  assert.equal(shortcutsOn(store), true);
});
