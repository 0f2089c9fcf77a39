/** Speaks the server's Socket.IO dialect: requests with answers, and pushes. */

import { io, type Socket } from 'socket.io-client';
import type { types } from 'mediasoup-client';
import { connectError, refusalIn } from './server_error';
import { tokens } from './token';

export type PictureSource = 'camera' | 'screen';
export type Source = 'mic' | PictureSource | 'screen-audio';

const SOURCES: readonly unknown[] =
  ['mic', 'camera', 'screen', 'screen-audio'] satisfies Source[];

/** Other frontends may name sources as they like, or not at all. */
export function knownSource(data: SourceData | undefined): Source | undefined {
  return SOURCES.includes(data?.source) ? data!.source : undefined;
}

export function isPicture(source: Source): source is PictureSource {
  return source === 'camera' || source === 'screen';
}

/** What a page says of what it sends; others may say anything, or nothing. */
export interface SourceData {
  source?: Source;
  /** Pixels of width of the largest layer. */
  width?: number;
}

export interface ProducerInfo {
  producerId: string;
  peerId?: string;
  kind?: types.MediaKind;
  paused?: boolean;
  appData?: SourceData;
}

/** No spatial layer: nothing is sent at the moment. */
export interface LayersPush {
  consumerId: string;
  spatialLayer?: number;
  temporalLayer?: number;
}

/** How well a stream arrives; the producer's score is 0 if it has ended. */
export interface ScorePush {
  consumerId: string;
  producerScore: number;
}

/** No spatial layer: nobody receives any of them. */
export interface WantedPush {
  producerId: string;
  spatialLayer?: number;
}

export interface DataProducerInfo {
  dataProducerId: string;
  peerId?: string;
  label?: string;
}

export interface Participant {
  id: string;
  name: string;
  isAudioMuted: boolean;
  isVideoPaused: boolean;
  /** It may moderate. Absent if it may not. */
  isHost?: boolean;
}

/** Someone in the lobby, as hosts are told. */
export interface WaitingClient {
  knockId: string;
  name: string;
  seconds: number;
}

/** What a person in the lobby, or in line for a busy server, is told. */
export interface LobbyWait {
  /** People in the lobby or in line, this one included. */
  waitingCount: number;
  /** A host is there and has been asked. */
  hostPresent: boolean;
  /** The server is busy. Absent in a lobby. */
  reason?: string;
  /** The place in line, from 1. Absent in a lobby. */
  place?: number;
}

/** The host that did something; without id, the server's operator. */
export interface Author {
  peerId?: string;
}

/** A recording that goes on. */
export interface RecordingPush {
  recordingId: string;
  /** Who has begun it; null: the server itself, or its operator. */
  by?: string | null;
  byName?: string;
  /** ISO 8601. */
  startedAt: string;
  title?: string;
  /** With "ask", nobody is recorded before they have agreed. */
  consent?: 'notice' | 'ask';
}

/** A finished recording of the room. */
export interface RecordingSummary {
  recordingId: string;
  title?: string;
  /** When it began: ISO 8601. */
  date: string;
  /** Of its manifest, for an hour; empty if it cannot be played. */
  url?: string;
  durationMs: number;
}

export interface JoinAnswer {
  /** Who this client is in the room, which need not be its socket's id. */
  peerId?: string;
  /** Proves after a reload that this is the same member. */
  rejoinSecret?: string;
  /** Whether this client may moderate. */
  isHost?: boolean;
  /** Whether the room is locked. */
  locked?: boolean;
  /** Whether newcomers wait until a host lets them in. */
  lobby?: boolean;
  /** The recording that goes on, if one does. */
  recording?: RecordingPush | null;
  existingProducers: string[];
  producers?: ProducerInfo[];
  dataProducers?: DataProducerInfo[];
  participants?: Participant[];
}

export interface ConsumeAnswer {
  id: string;
  producerId: string;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  peerId?: string;
  appData?: SourceData;
  producerPaused?: boolean;
}

export interface Pushes {
  'new-producer': (info: ProducerInfo) => void;
  'producer-closed': (info: { producerId: string }) => void;
  /** `by` is there if not its own client paused it. */
  'producer-paused': (info: { producerId: string; by?: Author }) => void;
  'producer-resumed': (info: { producerId: string }) => void;
  'producer-layers-wanted': (info: WantedPush) => void;
  kicked: (info?: { by?: Author }) => void;
  'room-closed': (info?: { by?: Author }) => void;
  'room-locked': (info: { locked: boolean; by?: Author }) => void;
  'host-changed': (info: { isHost: boolean; by?: Author }) => void;
  'unmute-requested': (info: { kind: types.MediaKind; by?: Author }) => void;
  'lobby-changed': (info: { enabled: boolean; by?: Author }) => void;
  'lobby-list': (info: { waiting: WaitingClient[] }) => void;
  'lobby-entered': (info: LobbyWait) => void;
  'lobby-message': (info: { message: string; name?: string }) => void;
  'recording-started': (info: RecordingPush) => void;
  'recording-stopped': (info: { recordingId: string; reason: string }) => void;
  'recording-consent-asked': (info: RecordingPush) => void;
  'server-draining': (info: { seconds: number }) => void;
  'consumer-closed': (info: { consumerId: string }) => void;
  'consumer-layers-changed': (info: LayersPush) => void;
  'consumer-score': (info: ScorePush) => void;
  'active-speaker': (info: { peerId?: string }) => void;
  'new-data-producer': (info: DataProducerInfo) => void;
  'data-producer-closed': (info: DataProducerInfo) => void;
  'data-consumer-closed': (info: { dataConsumerId: string }) => void;
  'participant-list-update': (people: Participant[]) => void;
  'participant-left': (info: { peerId: string }) => void;
}

export interface ConnectionListener {
  /** Each time a connection stands; the server knows nothing of the last. */
  connected(): void;
  /** @param final the server closed it for good; no retry follows */
  disconnected(final: boolean): void;
  /** @param final the server refused; no retry follows */
  failed(error: Error, final: boolean): void;
}

/** What the server is told with each connection: docs/auth.md. */
export function credentials(name: string): { name: string; token?: string } {
  const { token } = tokens;
  return token ? { name, token } : { name };
}

const ANSWER_WITHIN_MS = 10_000;

export class Signaling {
  #socket: Socket;
  #heard = 0;
  #pingEveryMs: number | undefined;

  /** @param room named in the URL, so that a load balancer can read it */
  constructor(name: string, listener: ConnectionListener, room?: string) {
    this.#socket = io({
      path: '/socket.io/',
      query: room ? { roomId: room } : {},
      auth: (send) => send(credentials(name)),
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      autoConnect: false,
      reconnectionDelay: 500,
      reconnectionDelayMax: 4000,
    });
    this.#socket.io.on('open', () =>
      this.#socket.io.engine.on('packet', () => { this.#heard++; }));
    this.#socket.on('connect', () => listener.connected());
    this.#socket.on('connect_error', (error) =>
      listener.failed(connectError(error), !this.#socket.active));
    this.#socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      listener.disconnected(reason === 'io server disconnect');
    });
  }

  /**
   * This person's id in the room. A server that keeps places for those who
   * lost their connection gives it back to them.
   */
  get peerId(): string {
    return this.#socket.id ?? '';
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** What carries the connection now. */
  get carrier(): 'websocket' | 'polling' {
    return this.#socket.io.engine?.transport.name === 'polling'
      ? 'polling' : 'websocket';
  }

  /** How many packets have come from the server, its pings included. */
  get heard(): number {
    return this.#heard;
  }

  /** The server pings this often; undefined before it has said so. */
  get pingEveryMs(): number | undefined {
    return this.#pingEveryMs;
  }

  connect(): void {
    this.#socket.connect();
    this.#socket.io.engine.once('handshake', ({ pingInterval }) => {
      this.#pingEveryMs = pingInterval;
    });
  }

  close(): void {
    this.#socket.disconnect();
  }

  on<Name extends keyof Pushes>(name: Name, handler: Pushes[Name]): void {
    this.#socket.on(name as string, handler as (...args: unknown[]) => void);
  }

  /** Sends a request; throws a ServerError if the server refuses. */
  async request<Answer>(
    name: string,
    data: object = {},
    withinMs = ANSWER_WITHIN_MS,
  ): Promise<Answer> {
    // What waits for the next connection would come before its join.
    if (!this.#socket.connected) throw new Error('Connection lost');
    const answer = await this.#socket
      .timeout(withinMs)
      .emitWithAck(name, data);
    const refusal = refusalIn(answer);
    if (refusal) throw refusal;
    return answer as Answer;
  }
}

/** What a request needs; a narrow view of Signaling for the media classes. */
export type Requester = Pick<Signaling, 'request'>;

/** What shows whether the server still speaks. */
export type Connection =
  Pick<Signaling, 'request' | 'heard' | 'pingEveryMs'>;
