#include "bench/load/media/media_source.hpp"

#include "net/base/assert.hpp"

namespace troupe::load {

media_source::media_source(const source_config& cfg, net::rng& random,
                           const arrival_config& arrivals)
    : config_(cfg) {
  TROUPE_ASSERT(cfg.encodings.size() == encoding_count(cfg.kind));
  for (size_t i = 0; i < cfg.encodings.size(); ++i)
    encoders_.push_back(
        std::make_unique<stream_encoder>(cfg, i, random, arrivals));
  phase_ = std::chrono::nanoseconds{
      random.below(static_cast<uint32_t>(frame_interval(cfg.kind).count()))};
}

void media_source::start(net::time_point now, size_t tag_octets) {
  tag_octets_ = tag_octets;
  if (!active_)
    return;
  auto apart =
      frame_interval(config_.kind) / static_cast<int64_t>(encoders_.size());
  auto first = now + phase_;
  for (auto& x : encoders_) {
    x->start(first, tag_octets);
    first += apart;
  }
}

void media_source::set_active(bool on, net::time_point now) {
  if (active_ == on)
    return;
  active_ = on;
  if (!on)
    for (auto& x : encoders_)
      x->stop();
  else if (tag_octets_)
    start(now, *tag_octets_);
}

void media_source::set_audio_level(uint8_t level) {
  for (auto& x : encoders_)
    x->set_audio_level(level);
}

stream_encoder* media_source::find(rtp::ssrc x) {
  for (auto& encoder : encoders_)
    if (encoder->ssrc() == x)
      return encoder.get();
  return nullptr;
}

void media_source::add_reports(rtp::rtcp::compound_builder& out,
                               net::time_point now) const {
  for (const auto& encoder : encoders_)
    if (auto info = encoder->report(now))
      if (out.add_sender_report(*info))
        out.add_sdes(encoder->ssrc(), config_.cname);
}

void media_source::add_to(media_stats& x) const {
  for (const auto& encoder : encoders_) {
    const auto& counts = encoder->counts();
    x.keyframe_requests += counts.keyframe_requests;
    x.keyframes_sent += counts.keyframes;
    x.packets_nacked += counts.packets_nacked;
    x.packets_resent += counts.packets_resent;
  }
}

void media_source::reset_counts() {
  for (auto& x : encoders_)
    x->reset_counts();
}

} // namespace troupe::load
