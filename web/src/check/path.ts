/** Which ways to the server are open, and how good the best of them is. */

import type { types } from 'mediasoup-client';
import type { PathFacts, Reach, ServerFacts, Way } from './facts';
import { measureFlow } from './flow_meter';
import { Probe } from './probe';
import { openTestPicture } from './test_picture';

/** The best one first. */
const WAYS: readonly Way[] = ['udp', 'tcp', 'relay'];

export interface PathListener {
  server(facts: ServerFacts): void;
  path(facts: PathFacts): void;
  /** The ways are known; now the best one is measured. */
  measuring(facts: PathFacts): void;
}

/**
 * Tries everything in a room of its own, at most for half a minute; tells
 * nothing once aborted. All that it opened is closed when it resolves.
 */
export async function checkPath(
  listener: PathListener,
  signal: AbortSignal,
): Promise<void> {
  const probe = new Probe(signal);
  const tell: PathListener = {
    server: (facts) => { if (!signal.aborted) listener.server(facts); },
    path: (facts) => { if (!signal.aborted) listener.path(facts); },
    measuring: (facts) => { if (!signal.aborted) listener.measuring(facts); },
  };
  try {
    await probe.connect();
  } catch (error) {
    tell.server({ error, carrier: 'websocket', roundTripMs: undefined });
    tell.path(nothingTried(error));
    probe.close();
    return;
  }
  try {
    const roundTripMs = await probe.roundTrip();
    tell.server({ carrier: probe.carrier, roundTripMs });
    await tryWays(probe, tell, signal);
  } catch (error) {
    tell.path(nothingTried(error));
  } finally {
    probe.close();
  }
}

function nothingTried(error: unknown): PathFacts {
  return {
    error, reach: { udp: 'absent', tcp: 'absent', relay: 'absent' },
    port: 0, used: undefined, flow: undefined,
  };
}

async function tryWays(
  probe: Probe,
  tell: PathListener,
  signal: AbortSignal,
): Promise<void> {
  await probe.enter();
  if (signal.aborted) return;
  const picture = openTestPicture();
  // What waits for a connection that is closed may wait for ever.
  signal.addEventListener('abort', () => picture.stop(), { once: true });
  try {
    const tries = await Promise.all(WAYS.map((way) =>
      probe.send(way, picture.track)));
    const used = WAYS.find((_, index) => tries[index]!.reach === 'open');
    const facts: PathFacts = {
      reach: Object.fromEntries(WAYS.map((way, index) =>
        [way, tries[index]!.reach])) as Record<Way, Reach>,
      port: tries.find(({ port }) => port > 0)?.port ?? 0,
      used, flow: undefined,
    };
    const best = used && tries[WAYS.indexOf(used)]!;
    if (!used || !best?.transport || !best.id) return tell.path(facts);
    tell.measuring(facts);
    // The others would take their share of the path.
    for (const { transport } of tries) {
      if (transport !== best.transport) transport?.close();
    }
    const sending: types.Transport = best.transport;
    const receiving = await probe.receive(used, best.id);
    facts.flow = await measureFlow(sending, receiving, signal);
    tell.path(facts);
  } finally {
    picture.stop();
  }
}
