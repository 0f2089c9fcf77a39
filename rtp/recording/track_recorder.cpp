#include "rtp/recording/track_recorder.hpp"

#include "net/base/assert.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

std::shared_ptr<sync_group> group_or_new(std::shared_ptr<sync_group> x) {
  return x ? std::move(x) : std::make_shared<sync_group>();
}

// How often silence is recorded while nothing else is.
constexpr duration silence_interval = std::chrono::milliseconds{200};

} // namespace

track_recorder::track_recorder(const config& x)
    : config_(x)
    , reorder_({.kind = x.kind, .patience = x.patience})
    , builder_(x.codec)
    , clock_({x.clock_rate, x.extensions}, group_or_new(x.sync))
    , filler_(x.start) {
  TROUPE_ASSERT(frame_builder::supports(x.codec));
}

void track_recorder::handle_packet(const media_packet& x, time_point now) {
  ++stats_.packets;
  if (paused_) {
    stats_.packet_drops.add(drop_reason::producer_paused);
    return;
  }
  if (!select(x, now)) {
    stats_.packet_drops.add(drop_reason::other_layer);
    request_keyframes(now);
    return;
  }
  last_packet_ = now;
  keyframes_.handle_packet();
  if (x.filler)
    stats_.packet_drops.add(x.packet.payload().empty()
                                ? drop_reason::padding_only
                                : drop_reason::malformed_payload);
  else
    clock_.handle_packet(x);
  if (auto refused = reorder_.handle_packet(x, now))
    stats_.packet_drops.add(*refused);
  update(now);
}

void track_recorder::handle_sender_report(const source_report& x,
                                          time_point now) {
  if (!clock_.handle_report(x))
    ++stats_.reports_ignored;
  update(now);
}

void track_recorder::handle_pause(time_point now) {
  paused_ = true;
  update(now);
}

void track_recorder::handle_resume(time_point now) {
  paused_ = false;
  reorder_.skip_gap();
  clock_.handle_resume();
  update(now);
}

void track_recorder::handle_timeout(time_point now) {
  reorder_.handle_timeout(now);
  update(now);
}

void track_recorder::finish(time_point now) {
  reorder_.flush();
  clock_.release();
  update(now);
  fill_until_ = now;
}

// Simulcast: a higher encoding takes over with a key frame, and a lower one
// once the present one is silent.
bool track_recorder::select(const media_packet& x, time_point now) {
  if (!encoding_)
    encoding_ = x.encoding;
  if (x.encoding == *encoding_)
    return true;
  if (x.encoding < *encoding_ && now - last_packet_ < encoding_patience)
    return false;
  if (x.keyframe && x.start_of_frame && !x.late) {
    take_over(x, now);
    return true;
  }
  if (!candidate_ || x.encoding >= *candidate_) {
    candidate_ = x.encoding;
    upgrades_.handle_packet();
    upgrades_.request(now);
  }
  return false;
}

void track_recorder::take_over(const media_packet& x, time_point now) {
  encoding_ = x.encoding;
  candidate_.reset();
  upgrades_.handle_keyframe();
  reorder_.restart();
  last_packet_ = now;
}

void track_recorder::update(time_point now) {
  build_frames();
  request_keyframes(now);
  if (held_octets_ > max_held_octets || held_.size() > max_held_frames)
    clock_.release();
  ready_ = clock_.ready(now);
  if (ready_ && config_.kind == media_kind::audio && held_.empty())
    fill_until_ = now - silence_lag;
}

void track_recorder::build_frames() {
  while (auto frame = reorder_.poll_frame())
    hold(*frame);
}

void track_recorder::hold(const reorder::frame& from) {
  pending_frame x;
  if (auto drop = builder_.build(from.packets, from.restart, x.content)) {
    stats_.frame_drops.add(*drop);
    reorder_.handle_broken_frame();
    return;
  }
  if (builder_.was_partial())
    return;
  const auto& first = from.packets.front();
  x.origin = {first.encoding, first.timestamp, first.packet.arrival()};
  held_octets_ += x.content.octets.size();
  held_.push(std::move(x));
}

void track_recorder::request_keyframes(time_point now) {
  if (!reorder_.awaits_keyframe())
    keyframes_.handle_keyframe();
  else if (reorder_.started())
    keyframes_.request(now);
  if (keyframes_.poll(now)) {
    wanted_ = encoding_;
    ++stats_.keyframe_requests;
  } else if (candidate_ && upgrades_.poll(now)) {
    wanted_ = candidate_;
    ++stats_.keyframe_requests;
  }
}

std::optional<media_frame> track_recorder::poll_frame() {
  if (!ready_)
    return std::nullopt;
  if (auto out = poll_held())
    return out;
  if (!fill_until_ || !held_.empty())
    return std::nullopt;
  if (auto at = filler_.poll_until(*fill_until_))
    return make_silence(*at);
  fill_until_.reset();
  return std::nullopt;
}

std::optional<media_frame> track_recorder::poll_held() {
  while (!held_.empty()) {
    auto& next = held_.front();
    if (!next.at)
      next.at = clock_.time_of(next.origin);
    if (config_.kind == media_kind::audio) {
      if (auto at = filler_.poll_before(*next.at))
        return make_silence(*at);
      if (!filler_.admit(*next.at, next.content.length)) {
        stats_.frame_drops.add(frame_drop::overlap);
        held_octets_ -= next.content.octets.size();
        held_.pop();
        continue;
      }
    }
    auto out = make_frame(next);
    held_.pop();
    return out;
  }
  return std::nullopt;
}

media_frame track_recorder::make_frame(pending_frame& x) {
  auto& content = x.content;
  held_octets_ -= content.octets.size();
  ++stats_.frames;
  stats_.keyframes += content.keyframe;
  stats_.octets += content.octets.size();
  media_frame out;
  out.kind = config_.codec;
  out.keyframe = content.keyframe;
  out.time = ascending(*x.at);
  out.length = content.length;
  out.octets = std::move(content.octets);
  out.width = content.size.width;
  out.height = content.size.height;
  return out;
}

media_frame track_recorder::make_silence(time_point at) {
  media_frame out;
  out.kind = config_.codec;
  out.keyframe = true;
  out.time = ascending(at);
  out.length = gap_filler::silence_length;
  out.octets.assign(gap_filler::silence.begin(), gap_filler::silence.end());
  return out;
}

duration track_recorder::ascending(time_point x) {
  auto out = std::max(x - config_.start, next_time_);
  next_time_ = out + std::chrono::milliseconds{1};
  return out;
}

std::optional<duration> track_recorder::poll_jump() {
  auto out = clock_.poll_jump();
  stats_.jumps += out.has_value();
  return out;
}

std::optional<time_point> track_recorder::poll_timeout() const {
  auto out = reorder_.poll_timeout();
  auto consider = [&](std::optional<time_point> x) {
    if (x && (!out || *x < *out))
      out = x;
  };
  consider(keyframes_.poll_timeout());
  consider(upgrades_.poll_timeout());
  if (!ready_ && !held_.empty())
    consider(clock_.hold_end());
  if (auto end = filler_.end(); end && ready_)
    consider(*end + silence_lag + silence_interval);
  return out;
}

recording_stats track_recorder::stats() const {
  auto out = stats_;
  out.packets_lost = reorder_.packets_lost();
  for (size_t i = 0; i < frame_drop_count; ++i) {
    auto reason = static_cast<frame_drop>(i);
    out.frame_drops.add(reason, reorder_.drops().of(reason));
  }
  out.silence_packets = filler_.filled();
  return out;
}

} // namespace troupe::rtp
