/**
 * Publishes by FFmpeg's own WHIP muxer until its input ends, and then prints
 * how many pictures it has sent:
 *   node ffmpeg.mjs URL [TOKEN [SECONDS]]
 * SECONDS: from a key frame to the next one (1).
 */

import { Muxer } from 'node-av';
import { openPicture, openTone } from './source.mjs';

const [url, token, seconds] = process.argv.slice(2);
const sources = [await openPicture('main', seconds), await openTone()];
const muxer = await Muxer.open(url, {
  format: 'whip', options: token ? { authorization: token } : {},
});

/** Ends the session as FFmpeg's command line does on `q`. */
let over = false;
let pictures = 0;
process.stdin.on('end', () => { over = true; }).resume();

await Promise.all(sources.map(async ({ encoder, packets }) => {
  const index = muxer.addStream(encoder);
  for await (const packet of packets()) {
    if (over) break;
    if (!packet) continue;
    await muxer.writePacket(packet, index);
    if (index === 0) ++pictures;
  }
}));
await muxer.close();
console.log(`pictures: ${pictures}`);
process.exit(0);
