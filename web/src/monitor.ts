/** Watches a running call: who speaks, and how well each link does. */

import type { Call } from './call';
import type { LocalMedia } from './local_media';
import { MicMeter } from './mic_meter';
import { QualityTracker, type Quality } from './quality';
import type { RemoteTrack } from './receiver';
import { SpeakingDetector } from './speaking';

export interface MonitorListener {
  level(personId: string, level: number, speaking: boolean): void;
  quality(personId: string, quality: Quality): void;
}

const LEVEL_EVERY_MS = 100;
const QUALITY_EVERY_MS = 2000;

type Stat = Record<string, unknown> & { type: string };

export class Monitor {
  #meter = new MicMeter();
  #detectors = new Map<string, SpeakingDetector>();
  #tracker = new QualityTracker();
  #timers: number[] = [];
  /** Levels by SSRC from getStats, for browsers that give no other. */
  #statLevels = new Map<number, number>();

  constructor(
    private readonly call: Call,
    private readonly media: LocalMedia,
    private readonly listener: MonitorListener,
  ) {
    this.#timers.push(
      window.setInterval(() => this.#levels(), LEVEL_EVERY_MS),
      window.setInterval(() => void this.#qualities(), QUALITY_EVERY_MS),
    );
  }

  stop(): void {
    this.#timers.forEach((timer) => window.clearInterval(timer));
    this.#meter.close();
  }

  #levels(): void {
    this.#meter.follow(this.media.track('mic'));
    this.#report('self', this.media.isOn('mic') ? this.#meter.level() : 0);
    for (const track of this.call.receiver?.tracks() ?? []) {
      if (track.source !== 'mic') continue;
      this.#report(track.peerId, track.paused ? 0 : this.#levelOf(track));
    }
  }

  #report(personId: string, level: number): void {
    const detector = this.#detectors.get(personId) ?? new SpeakingDetector();
    this.#detectors.set(personId, detector);
    const speaking = detector.update(level, performance.now());
    this.listener.level(personId, level, speaking);
  }

  #levelOf({ consumer }: RemoteTrack): number {
    const source = consumer.rtpReceiver?.getSynchronizationSources()[0];
    return source?.audioLevel ?? this.#statLevels.get(ssrcOf(consumer)) ?? 0;
  }

  async #qualities(): Promise<void> {
    const { receiver, sender } = this.call;
    if (!receiver || !sender || receiver.transport.closed) return;
    try {
      this.#judgeSelf(await readStats(sender.transport));
      this.#judgeOthers(await readStats(receiver.transport), receiver.tracks());
    } catch (error) {
      // The transport closed while it was being asked: the call is ending.
      if (!receiver.transport.closed) console.warn('No statistics', error);
    }
  }

  #judgeSelf(stats: Stat[]): void {
    const reports = stats.filter(({ type }) => type === 'remote-inbound-rtp');
    const outbound = new Map(stats
      .filter(({ type }) => type === 'outbound-rtp')
      .map((stat) => [stat['ssrc'], stat]));
    const ratings = reports.map((report) => this.#tracker.update(
      `self-${String(report['ssrc'])}`,
      {
        packetsLost: number(report['packetsLost']),
        packetsReceived: number(outbound.get(report['ssrc'])?.['packetsSent']) -
          number(report['packetsLost']),
        jitter: number(report['jitter']),
      },
      number(report['roundTripTime']),
    ));
    this.#worst('self', ratings);
  }

  #judgeOthers(stats: Stat[], tracks: RemoteTrack[]): void {
    const roundTrip = roundTripOf(stats);
    const bySsrc = new Map(stats
      .filter(({ type }) => type === 'inbound-rtp')
      .map((stat) => [stat['ssrc'], stat]));
    const ratings = new Map<string, Array<Quality | undefined>>();
    for (const { consumer, peerId } of tracks) {
      const ssrc = ssrcOf(consumer);
      const stat = bySsrc.get(ssrc);
      if (!stat) continue;
      this.#statLevels.set(ssrc, number(stat['audioLevel']));
      const rating = this.#tracker.update(consumer.id, {
        packetsLost: number(stat['packetsLost']),
        packetsReceived: number(stat['packetsReceived']),
        jitter: number(stat['jitter']),
      }, roundTrip);
      ratings.set(peerId, [...(ratings.get(peerId) ?? []), rating]);
    }
    for (const [peerId, all] of ratings) this.#worst(peerId, all);
  }

  #worst(personId: string, ratings: Array<Quality | undefined>): void {
    const known = ratings.filter((rating) => rating !== undefined);
    if (known.length === 0) return;
    this.listener.quality(personId, Math.min(...known) as Quality);
  }
}

function ssrcOf(consumer: RemoteTrack['consumer']): number {
  return consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

async function readStats(transport: {
  getStats(): Promise<RTCStatsReport>;
}): Promise<Stat[]> {
  const stats: Stat[] = [];
  (await transport.getStats()).forEach((stat) => stats.push(stat));
  return stats;
}

function roundTripOf(stats: Stat[]): number | undefined {
  const pair = stats.find((stat) => stat.type === 'candidate-pair' &&
    (stat['nominated'] === true || stat['selected'] === true) &&
    stat['state'] === 'succeeded');
  const value = pair?.['currentRoundTripTime'];
  return typeof value === 'number' ? value : undefined;
}
