/**
 * Watches a running call for interruptions: pictures that stand, voices and
 * uploads that have ceased, and a server or network that is gone.
 */

import { Arrivals, PICTURE_PATIENCE_MS, type StreamSight } from './arrivals';
import type { Call } from './call';
import type { LocalMedia } from './local_media';
import {
  OUTAGE_AFTER_MS, OutageWatch, type Outage, type Signs,
} from './outage';
import type { RemoteTrack } from './receiver';
import { arrivedOn, number, total, type Stat } from './stats';
import type { Trouble } from './trouble_words';
import { UploadWatch } from './upload';
import { WatchedTime } from './watched_time';

export interface LivenessListener {
  /** Something is wrong with what is shown of a person, or no longer. */
  trouble(personId: string, trouble: Trouble | undefined): void;
  screenTrouble(personId: string, trouble: Trouble | undefined): void;
  /** Told again while it lasts, since its duration grows. */
  outage(outage: Outage | undefined): void;
}

const LOOK_EVERY_MS = 250;
const STALE_LEVEL_MS = 1000;

export class Liveness {
  /** The signaling connection is lost and being found again. */
  reconnecting = false;
  /** Others are in the room. */
  company = false;
  #time = new WatchedTime();
  #now = 0;
  #arrivals = new Arrivals();
  #watch = new OutageWatch();
  #upload = new UploadWatch();
  #received = 0;
  #sent = { path: 0, packets: 0, reports: 0 };
  #frames: number | undefined;
  #entered = false;
  #asking = false;
  #outage = false;
  #troubles = new Map<string, Trouble>();
  #timer: number;

  /** @param receives whether the server was asked to send a picture */
  constructor(
    private readonly call: Call,
    private readonly media: LocalMedia,
    private readonly receives: (track: RemoteTrack) => boolean,
    private readonly listener: LivenessListener,
  ) {
    this.#timer = window.setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
  }

  /** Nothing of this person arrives that should. */
  stands(personId: string): boolean {
    const trouble = this.#troubles.get(personId);
    return trouble !== undefined && trouble !== 'camera-stands';
  }

  /** No packet of this voice has come for a second: its level is out of date. */
  isQuiet({ consumer }: RemoteTrack): boolean {
    return this.#arrivals.quietMs(consumer.id, this.#now) >= STALE_LEVEL_MS;
  }

  /** Takes the statistics of the receiving transport. */
  measuredReceived(stats: Stat[]): void {
    this.#received = arrivedOn(stats);
  }

  /** Takes the statistics of the sending transport. */
  measuredSent(stats: Stat[]): void {
    this.#sent = {
      path: arrivedOn(stats),
      packets: total(stats, 'outbound-rtp', 'packetsSent'),
      reports: total(stats, 'remote-inbound-rtp', 'timestamp'),
    };
  }

  /** Takes the statistics of the camera's producer. */
  measuredCamera(stats: Stat[]): void {
    const source = stats.find(({ type }) => type === 'media-source');
    this.#frames = source && 'frames' in source
      ? number(source['frames']) : undefined;
  }

  #look(): void {
    const tracks = this.call.receiver?.tracks();
    if (tracks) this.#entered = true;
    if (!this.#entered) return;
    const now = this.#now = this.#time.at(performance.now());
    this.#arrivals.update((tracks ?? []).map((track) => this.#sight(track)),
      now);
    const signs = this.#signs();
    const outage = this.#watch.update(signs, now);
    if (this.#watch.asks(signs, now)) void this.#ask();
    if (outage || this.#outage) this.listener.outage(outage);
    this.#outage = outage !== undefined;
    this.#judgeOthers(tracks ?? [], signs, outage, now);
    this.#judgeSelf(outage, now);
  }

  #sight(track: RemoteTrack): StreamSight {
    const { consumer, peerId: personId, source, paused, layers } = track;
    const withheld = layers !== undefined && layers.spatial === undefined;
    return {
      id: consumer.id, personId, source,
      mark: consumer.rtpReceiver?.getSynchronizationSources()[0]?.timestamp,
      due: !paused && !consumer.closed && (source === 'mic' ||
        (!withheld && this.receives(track))),
      senderSilent: track.senderSilent,
    };
  }

  #signs(): Signs {
    const { connection, receiver, sender } = this.call;
    return {
      online: navigator.onLine,
      reconnecting: this.reconnecting,
      signaled: connection.heard,
      pingEveryMs: connection.pingEveryMs,
      path: this.#received + this.#sent.path,
      pathLost: isLost(receiver?.transport) || isLost(sender?.transport),
      mediaAtMs: this.#arrivals.latestAtMs(),
      voicesDue: this.#arrivals.voicesDue(),
    };
  }

  #judgeOthers(
    tracks: RemoteTrack[],
    { mediaAtMs }: Signs,
    outage: Outage | undefined,
    now: number,
  ): void {
    const silent = mediaAtMs !== undefined &&
      now - mediaAtMs >= OUTAGE_AFTER_MS;
    const people = new Set(tracks.map(({ peerId }) => peerId));
    for (const id of this.#troubles.keys()) {
      if (id !== 'self' && !people.has(id)) this.#troubles.delete(id);
    }
    for (const id of people) {
      this.#tell(id, this.#arrivals.troubleOf(id, now, silent));
    }
    const broken = outage !== undefined && outage.reason !== 'signaling';
    for (const { peerId, source, consumer, paused } of tracks) {
      if (source !== 'screen') continue;
      const quietMs = this.#arrivals.quietMs(consumer.id, now);
      this.listener.screenTrouble(peerId,
        paused ? 'screen-paused'
          : broken && quietMs >= PICTURE_PATIENCE_MS ? 'screen-stands'
            : undefined);
    }
  }

  #judgeSelf(outage: Outage | undefined, now: number): void {
    const { sender } = this.call;
    const unreachable = outage?.reason === 'server' ||
      outage?.reason === 'offline';
    const trouble = this.#upload.update({
      voice: this.media.isOn('mic'),
      picture: this.media.isOn('camera'),
      pathLost: isLost(sender?.transport),
      packets: this.#sent.packets,
      reports: this.#sent.reports,
      frames: this.#frames,
    }, unreachable, now);
    this.#tell('self', this.company ? trouble : undefined);
  }

  #tell(personId: string, trouble: Trouble | undefined): void {
    if (this.#troubles.get(personId) === trouble) return;
    if (trouble) this.#troubles.set(personId, trouble);
    else this.#troubles.delete(personId);
    this.listener.trouble(personId, trouble);
  }

  /** Any answer shows that the server is there, a refusal as well. */
  async #ask(): Promise<void> {
    const { connection, receiver } = this.call;
    if (this.#asking || !receiver) return;
    this.#asking = true;
    await connection.request('get-stats', { transportId: receiver.transport.id })
      .catch(() => undefined);
    this.#asking = false;
  }
}

function isLost(transport: { connectionState: string } | undefined): boolean {
  return transport?.connectionState === 'disconnected' ||
    transport?.connectionState === 'failed';
}
