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

/** Changes with everything that arrives on any path, STUN included. */
export function arrivedOn(stats: Stat[]): number {
  return stats.filter(({ type }) => type === 'candidate-pair')
    .reduce((sum, pair) => sum + number(pair['bytesReceived']) +
      number(pair['responsesReceived']), 0);
}

/** The sum of a member of all entries of one type. */
export function total(stats: Stat[], type: string, member: string): number {
  return stats.filter((stat) => stat.type === type)
    .reduce((sum, stat) => sum + number(stat[member]), 0);
}
