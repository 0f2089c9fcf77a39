/** Measures the media between participants and checks that it suffices. */

import assert from 'node:assert/strict';
import { coresAreBusy, droppedDatagrams } from './kernel.mjs';
import { pause } from './wait.mjs';

/** The share of the sender's frames that a receiver must have decoded. */
const FRAMES_MIN = 0.95;

/** How often a measurement is repeated that a busy host has spoilt. */
const REPEATS = 4;

const droppedAtStart = await droppedDatagrams();

/**
 * Statistics of all participants over a time span, as differences. `dropped`:
 * how many datagrams the host has dropped since the tests began. `busy`: what
 * is missing may be the fault of the host.
 */
async function measure(participants, milliseconds) {
  const before = await snapshot(participants);
  await pause(milliseconds);
  const after = await snapshot(participants);
  const dropped = await droppedDatagrams() - droppedAtStart;
  return { before, after, dropped, busy: dropped > 0 || coresAreBusy() };
}

function snapshot(participants) {
  return Promise.all(participants.map((one) => one.stats()));
}

function growth(before, after, key) {
  return after[key] - (before?.[key] ?? 0);
}

/**
 * Asserts that each participant hears and sees each other one, with no loss but
 * the datagrams that the host has dropped, over `milliseconds`. Prints a line per stream. A measurement that fails on a
 * busy host is repeated a few times.
 */
export async function assertConversation(participants, milliseconds = 6000) {
  for (let left = REPEATS; ; --left) {
    const figures = await measure(participants, milliseconds);
    try {
      assertFlows(participants, figures);
      return figures.after;
    } catch (failure) {
      if (left === 0 || !figures.busy) throw failure;
      console.log(`  once more, on a busy host: ${failure.message}`);
    }
  }
}

function assertFlows(participants, { before, after, dropped }) {
  for (const [from, sender] of participants.entries()) {
    for (const sent of after[from].outbound) {
      const sentBefore = find(before[from].outbound, sent.producerId);
      for (const [to, receiver] of participants.entries()) {
        if (to === from) continue;
        const got = find(after[to].inbound, sent.producerId);
        const name = `${sent.kind} ${sender.user} → ${receiver.user}`;
        assert.ok(got, `${name} is received`);
        const gotBefore = find(before[to].inbound, sent.producerId);
        assertFlow(name, { sent, sentBefore, got, gotBefore, dropped });
      }
    }
  }
}

function find(flows, producerId) {
  return flows.find((flow) => flow.producerId === producerId);
}

function assertFlow(name, { sent, sentBefore, got, gotBefore, dropped }) {
  const packets = growth(gotBefore, got, 'packets');
  assert.ok(packets > 0, `${name}: packets arrive`);
  const { packetsLost: lost } = got;
  assert.ok(lost <= dropped, `${name}: ${lost} packets lost, ${dropped} dropped`);
  if (sent.kind === 'audio') {
    const energy = growth(gotBefore, got, 'audioEnergy');
    assert.ok(energy > 0, `${name}: something is heard`);
    console.log(`  ${name}: ${packets} packets, energy ${energy.toFixed(4)}`);
    return;
  }
  const encoded = growth(sentBefore, sent, 'frames');
  const decoded = growth(gotBefore, got, 'frames');
  assert.ok(encoded > 0, `${name}: frames are encoded`);
  const share = decoded / encoded;
  console.log(`  ${name}: ${decoded} of ${encoded} frames, ${got.codec}`);
  assert.ok(share >= FRAMES_MIN, `${name}: ${(share * 100).toFixed(1)} % ` +
    'of the frames sent were decoded');
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
