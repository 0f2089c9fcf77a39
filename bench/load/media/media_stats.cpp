#include "bench/load/media/media_stats.hpp"

namespace troupe::load {

void stream_quality::add(const stream_quality& x) {
  received.add(x.received);
  sequence.add(x.sequence);
  decrypted += x.decrypted;
  decrypt_failures += x.decrypt_failures;
  unstamped += x.unstamped;
  keyframes += x.keyframes;
  latency.merge(x.latency);
  frame_latency.merge(x.frame_latency);
  keyframe_latency.merge(x.keyframe_latency);
}

void media_stats::add(const media_stats& x) {
  in.add(x.in);
  out.add(x.out);
  rtp_in.add(x.rtp_in);
  rtp_out.add(x.rtp_out);
  rtcp_in.add(x.rtcp_in);
  rtcp_out.add(x.rtcp_out);
  audio.add(x.audio);
  video.add(x.video);
  unknown_ssrc += x.unknown_ssrc;
  rtcp_failures += x.rtcp_failures;
  kernel_drops += x.kernel_drops;
  send_failures += x.send_failures;
  impaired_in += x.impaired_in;
  impaired_out += x.impaired_out;
  keyframe_requests += x.keyframe_requests;
  keyframes_sent += x.keyframes_sent;
  packets_nacked += x.packets_nacked;
  packets_resent += x.packets_resent;
  feedbacks_received += x.feedbacks_received;
  plis_sent += x.plis_sent;
  packets_requested += x.packets_requested;
  feedbacks_sent += x.feedbacks_sent;
}

uint64_t media_stats::lost_by_server() const {
  auto lost = audio.sequence.lost + video.sequence.lost;
  auto ours = kernel_drops + impaired_in;
  return lost > ours ? lost - ours : 0;
}

void generator_health::add(const generator_health& x) {
  lateness.merge(x.lateness);
  frames_sent += x.frames_sent;
  frames_skipped += x.frames_skipped;
  kernel_drops += x.kernel_drops;
  send_failures += x.send_failures;
}

} // namespace troupe::load
