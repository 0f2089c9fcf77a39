/** What was decided about one picture, for the "Why?" panel. Pure. */

import { bitrateWords } from './flow';

export interface Decision {
  /** Milliseconds since 1970. */
  atMs: number;
  /** Who decided: the server by its own account, or as this page saw it. */
  by: 'server' | 'page';
  text: string;
}

const KEPT = 50;

const REASONS: Record<string, string> = {
  wanted: 'requested by this page',
  link: 'limited by the path to you',
  source: 'the sender sends no higher layer',
  overload: 'the server is overloaded',
  'last-n': 'others have spoken since',
  loudness: 'others are louder',
};

/**
 * The server's own account of one consumer, the newest first: the entries of
 * type "decision" in its statistics (docs/bwe.md).
 */
export function decisionsIn(
  stats: ReadonlyArray<Record<string, unknown>>,
  nowMs: number,
): Decision[] {
  return stats.filter(({ type }) => type === 'decision').map((entry) => ({
    atMs: nowMs - Number(entry['age'] ?? 0) * 1000,
    by: 'server' as const,
    text: decisionWords(entry),
  })).sort((a, b) => b.atMs - a.atMs);
}

function decisionWords(entry: Record<string, unknown>): string {
  switch (entry['reason']) {
    case 'paused': return 'Sends nothing: paused';
    case 'late': return 'Dropped packets that had waited too long';
    case 'keyframe': return 'Requested a key frame from the sender';
  }
  const known = REASONS[String(entry['reason'])] ?? String(entry['reason']);
  const link = entry['availableOutgoingBitrate'];
  const rate = typeof link === 'number'
    ? ` (estimated at ${bitrateWords(link)})` : '';
  const layer = entry['spatialLayer'];
  const what = layersWords(
    typeof layer === 'number' ? layer : undefined, undefined);
  return `${what}: ${known}${rate}`;
}

/** The newest of both, without what the page noted of the server. */
export function merged(
  server: readonly Decision[],
  page: readonly Decision[],
): Decision[] {
  return [...server, ...page.filter(({ by }) => by === 'page')]
    .sort((a, b) => b.atMs - a.atMs).slice(0, KEPT);
}

/** The last decisions of each consumer, the newest first. */
export class DecisionLog {
  #all = new Map<string, Decision[]>();

  note(consumerId: string, decision: Decision): void {
    const list = this.#all.get(consumerId) ?? [];
    this.#all.set(consumerId, [decision, ...list].slice(0, KEPT));
  }

  of(consumerId: string): readonly Decision[] {
    return this.#all.get(consumerId) ?? [];
  }

  forget(consumerId: string): void {
    this.#all.delete(consumerId);
  }
}

/** A push of the server about layers, in words. */
export function layersWords(
  spatial: number | undefined,
  temporal: number | undefined,
): string {
  if (spatial === undefined) return 'Sends no picture';
  const rate = temporal === undefined ? '' : `, frame rate step ${temporal}`;
  return `Sends layer ${spatial}${rate}`;
}
