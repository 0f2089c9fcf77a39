import assert from 'node:assert/strict';
import test from 'node:test';
import { lossBetween, QualityTracker, rateLink } from '../src/quality';

const sample = (packetsReceived: number, packetsLost: number, jitter = 0.005) =>
  ({ packetsReceived, packetsLost, jitter });

test('loss is the share of expected packets that did not arrive', () => {
  assert.equal(lossBetween(sample(100, 0), sample(190, 10)), 0.1);
});

test('a silent interval and late packets count as no loss', () => {
  assert.equal(lossBetween(sample(100, 5), sample(100, 5)), 0);
  assert.equal(lossBetween(sample(100, 5), sample(200, 3)), 0);
});

test('a clean near link is excellent', () => {
  assert.equal(rateLink({ loss: 0, jitter: 0.002, roundTrip: 0.02 }), 4);
});

test('the worst figure decides', () => {
  assert.equal(rateLink({ loss: 0.2, jitter: 0.002, roundTrip: 0.02 }), 1);
  assert.equal(rateLink({ loss: 0, jitter: 0.1, roundTrip: 0.02 }), 2);
  assert.equal(rateLink({ loss: 0, jitter: 0, roundTrip: 0.25 }), 3);
});

test('an unknown round trip does not lower the rating', () => {
  assert.equal(rateLink({ loss: 0, jitter: 0, roundTrip: undefined }), 4);
});

test('a tracker rates only packets since the last sample', () => {
  const tracker = new QualityTracker();
  assert.equal(tracker.update('a', sample(100, 50), 0.01), undefined);
  assert.equal(tracker.update('a', sample(200, 50), 0.01), 4);
  assert.equal(tracker.update('a', sample(250, 100), 0.01), 1);
  tracker.forget('a');
  assert.equal(tracker.update('a', sample(300, 100), 0.01), undefined);
});

test('a tracker does not rate a silence', () => {
  const tracker = new QualityTracker();
  tracker.update('a', sample(100, 0), 0.01);
  assert.equal(tracker.update('a', sample(100, 0), 0.01), undefined);
  assert.equal(tracker.update('a', sample(200, 0), 0.01), 4);
});
