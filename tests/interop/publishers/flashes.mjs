/**
 * A camera and a microphone that see and hear the same moments: each second
 * begins with a flash and a beep of 100 ms. Sent as bare RTP into a room by the
 * dialect `broadcaster`, with sender reports of one clock.
 */

import { createSocket } from 'node:dgram';
import { openSource } from './source.mjs';

const CNAME = 'flashes';
const ON = 'lt(mod(t,1),0.1)';
const PICTURE = 'color=black:size=320x240:rate=30,' +
  `drawbox=enable='${ON}':color=white:t=fill,format=yuv420p`;
const TONE = `aevalsrc='if(${ON},0.5*sin(2*PI*1000*t),0)':s=48000,` +
  'aformat=sample_fmts=s16:channel_layouts=stereo';
const MOST_OCTETS = 1100;
/** What is encoded before the first packet is sent, and then sent for ever. */
const LOOP_MS = 4000;
const TICK_MS = 5;
const NTP_EPOCH_S = 2_208_988_800;

/** What an encoder gives: payloads of RTP, and when they were captured. */
const TRACKS = {
  video: {
    open: () => openSource(PICTURE, 'video', 'libvpx', { bitrate: '300k', gopSize: 60,
      options: { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' } }),
    codec: { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
    ssrc: 11,
    // An encoder and a pacer take their time.
    delayMs: 80,
    // RFC 7741, section 4.2: S begins a frame.
    *payloads(frame) {
      for (let i = 0; i < frame.length; i += MOST_OCTETS) {
        yield Buffer.concat([Buffer.from([i === 0 ? 0x10 : 0]),
          frame.subarray(i, i + MOST_OCTETS)]);
      }
    },
  },
  audio: {
    open: () => openSource(TONE, 'audio', 'libopus', { bitrate: '64k' }),
    codec: { mimeType: 'audio/opus', payloadType: 97, clockRate: 48_000, channels: 2 },
    ssrc: 12,
    delayMs: 10,
    *payloads(packet) {
      yield packet;
    },
  },
};

class Track {
  #facts;
  #send;
  #sequence = 65_000; // wraps soon
  #base = 2 ** 32 - 100_000; // as does the media clock

  constructor(facts, send) {
    this.#facts = facts;
    this.#send = send;
  }

  #timestamp(ms) {
    return (this.#base + Math.round(ms * this.#facts.codec.clockRate / 1000)) % 2 ** 32;
  }

  /** Sends what was captured `ms` after the start. */
  send(octets, ms) {
    const payloads = [...this.#facts.payloads(octets)];
    payloads.forEach((payload, i) => {
      const head = Buffer.alloc(12);
      const marker = i + 1 === payloads.length ? 0x80 : 0;
      head.set([0x80, marker | this.#facts.codec.payloadType]);
      head.writeUInt16BE(this.#sequence++ % 65_536, 2);
      head.writeUInt32BE(this.#timestamp(ms), 4);
      head.writeUInt32BE(this.#facts.ssrc, 8);
      this.#send(Buffer.concat([head, payload]));
    });
  }

  /** Sends a sender report (RFC 3550, section 6.4.1) of that moment. */
  report(ms, wallMs) {
    const out = Buffer.alloc(28);
    out.set([0x80, 200, 0, 6]);
    out.writeUInt32BE(this.#facts.ssrc, 4);
    out.writeUInt32BE(Math.floor(wallMs / 1000) + NTP_EPOCH_S, 8);
    out.writeUInt32BE(Math.floor((wallMs % 1000) / 1000 * 2 ** 32), 12);
    out.writeUInt32BE(this.#timestamp(ms), 16);
    this.#send(out);
  }
}

/** Encodes the first seconds, with the time of each piece. */
async function encode({ open }) {
  const out = [];
  const { packets } = await open();
  for await (const packet of packets()) {
    if (!packet) continue;
    const { num, den } = packet.timeBase;
    const ms = Number(packet.pts) * num / den * 1000;
    if (ms >= LOOP_MS) break;
    out.push({ octets: Buffer.from(packet.data), ms });
  }
  return out;
}

/** Sends what of a track is due `now` ms after the start, and a report a second. */
function sendDue(x, now, wall) {
  for (;;) {
    const { octets, ms } = x.pieces[x.sent % x.pieces.length];
    const at = ms + Math.floor(x.sent / x.pieces.length) * LOOP_MS;
    if (at + x.facts.delayMs > now) break;
    x.track.send(octets, at);
    ++x.sent;
  }
  if (x.sent > 0 && now >= x.reported * 1000) {
    x.track.report(now, wall + now);
    ++x.reported;
  }
}

export class Flashes {
  #socket = createSocket('udp4');
  #timer;

  /** Sends into a room of the server until it is stopped. */
  static async start(server, room) {
    const out = new Flashes();
    const post = async (path, body) => {
      const answer = await fetch(`${server.url}/rooms/${room}/broadcasters${path}`, {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    await post('', { id: 'cam', displayName: 'Cam' });
    const { id, ip, port } = await post('/cam/transports',
      { type: 'plain', rtcpMux: true, comedia: true });
    for (const [kind, { codec, ssrc }] of Object.entries(TRACKS)) {
      await post(`/cam/transports/${id}/producers`, { kind, rtpParameters: {
        codecs: [codec], encodings: [{ ssrc }], rtcp: { cname: CNAME } } });
    }
    const send = (octets) => out.#socket.send(octets, port, ip);
    const tracks = await Promise.all(Object.values(TRACKS).map(async (facts) => ({
      pieces: await encode(facts), track: new Track(facts, send), facts, sent: 0,
      reported: 0 })));
    const began = performance.now();
    const wall = Date.now();
    out.#timer = setInterval(() => {
      for (const x of tracks) sendDue(x, performance.now() - began, wall);
    }, TICK_MS);
    return out;
  }

  stop() {
    clearInterval(this.#timer);
    this.#socket.close();
  }
}
