/**
 * Parts common to all tested frontends: options, local media, and the
 * statistics for the test. Each frontend has its own signaling.
 */

import type { types } from 'mediasoup-client';

export type Kind = 'audio' | 'video';

export interface Options {
  /** Where the server's signaling is, such as http://127.0.0.1:4443. */
  server: string;
  room: string;
  user: string;
  /** Use every optional field of the protocol instead of none. */
  rich?: boolean;
  produce?: Kind[];
  /** VP8, VP9, H264 or AV1; if absent, the default. */
  codec?: string;
  /** Keep only the TCP candidates that the server offers. */
  tcpOnly?: boolean;
  /** Use UDP alone, to this port in place of the server's. */
  viaPort?: number;
  width?: number;
  height?: number;
  frameRate?: number;
  maxBitrate?: number;
  /** Of the camera, in place of `maxBitrate`: simulcast or SVC. */
  encodings?: types.RtpEncodingParameters[];
}

export interface Received {
  consumer: types.Consumer;
  peerId: string | undefined;
  /** When the server responded to the resume. */
  resumedAt: number;
  /** Milliseconds from then to the first displayed frame. */
  firstFrameMs: number | undefined;
}

export interface Flow {
  kind: Kind;
  producerId: string;
  /** The codec's name without its kind, such as "VP8". */
  codec: string;
  packets: number;
  bytes: number;
  frames: number;
}

export interface InboundFlow extends Flow {
  peerId: string | undefined;
  packetsLost: number;
  audioEnergy: number;
  firstFrameMs: number | undefined;
  width: number;
  framesPerSecond: number;
  freezes: number;
  freezeSeconds: number;
  keyFrames: number;
}

export interface OutboundFlow extends Flow {
  targetBitrate: number;
  retransmitted: number;
  width: number;
}

export interface Figures {
  outbound: OutboundFlow[];
  inbound: InboundFlow[];
  /** Transport protocols of the selected pairs, "udp" or "tcp". */
  protocols: string[];
}

export interface LoggedEvent {
  name: string;
  data: unknown;
}

/** The interface for the test; each bundle puts one on window.troupe. */
export interface Frontend {
  start(options: Options): Promise<void>;
  stats(): Promise<Figures>;
  leave(): Promise<void>;
  /** Whether the connection for signaling is open. */
  online(): boolean;
  /** Connects again as the same user and keeps the transports. */
  comeBack(): Promise<void>;
  events(): LoggedEvent[];
  /** Requests layers of the received video; not every frontend can. */
  prefer?(spatialLayer: number, temporalLayer?: number): Promise<void>;
  /** The producer ids of closed consumers. */
  ended(): string[];
}

declare global {
  interface Window { troupe: Frontend }
}

export async function openMedia(options: Options): Promise<MediaStream> {
  const { produce = ['audio', 'video'] } = options;
  if (produce.length === 0) return new MediaStream();
  return navigator.mediaDevices.getUserMedia({
    audio: produce.includes('audio'),
    video: produce.includes('video') && {
      width: options.width ?? 640,
      height: options.height ?? 360,
      frameRate: options.frameRate ?? 15,
    },
  });
}

/** Removes the candidates that the test excludes. */
export function pruned(
  params: types.TransportOptions,
  options: Options,
): types.TransportOptions {
  const { viaPort: port } = options;
  if (port !== undefined) {
    const iceCandidates = params.iceCandidates
      .filter(({ protocol }) => protocol === 'udp')
      .map((candidate) => ({ ...candidate, port }));
    return { ...params, iceCandidates };
  }
  if (!options.tcpOnly) return params;
  const iceCandidates = params.iceCandidates
    .filter(({ protocol }) => protocol === 'tcp');
  if (iceCandidates.length === 0) throw new Error('no TCP candidate offered');
  return { ...params, iceCandidates };
}

export function producerOptions(
  track: MediaStreamTrack,
  device: types.Device,
  options: Options,
): types.ProducerOptions {
  if (track.kind === 'audio') return { track };
  const wanted = options.codec?.toLowerCase();
  const codec = device.sendRtpCapabilities.codecs?.find(
    ({ mimeType }) => mimeType.toLowerCase() === `video/${wanted}`);
  if (wanted && !codec) throw new Error(`cannot send ${options.codec}`);
  return {
    track,
    ...(codec && { codec }),
    ...(options.maxBitrate && {
      encodings: [{ maxBitrate: options.maxBitrate }],
    }),
    ...(options.encodings && {
      encodings: options.encodings,
      codecOptions: { videoGoogleStartBitrate: 3000 },
    }),
  };
}

/** Plays a received track; for video also times its first frame. */
export function play(received: Received): void {
  const { track } = received.consumer;
  const element = document.createElement(track.kind as Kind);
  element.autoplay = true;
  element.srcObject = new MediaStream([track]);
  document.body.append(element);
  if (element instanceof HTMLVideoElement) {
    element.muted = true;
    element.playsInline = true;
    element.requestVideoFrameCallback(() => {
      received.firstFrameMs = performance.now() - received.resumedAt;
    });
  }
  void element.play();
  received.consumer.observer.on('close', () => element.remove());
}

type Stat = Record<string, never> & { type: string; ssrc: number };

export async function readFigures(
  producers: types.Producer[],
  received: Received[],
  transports: types.Transport[],
): Promise<Figures> {
  const stats: Stat[] = [];
  for (const transport of transports) {
    if (transport.closed) continue;
    (await transport.getStats()).forEach((stat) => stats.push(stat));
  }
  const find = (type: string, ssrc: number | undefined) =>
    stats.find((stat) => stat.type === type && stat.ssrc === ssrc);
  return {
    outbound: producers.map((producer) => outboundFlow(producer,
      find('outbound-rtp', producer.rtpParameters.encodings?.[0]?.ssrc))),
    inbound: received.map((one) => inboundFlow(one, find('inbound-rtp',
      one.consumer.rtpParameters.encodings?.[0]?.ssrc))),
    protocols: protocolsOf(stats),
  };
}

function codecOf(parameters: types.RtpParameters): string {
  return parameters.codecs[0]!.mimeType.split('/')[1]!;
}

function outboundFlow(
  producer: types.Producer,
  stat: Stat | undefined,
): OutboundFlow {
  return {
    kind: producer.kind,
    producerId: producer.id,
    codec: codecOf(producer.rtpParameters),
    packets: stat?.['packetsSent'] ?? 0,
    bytes: stat?.['bytesSent'] ?? 0,
    frames: stat?.['framesEncoded'] ?? 0,
    targetBitrate: stat?.['targetBitrate'] ?? 0,
    retransmitted: stat?.['retransmittedPacketsSent'] ?? 0,
    width: stat?.['frameWidth'] ?? 0,
  };
}

function inboundFlow(
  { consumer, peerId, firstFrameMs }: Received,
  stat: Stat | undefined,
): InboundFlow {
  return {
    kind: consumer.kind,
    producerId: consumer.producerId,
    codec: codecOf(consumer.rtpParameters),
    peerId,
    packets: stat?.['packetsReceived'] ?? 0,
    bytes: stat?.['bytesReceived'] ?? 0,
    frames: stat?.['framesDecoded'] ?? 0,
    packetsLost: stat?.['packetsLost'] ?? 0,
    audioEnergy: stat?.['totalAudioEnergy'] ?? 0,
    firstFrameMs,
    width: stat?.['frameWidth'] ?? 0,
    framesPerSecond: stat?.['framesPerSecond'] ?? 0,
    freezes: stat?.['freezeCount'] ?? 0,
    freezeSeconds: stat?.['totalFreezesDuration'] ?? 0,
    keyFrames: stat?.['keyFramesDecoded'] ?? 0,
  };
}

function protocolsOf(stats: Stat[]): string[] {
  return stats
    .filter((stat) => stat.type === 'candidate-pair' && stat['nominated'] &&
      stat['state'] === 'succeeded')
    .map((pair) => stats.find((stat) =>
      stat['id'] === pair['localCandidateId'])?.['protocol'] ?? 'unknown');
}
