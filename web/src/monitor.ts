/** Watches a running call: who speaks, and how well each link does. */

import { ActiveSpeaker, type Voice } from './active_speaker';
import type { Call } from './call';
import { Flows, ssrcOf } from './flows';
import { Liveness, type LivenessListener } from './liveness';
import type { LocalMedia } from './local_media';
import { MicMeter } from './mic_meter';
import { QualityTracker, type Quality } from './quality';
import type { RemoteTrack } from './receiver';
import type { Sender } from './sender';
import { SpeakingDetector } from './speaking';
import { number, readStats, selectedPair, type Stat } from './stats';

export interface MonitorListener extends LivenessListener {
  level(personId: string, level: number, speaking: boolean): void;
  quality(personId: string, quality: Quality): void;
  /** Someone else has the floor now, as far as this page can hear. */
  speaker(personId: string): void;
  /** New figures of all pictures are there. */
  measured(): void;
}

const LEVEL_EVERY_MS = 100;
const STATS_EVERY_MS = 1000;

export class Monitor {
  readonly flows = new Flows();
  readonly liveness: Liveness;
  #meter = new MicMeter();
  #detectors = new Map<string, SpeakingDetector>();
  #tracker = new QualityTracker();
  #floor = new ActiveSpeaker();
  #speaker: string | undefined;
  #timers: number[] = [];
  /** Levels by SSRC from getStats, for browsers that give no other. */
  #statLevels = new Map<number, number>();
  #rounds = 0;
  #qualities = new Map<string, Quality>();

  /**
   * @param estimate what the server believes the path to us carries
   * @param receives whether the server was asked to send a picture
   */
  constructor(
    private readonly call: Call,
    private readonly media: LocalMedia,
    private readonly listener: MonitorListener,
    private readonly estimate: () => number | undefined,
    receives: (track: RemoteTrack) => boolean,
  ) {
    this.liveness = new Liveness(call, media, receives, {
      ...listener,
      trouble: (personId, trouble) => {
        listener.trouble(personId, trouble);
        this.#tellQuality(personId);
      },
    });
    this.#timers.push(
      window.setInterval(() => this.#levels(), LEVEL_EVERY_MS),
      window.setInterval(() => void this.#measure(), STATS_EVERY_MS),
    );
  }

  stop(): void {
    this.#timers.forEach((timer) => window.clearInterval(timer));
    this.liveness.stop();
    this.#meter.close();
  }

  #levels(): void {
    this.#meter.follow(this.media.track('mic'));
    this.#report('self', this.media.isOn('mic') ? this.#meter.level() : 0);
    const voices: Voice[] = [];
    for (const track of this.call.receiver?.tracks() ?? []) {
      if (track.source !== 'mic') continue;
      const absent = track.paused || this.liveness.isQuiet(track);
      const level = absent ? 0 : this.#levelOf(track);
      const speaking = this.#report(track.peerId, level);
      voices.push({ id: track.peerId, level, speaking });
    }
    const speaker = this.#floor.update(voices, performance.now());
    if (speaker === undefined || speaker === this.#speaker) return;
    this.#speaker = speaker;
    this.listener.speaker(speaker);
  }

  #report(personId: string, level: number): boolean {
    const detector = this.#detectors.get(personId) ?? new SpeakingDetector();
    this.#detectors.set(personId, detector);
    const speaking = detector.update(level, performance.now());
    this.listener.level(personId, level, speaking);
    return speaking;
  }

  #levelOf({ consumer }: RemoteTrack): number {
    const source = consumer.rtpReceiver?.getSynchronizationSources()[0];
    return source?.audioLevel ?? this.#statLevels.get(ssrcOf(consumer)) ?? 0;
  }

  async #measure(): Promise<void> {
    const { receiver, sender } = this.call;
    if (!receiver || !sender || receiver.transport.closed) return;
    try {
      // Two seconds of packets tell a quality, one is too lively.
      const judges = this.#rounds++ % 2 === 0;
      const received = await readStats(receiver.transport);
      this.liveness.measuredReceived(received);
      this.flows.updateReceived(received, receiver.tracks(), this.estimate());
      await this.#measureSent(sender, judges);
      if (judges) this.#judgeOthers(received, receiver.tracks());
      this.listener.measured();
    } catch (error) {
      // The transport closed while it was being asked: the call is ending.
      if (!receiver.transport.closed) console.warn('No statistics', error);
    }
  }

  async #measureSent(sender: Sender, judges: boolean): Promise<void> {
    const producer = sender.producer('camera');
    const camera = producer && !producer.closed
      ? await readStats(producer) : undefined;
    if (!camera && !judges) return;
    const stats = await readStats(sender.transport);
    this.liveness.measuredSent(stats);
    this.liveness.measuredCamera(camera ?? []);
    if (camera) this.flows.updateSent(camera, stats);
    if (judges) this.#judgeSelf(stats);
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
    const trip = selectedPair(stats)?.['currentRoundTripTime'];
    const roundTrip = typeof trip === 'number' ? trip : undefined;
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
    this.#qualities.set(personId, Math.min(...known) as Quality);
    this.#tellQuality(personId);
  }

  /** No packet tells of a stream that does not come: its quality is none. */
  #tellQuality(personId: string): void {
    const measured = this.#qualities.get(personId);
    const quality = this.liveness.stands(personId) ? 0 : measured;
    if (quality !== undefined) this.listener.quality(personId, quality);
  }
}
