import assert from 'node:assert/strict';
import test from 'node:test';
import { Settings } from '../src/settings';
import { carryOverView, nextLayout } from '../src/view_choice';

function storage(kept: Record<string, string>) {
  const map = new Map(Object.entries(kept));
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

test('a key goes through all layouts', () => {
  assert.equal(nextLayout('grid'), 'speaker');
  assert.equal(nextLayout('speaker'), 'sidebar');
  assert.equal(nextLayout('sidebar'), 'grid');
});

test('what an earlier page kept is taken over once', () => {
  const kept = storage({ 'troupe.view': 'speaker' });
  carryOverView(kept, new Settings(kept));
  const settings = new Settings(kept);
  assert.equal(settings.get('layout'), 'speaker');
  assert.equal(kept.getItem('troupe.view'), null);
  settings.set('layout', 'grid');
  carryOverView(kept, settings);
  assert.equal(settings.get('layout'), 'grid');
});

test('a later choice goes before the one of an earlier page', () => {
  const kept = storage({
    'troupe.view': 'speaker', 'troupe.settings': '{"layout":"sidebar"}',
  });
  const settings = new Settings(kept);
  carryOverView(kept, settings);
  assert.equal(settings.get('layout'), 'sidebar');
});
