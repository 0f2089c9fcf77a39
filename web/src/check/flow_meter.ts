/** Measures a test stream to the server and back. */

import type { types } from 'mediasoup-client';
import { lossBetween, type StreamSample } from '../quality';
import { number, readStats, selectedPair, type Stat } from '../stats';
import { wait } from './borrow';
import type { FlowFacts } from './facts';

const FIRST_PACKET_WITHIN_MS = 6000;
const MEASURE_MS = 5000;
const STEP_MS = 500;

interface Sample {
  atMs: number;
  sent: number;
  received: number;
  estimate: number;
  up: StreamSample;
  down: StreamSample;
  roundTripMs: number | undefined;
}

/** Undefined if nothing came back, or if aborted. */
export async function measureFlow(
  sending: types.Transport,
  receiving: types.Transport,
  signal: AbortSignal,
): Promise<FlowFacts | undefined> {
  const begun = performance.now();
  let first: Sample | undefined;
  const samples: Sample[] = [];
  while (!signal.aborted) {
    const now = await take(sending, receiving);
    if (now.received > 0) {
      first ??= now;
      samples.push(now);
      if (now.atMs - first.atMs >= MEASURE_MS) return summary(samples);
    } else if (now.atMs - begun > FIRST_PACKET_WITHIN_MS) {
      return undefined;
    }
    await wait(STEP_MS, signal);
  }
  return undefined;
}

async function take(
  sending: types.Transport,
  receiving: types.Transport,
): Promise<Sample> {
  const [out, back] = await Promise.all([readStats(sending),
    readStats(receiving)]);
  const told = out.find(({ type }) => type === 'remote-inbound-rtp');
  const sent = out.find(({ type }) => type === 'outbound-rtp');
  const arrived = back.find((stat) => stat.type === 'inbound-rtp' &&
    stat['mid'] !== 'probator');
  const lost = number(told?.['packetsLost']);
  return {
    atMs: performance.now(),
    sent: number(sent?.['bytesSent']),
    received: number(arrived?.['bytesReceived']),
    estimate: number(selectedPair(out)?.['availableOutgoingBitrate']),
    up: {
      packetsLost: lost,
      packetsReceived: Math.max(0, number(sent?.['packetsSent']) - lost),
      jitter: number(told?.['jitter']),
    },
    down: {
      packetsLost: number(arrived?.['packetsLost']),
      packetsReceived: number(arrived?.['packetsReceived']),
      jitter: number(arrived?.['jitter']),
    },
    roundTripMs: roundTrip(out, told),
  };
}

/** By ICE, or by RTCP where the browser does not tell the former. */
function roundTrip(out: Stat[], told: Stat | undefined): number | undefined {
  const seconds = number(selectedPair(out)?.['currentRoundTripTime']) ||
    number(told?.['roundTripTime']);
  return seconds > 0 ? seconds * 1000 : undefined;
}

function summary(samples: Sample[]): FlowFacts {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  // The first second finds out how much the path takes.
  const warm = samples.find(({ atMs }) => atMs - first.atMs >= 1000) ?? first;
  const seconds = (last.atMs - warm.atMs) / 1000;
  const rate = (octets: number) => octets * 8 / seconds;
  const trips = samples.flatMap(({ roundTripMs }) => roundTripMs ?? []);
  return {
    roundTripMs: trips.sort((one, other) => one - other)
      .at(Math.floor(trips.length / 2)),
    jitterMs: 1000 * Math.max(last.up.jitter, last.down.jitter),
    lossUp: lossBetween(first.up, last.up),
    lossDown: lossBetween(first.down, last.down),
    upBitrate: Math.max(rate(last.sent - warm.sent), last.estimate),
    downBitrate: rate(last.received - warm.received),
  };
}
