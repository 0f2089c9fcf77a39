/**
 * Publishes by libdatachannel, as OBS does, until its input ends, and then prints
 * how many pictures it has sent:
 *   node libdatachannel.mjs URL [TOKEN [SECONDS]]
 * SECONDS: from a key frame to the next one (1).
 * One POST with all candidates; the session ends by DELETE, which must be
 * answered with exactly 200.
 */

import rtc from 'node-datachannel';
import { openPicture, openTone } from './source.mjs';

const [url, token, seconds] = process.argv.slice(2);
const authorization = token ? { Authorization: `Bearer ${token}` } : {};

const connection = new rtc.PeerConnection('publisher', { iceServers: [] });

function add(media, ssrc, payloadType, clockRate, Packetizer, ...how) {
  media.addSSRC(ssrc, 'publisher', 'stream', media.mid());
  const track = connection.addTrack(media);
  const config = new rtc.RtpPacketizationConfig(
    ssrc, 'publisher', payloadType, clockRate);
  const chain = new Packetizer(...how, config);
  chain.addToChain(new rtc.RtcpSrReporter(config));
  chain.addToChain(new rtc.RtcpNackResponder());
  track.setMediaHandler(chain);
  return { track, config, clockRate };
}

const sound = new rtc.Audio('0', 'SendOnly');
sound.addOpusCodec(111);
const picture = new rtc.Video('1', 'SendOnly');
picture.addH264Codec(96);
const tracks = [
  add(picture, 2222, 96, 90_000, rtc.H264RtpPacketizer, 'StartSequence'),
  add(sound, 1111, 111, 48_000, rtc.RtpPacketizer),
];

const gathered = new Promise((done) => {
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') done();
  });
});
const opened = new Promise((done) => {
  connection.onStateChange((state) => { if (state === 'connected') done(); });
});
connection.setLocalDescription();
await gathered;
const answer = await fetch(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/sdp', ...authorization },
  body: connection.localDescription().sdp,
});
if (answer.status !== 201) {
  throw new Error(`${answer.status} ${await answer.text()}`);
}
const session = new URL(answer.headers.get('location'), url);
connection.setRemoteDescription(await answer.text(), 'answer');
await opened;

let over = false;
let pictures = 0;
process.stdin.on('end', () => { over = true; }).resume();

const sources = [await openPicture('baseline', seconds), await openTone()];
await Promise.all(sources.map(async ({ packets }, at) => {
  const { track, config, clockRate } = tracks[at];
  for await (const packet of packets()) {
    if (over) break;
    if (!packet) continue;
    const { num, den } = packet.timeBase;
    config.timestamp = Math.round(Number(packet.pts) * num / den * clockRate);
    track.sendMessageBinary(packet.data);
    if (at === 0) ++pictures;
  }
}));
const end = await fetch(session, { method: 'DELETE' });
connection.close();
console.log(`pictures: ${pictures}`);
rtc.cleanup();
process.exit(end.status === 200 ? 0 : 1);
