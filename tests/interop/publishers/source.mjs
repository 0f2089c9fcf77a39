/** A moving picture and a tone, encoded by FFmpeg's libraries. */

import { Decoder, Demuxer, Encoder } from 'node-av';

// node-av calls it, and Node has it from version 22 on.
Promise.withResolvers ??= function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) =>
    Object.assign(made, { resolve, reject }));
  return made;
};

const PICTURE = 'testsrc=size=320x240:rate=15,format=yuv420p,realtime';
const TONE = 'sine=frequency=440:sample_rate=48000,' +
  'aformat=channel_layouts=stereo,arealtime';

/** A source of libavfilter's, and its encoder. */
export async function openSource(description, kind, codec, options) {
  const demuxer = await Demuxer.open(description, { format: 'lavfi' });
  const decoder = await Decoder.create(demuxer[kind]());
  const encoder = await Encoder.create(codec, { decoder, ...options });
  return {
    encoder,
    packets: () => encoder.packets(decoder.frames(demuxer.packets())),
  };
}

/**
 * H264 with a key frame every `seconds`, and nothing that waits for later frames.
 * No faster preset: x264's "ultrafast" makes each profile a baseline one.
 */
export const openPicture = (profile, seconds = 1) => openSource(PICTURE, 'video', 'libx264', {
  bitrate: '300k',
  gopSize: 15 * Number(seconds),
  maxBFrames: 0,
  options: { preset: 'superfast', tune: 'zerolatency', profile },
});

export const openTone = () => openSource(TONE, 'audio', 'libopus', { bitrate: '64k' });
