import assert from 'node:assert/strict';
import test from 'node:test';
import { Budget, FrameTimes } from '../src/background/budget';

/** What a budget says, asked twice a second from 0 to `toMs`. */
function judged(
  budget: Budget, pace: { medianMs: number; fps: number }, toMs: number,
  fromMs = 0,
) {
  let said;
  for (let at = fromMs; at <= toMs; at += 500) said = budget.judge(pace, at);
  return said;
}

test('the pace is the median and the rate of the last three seconds', () => {
  const times = new FrameTimes();
  times.add(900, 0);
  for (let i = 0; i < 30; i++) times.add(i % 10 === 0 ? 200 : 20, 4000 + i * 50);
  const pace = times.pace(5500)!;
  assert.equal(pace.medianMs, 20);
  assert.equal(Math.round(pace.fps), 20);
});

test('few pictures tell nothing, but very slow ones do', () => {
  const times = new FrameTimes();
  for (const at of [2000, 4000, 6000]) times.add(2000, at);
  assert.equal(times.pace(6000), undefined);
  times.add(2000, 8000);
  assert.deepEqual(times.pace(10_000), { medianMs: 2000, fps: 0.5 });
});

test('a machine that is fast enough goes on', () => {
  assert.equal(judged(new Budget(30), { medianMs: 39, fps: 24 }, 60_000),
    undefined);
});

test('a machine is given five seconds', () => {
  const slow = { medianMs: 41, fps: 24 };
  assert.equal(judged(new Budget(30), slow, 4500), undefined);
  assert.equal(judged(new Budget(30), slow, 5000), 'frame-time');
});

test('a fast moment begins the five seconds anew', () => {
  const budget = new Budget(30);
  const slow = { medianMs: 60, fps: 16 };
  judged(budget, slow, 4500);
  budget.judge({ medianMs: 30, fps: 25 }, 5000);
  assert.equal(judged(budget, slow, 10_000, 5500), undefined);
  assert.equal(judged(budget, slow, 10_500, 10_500), 'frame-time');
});

test('time in which the page is hidden does not count', () => {
  const budget = new Budget(30);
  const slow = { medianMs: 60, fps: 5 };
  judged(budget, slow, 4500);
  budget.forget();
  assert.equal(budget.judge(slow, 5000), undefined);
});

test('less than half of the pictures is too few, if the machine is at work',
  () => {
    assert.equal(judged(new Budget(30), { medianMs: 36, fps: 14 }, 5000),
      'rate');
    assert.equal(judged(new Budget(30), { medianMs: 36, fps: 15 }, 5000),
      undefined);
  });

test('a camera that is slow in the dark is not the machine', () => {
  assert.equal(judged(new Budget(30), { medianMs: 20, fps: 10 }, 5000),
    undefined);
});
