/** Follows every picture of a call, second by second. */

import type { types } from 'mediasoup-client';
import { FlowHistory, type FlowCounters, type FlowSample } from './flow';
import type { RemoteTrack } from './receiver';
import { isPicture, type PictureSource } from './signaling';
import { number, selectedPair, type Stat } from './stats';

function keyOf(personId: string, source: string): string {
  return `${source}/${personId}`;
}

export class Flows {
  #histories = new Map<string, FlowHistory>();

  samples(personId: string, source: PictureSource): readonly FlowSample[] {
    return this.#histories.get(keyOf(personId, source))?.samples() ?? [];
  }

  /**
   * @param stats of the receiving transport
   * @param estimate bits per second that the server believes to reach us
   */
  updateReceived(
    stats: Stat[],
    tracks: RemoteTrack[],
    estimate: number | undefined,
  ): void {
    const bySsrc = new Map(stats
      .filter(({ type }) => type === 'inbound-rtp')
      .map((stat) => [stat['ssrc'], stat]));
    const seen = new Set<string>();
    for (const { consumer, peerId, source, layers } of tracks) {
      if (!isPicture(source)) continue;
      const stat = bySsrc.get(ssrcOf(consumer));
      const key = keyOf(peerId, source);
      seen.add(key);
      if (stat) {
        this.#history(key).update(
          received(stat), layers?.spatial, estimate);
      }
    }
    for (const key of this.#histories.keys()) {
      const own = key.endsWith('/self');
      if (!own && !seen.has(key)) this.#histories.delete(key);
    }
  }

  /**
   * @param camera statistics of its producer
   * @param transport statistics of the sending transport
   */
  updateSent(camera: Stat[], transport: Stat[]): void {
    const estimate = selectedPair(transport)?.['availableOutgoingBitrate'];
    this.#history(keyOf('self', 'camera')).update(
      sent(camera), undefined,
      typeof estimate === 'number' ? estimate : undefined);
  }

  #history(key: string): FlowHistory {
    const history = this.#histories.get(key) ?? new FlowHistory();
    this.#histories.set(key, history);
    return history;
  }
}

export function ssrcOf(consumer: types.Consumer): number {
  return consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
}

function received(stat: Stat): FlowCounters {
  return {
    atMs: number(stat['timestamp']),
    bytes: number(stat['bytesReceived']),
    packets: number(stat['packetsReceived']),
    packetsLost: number(stat['packetsLost']),
    frames: number(stat['framesDecoded']),
    freezes: number(stat['freezeCount']),
    width: number(stat['frameWidth']),
    height: number(stat['frameHeight']),
  };
}

/** All layers of a picture together; its size is that of the largest sent. */
function sent(stats: Stat[]): FlowCounters {
  const layers = stats.filter(({ type }) => type === 'outbound-rtp');
  const remote = stats.filter(({ type }) => type === 'remote-inbound-rtp');
  const sum = (all: Stat[], name: string) =>
    all.reduce((total, stat) => total + number(stat[name]), 0);
  const most = (name: string) =>
    Math.max(0, ...layers.map((stat) => number(stat[name])));
  const lost = sum(remote, 'packetsLost');
  return {
    atMs: Math.max(0, ...layers.map((stat) => number(stat['timestamp']))),
    bytes: sum(layers, 'bytesSent'),
    packets: Math.max(0, sum(layers, 'packetsSent') - lost),
    packetsLost: lost,
    frames: most('framesEncoded'),
    freezes: 0,
    width: most('frameWidth'),
    height: most('frameHeight'),
  };
}
