/** Reading what getStats() returns. */

export type Stat = Record<string, unknown> & { type: string };

export async function readStats(source: {
  getStats(): Promise<RTCStatsReport>;
}): Promise<Stat[]> {
  const stats: Stat[] = [];
  (await source.getStats()).forEach((stat) => stats.push(stat));
  return stats;
}

export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The path that is in use, of all that were tried. */
export function selectedPair(stats: Stat[]): Stat | undefined {
  return stats.find((stat) => stat.type === 'candidate-pair' &&
    (stat['nominated'] === true || stat['selected'] === true) &&
    stat['state'] === 'succeeded');
}
