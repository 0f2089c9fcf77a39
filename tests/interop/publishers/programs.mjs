/** The WHIP programs that are tried, and the file of each. */
export const PROGRAMS = {
  FFmpeg: 'ffmpeg.mjs', libdatachannel: 'libdatachannel.mjs',
  GStreamer: 'gstreamer.py', "the RFC author's client": 'libwebrtc.mjs',
};
