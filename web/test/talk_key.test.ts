import assert from 'node:assert/strict';
import test from 'node:test';
import { TalkKey } from '../src/talk_key';

function microphone(on: boolean, works = true) {
  const state = { on };
  const switchTo = (to: boolean) => {
    if (!works) return Promise.reject(new Error('blocked'));
    state.on = to;
    return Promise.resolve();
  };
  return {
    state,
    isOn: () => state.on,
    switchOn: () => switchTo(true),
    switchOff: () => switchTo(false),
  };
}

test('the microphone is on while the key is held', () => {
  const mic = microphone(false);
  const key = new TalkKey(mic);
  key.press();
  key.press();
  assert.deepEqual([mic.state.on, key.held], [true, true]);
  key.release();
  key.release();
  assert.deepEqual([mic.state.on, key.held], [false, false]);
});

test('an open microphone stays open', () => {
  const mic = microphone(true);
  const key = new TalkKey(mic);
  key.press();
  key.release();
  assert.equal(mic.state.on, true);
});

test('a microphone that was switched meanwhile is left as it is', () => {
  const mic = microphone(false);
  const key = new TalkKey(mic);
  key.press();
  key.forget();
  key.release();
  assert.equal(mic.state.on, true);
});

test('a blocked microphone is not held', async () => {
  const key = new TalkKey(microphone(false, false));
  key.press();
  await new Promise(setImmediate);
  assert.equal(key.held, false);
});
