/**
 * Publishes by FFmpeg's own WHIP muxer until its input ends:
 *   node ffmpeg.mjs URL [TOKEN]
 */

import { Muxer } from 'node-av';
import { openPicture, openTone } from './source.mjs';

const [url, token] = process.argv.slice(2);
const sources = [await openPicture('main'), await openTone()];
const muxer = await Muxer.open(url, {
  format: 'whip', options: token ? { authorization: token } : {},
});

/** Ends the session as FFmpeg's command line does on `q`. */
let over = false;
process.stdin.on('end', () => { over = true; }).resume();

await Promise.all(sources.map(async ({ encoder, packets }) => {
  const index = muxer.addStream(encoder);
  for await (const packet of packets()) {
    if (over) break;
    if (packet) await muxer.writePacket(packet, index);
  }
}));
await muxer.close();
process.exit(0);
