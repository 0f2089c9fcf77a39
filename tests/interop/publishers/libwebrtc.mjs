/**
 * Publishes by the RFC author's client on libwebrtc until its input ends, and then prints
 * how many pictures it has sent:
 *   node libwebrtc.mjs URL [TOKEN]
 * Candidates trickle by PATCH.
 */

import wrtc from '@roamhq/wrtc';
import { WHIPClient } from 'whip-whep/whip.js';

const { RTCPeerConnection, MediaStream, nonstandard } = wrtc;
const WIDTH = 320;
const HEIGHT = 240;
const SAMPLES = 480; // 10 ms

const [url, token] = process.argv.slice(2);

const camera = new nonstandard.RTCVideoSource();
const microphone = new nonstandard.RTCAudioSource();
const stream = new MediaStream();
const connection = new RTCPeerConnection();
for (const source of [camera, microphone]) {
  connection.addTransceiver(source.createTrack(),
    { direction: 'sendonly', streams: [stream] });
}

let turn = 0;
const picture = setInterval(() => {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 1.5).fill(128);
  data.fill(turn++ * 4 % 256, 0, WIDTH * HEIGHT / 2);
  camera.onFrame({ width: WIDTH, height: HEIGHT, data });
}, 1000 / 15);
let at = 0;
const tone = setInterval(() => {
  const samples = Int16Array.from({ length: SAMPLES }, () =>
    8000 * Math.sin(at++ * 2 * Math.PI * 440 / 48_000));
  microphone.onData({ samples, sampleRate: 48_000, bitsPerSample: 16,
    channelCount: 1, numberOfFrames: SAMPLES });
}, 10);

const client = new WHIPClient();
await client.publish(connection, url, token);
const before = turn;

await new Promise((done) => process.stdin.on('end', done).resume());
await client.stop();
console.log(`pictures: ${turn - before}`);
clearInterval(picture);
clearInterval(tone);
connection.close();
process.exit(0);
