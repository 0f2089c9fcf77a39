import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS, Settings } from '../src/settings';

function storage(kept?: string) {
  const values = new Map(kept === undefined ? [] : [['troupe.settings', kept]]);
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

test('settings that were never chosen have their defaults', () => {
  const settings = new Settings(storage());
  for (const name of Object.keys(DEFAULT_SETTINGS) as
    Array<keyof typeof DEFAULT_SETTINGS>) {
    assert.equal(settings.get(name), DEFAULT_SETTINGS[name]);
  }
});

test('a chosen setting is there in the next call', () => {
  const kept = storage();
  new Settings(kept).set('sendLimit', 500);
  assert.equal(new Settings(kept).get('sendLimit'), 500);
});

test('kept values that do not fit are ignored', () => {
  const settings = new Settings(storage(JSON.stringify({
    mirror: 'yes', resolution: '9000', sendLimit: -1, layout: 'sidebar',
    unknown: 1,
  })));
  assert.equal(settings.get('mirror'), true);
  assert.equal(settings.get('resolution'), 'auto');
  assert.equal(settings.get('sendLimit'), 0);
  assert.equal(settings.get('layout'), 'sidebar');
});

test('what is not JSON is ignored', () => {
  assert.equal(new Settings(storage('{')).get('mirror'), true);
  assert.equal(new Settings(storage('null')).get('mirror'), true);
});

test('listeners hear of changes, and of nothing else', () => {
  const settings = new Settings(storage());
  const heard: string[] = [];
  const stop = settings.onChange((name) => heard.push(name));
  settings.set('mirror', true);
  settings.set('mirror', false);
  stop();
  settings.set('mirror', true);
  assert.deepEqual(heard, ['mirror']);
});

test('a choice holds where nothing can be kept', () => {
  const settings = new Settings({
    getItem: () => null,
    setItem: () => { throw new Error('QuotaExceededError'); },
  });
  settings.set('background', 'blur');
  assert.equal(settings.get('background'), 'blur');
});
