#include "rtp/base/jittered_interval.hpp"
#include "rtp/send/forwarder.hpp"

#include <algorithm>

// The parts of the forwarder other than media: feedback, control, watchdog and
// reports.

namespace troupe::rtp {

namespace {

// A request to the producer names at most so many packets.
constexpr size_t max_wanted = 512;

// A receiver is frozen if it has seen no complete picture for freeze_patience
// and for so many intervals between pictures, while so many pictures began.
constexpr int freeze_intervals = 3;
constexpr uint32_t freeze_pictures = 3;

ntp_time later(ntp_time x, duration by) {
  using std::chrono::microseconds;
  auto us = std::chrono::duration_cast<microseconds>(by).count();
  auto units = (us / 1'000'000) * (int64_t{1} << 32)
               + (us % 1'000'000) * (int64_t{1} << 32) / 1'000'000;
  return {x.value + static_cast<uint64_t>(units)};
}

// The time of this server's own clock, whose zero means nothing.
ntp_time own_time(time_point now) {
  return later({}, now.time_since_epoch());
}

} // namespace

// -- RTCP from the receiver ---------------------------------------------------

void forwarder::handle_nack(std::span<const uint16_t> lost, time_point now) {
  ++nacks_received_;
  packets_nacked_ += static_cast<uint32_t>(lost.size());
  if (!running() || !nack_ || !rtx_ssrc_)
    return;
  for (auto x : lost) {
    if (wanted_.size() == max_wanted)
      return;
    auto origin = sequence_.original(x);
    if (!origin || superseded(x) || !stream_.admit_retransmission(x, now))
      continue;
    wanted_.push_back({origin->source, origin->sequence});
    seldom_output_ = true;
  }
}

// Whether the packet precedes the stream's latest beginning, as far as the
// numbers can be compared.
bool forwarder::superseded(uint16_t sequence) const {
  constexpr uint64_t comparable = 1 << 14;
  return congested_ && packets_before_start_ > 0
         && stream_.packets() - packets_before_start_ < comparable
         && static_cast<int16_t>(sequence - start_sequence_) < 0;
}

void forwarder::handle_keyframe_request(time_point now) {
  ++keyframe_requests_;
  if (!running() || config_.kind != media_kind::video)
    return;
  if (may_repeat(now)) {
    --repeats_left_;
    repeat_ = repeat::wanted;
    // The request to start must not delay this one.
    keyframes_.forget();
  }
  keyframes_.request(now);
  collect(now);
}

// Whether the receiver's request for a key frame is that of a newcomer which
// was not ready for the packets that it has been sent. A congested link lost
// them instead, and would lose them again.
bool forwarder::may_repeat(time_point now) const {
  using std::chrono::milliseconds;
  return repeat_ == repeat::none && repeats_left_ > 0 && !congested_
         && !selector_.keyframe_needed()
         && milliseconds{to_milliseconds(now) - began_ms_} <= newcomer_time;
}

void forwarder::handle_report_block(const rtcp::report_block& x,
                                    time_point now) {
  if (x.ssrc != config_.ssrc)
    return;
  stream_.handle_report_block(x, now);
  collect(now);
}

// -- control ------------------------------------------------------------------

void forwarder::pause(time_point now) {
  if (std::exchange(config_.paused, true) || config_.producer_paused)
    return;
  stop(now);
}

void forwarder::resume(time_point now) {
  if (!std::exchange(config_.paused, false) || config_.producer_paused)
    return;
  restart(now, true);
  collect(now);
}

void forwarder::handle_producer_paused(time_point now) {
  if (std::exchange(config_.producer_paused, true) || config_.paused)
    return;
  stop(now);
}

void forwarder::handle_producer_resumed(time_point now) {
  if (!std::exchange(config_.producer_paused, false) || config_.paused)
    return;
  restart(now, true);
  collect(now);
}

void forwarder::handle_connected(time_point now, const numbers_used& used) {
  auto after = [this](const std::optional<uint16_t>& last) {
    return static_cast<uint16_t>(last ? *last + 1
                                      : next_random(random_state_) >> 17);
  };
  auto next = after(used.media);
  sequence_.begin_anew(next);
  stream_.renumber(next);
  rtx_sequence_ = after(used.rtx);
  if (!running())
    return;
  // A pending replay was requested too early, but does no harm. Forget its
  // request, so that it does not delay the new one.
  keyframes_.forget();
  restart(now, true);
  collect(now);
}

std::optional<stream_position> forwarder::position() const {
  auto time = timestamps_.latest();
  if (!time)
    return std::nullopt;
  return stream_position{*time, pictures_};
}

void forwarder::continue_after(const stream_position& x) {
  timestamps_.continue_after(x.time);
  pictures_ = x.pictures;
}

void forwarder::set_layers(std::optional<layers> target, time_point now) {
  if (config_.kind == media_kind::audio)
    return;
  auto ran = running();
  auto resumes = target && !target_;
  target_ = target;
  if (!target) {
    if (ran)
      stop(now);
    return;
  }
  auto before = selector_.wanted_encoding();
  selector_.set_target(*target);
  note_wanted(before, now);
  if (resumes && running())
    restart(now, true);
  collect(now);
}

void forwarder::set_alive(uint8_t spatial_layers, time_point now) {
  auto before = selector_.wanted_encoding();
  selector_.set_alive(spatial_layers);
  note_wanted(before, now);
  collect(now);
}

void forwarder::note_wanted(uint8_t encoding_before, time_point now) {
  // The pending request may be for the encoding that was wanted before.
  if (selector_.wanted_encoding() != encoding_before)
    keyframes_.handle_keyframe();
  request_keyframe_if_needed(now);
}

void forwarder::stop(time_point now) {
  if (selector_.current())
    notify(layers_changed{});
  selector_.restart();
  selector_.poll_changed();
  forget_replay();
  pictures_since_complete_ = 0;
  keyframes_.handle_keyframe();
  wanted_.clear();
  report_due_.reset();
  collect(now);
}

// A stream that waits to start continues to wait for that.
void forwarder::restart(time_point now, bool start) {
  forget_replay();
  start_ = start || (start_ && !selector_.current());
  if (start) {
    reports_ = 0;
    newcomer_ = true;
  }
  selector_.restart();
  request_keyframe_if_needed(now);
}

// Requests a future key frame, even if a replay is under way.
void forwarder::insist_on_keyframe(time_point now) {
  start_ = false;
  keyframes_.handle_keyframe();
  keyframes_.request(now);
}

void forwarder::request_keyframe_if_needed(time_point now) {
  if (running() && selector_.keyframe_needed())
    keyframes_.request(now);
}

// -- output -------------------------------------------------------------------

void forwarder::handle_timeout(time_point now) {
  collect(now);
}

void forwarder::note_complete(time_point now) {
  if (last_complete_ != time_point{} && pictures_since_complete_ > 0) {
    auto interval =
        std::min<duration>((now - last_complete_) / pictures_since_complete_,
                           std::chrono::seconds{1});
    picture_interval_ = picture_interval_ == duration{0}
                            ? interval
                            : (picture_interval_ * 7 + interval) / 8;
  }
  last_complete_ = now;
  pictures_since_complete_ = 0;
}

void forwarder::check_freeze(time_point now) {
  if (pictures_since_complete_ < freeze_pictures
      || last_complete_ == time_point{})
    return;
  if (now - last_complete_ < std::max<duration>(
          freeze_patience, picture_interval_ * freeze_intervals))
    return;
  ++freezes_;
  // The watchdog rests until the key frame comes.
  pictures_since_complete_ = 0;
  last_complete_ = now;
  if (selector_.current())
    restart(now, false);
}

void forwarder::collect(time_point now) {
  if (selector_.poll_changed())
    notify(layers_changed{current_layers()});
  if (replay_wanted_) [[unlikely]] {
    replay_asked_ = std::exchange(replay_wanted_, {});
    notify(keyframe_wanted{*replay_asked_, true, true});
  }
  if (keyframes_.poll(now)) {
    auto again = repeat_ == repeat::wanted;
    repeat_ = again ? repeat::asked : repeat::none;
    notify(keyframe_wanted{selector_.wanted_encoding(), start_ || again});
  }
  if (auto score = stream_.poll_score())
    notify(consumer_score_changed{*score});
  if (report_due_ && now >= *report_due_) {
    // A stream that sends nothing is no sender (RFC 3550, section 6.4).
    report_due_.reset();
    if (std::exchange(sent_since_report_, false)) {
      if (make_report(now) && reports_ < first_audio_reports)
        ++reports_;
      schedule_report(now);
    }
  }
}

void forwarder::schedule_report(time_point now) {
  auto seldom =
      config_.kind == media_kind::audio && reports_ == first_audio_reports;
  report_due_ =
      now
      + jittered_interval(seldom ? audio_report_interval : report_interval,
                          random_state_);
}

// Returns whether there is one: before the producer's first report, the instant
// of a timestamp is unknown.
bool forwarder::make_report(time_point now) {
  if (!selector_.current() || !timestamps_.started())
    return false;
  auto* source = report_of(timestamps_.source());
  if (!source)
    return false;
  auto timestamp = timestamps_.peek(source->encoding, source->timestamp);
  if (!timestamp)
    return false;
  using std::chrono::microseconds;
  auto age = now - source->arrival;
  auto us = std::chrono::duration_cast<microseconds>(age).count();
  auto ticks = us * int64_t{timestamps_.clock_rate()} / 1'000'000;
  auto ntp = continues_ ? own_time(now) : later(source->ntp, age);
  auto info = stream_.make_sender_report(
      ntp, *timestamp + static_cast<uint32_t>(ticks), now);
  rtcp::compound_builder packet;
  packet.add_sender_report(info);
  packet.add_sdes(config_.ssrc, cname_);
  rtcp_.assign(packet.bytes().begin(), packet.bytes().end());
  seldom_output_ = true;
  return true;
}

std::optional<outgoing_batch> forwarder::poll_batch() {
  if (out_.empty())
    return std::nullopt;
  outgoing_batch out{headers_, std::exchange(out_, {})};
  out.begins_anew = std::exchange(batch_begins_anew_, false);
  return out;
}

std::optional<std::vector<packet_key>>
forwarder::poll_retransmission_request() {
  if (!seldom_output_ || wanted_.empty())
    return std::nullopt;
  return std::exchange(wanted_, {});
}

std::optional<std::vector<uint8_t>> forwarder::poll_rtcp() {
  if (!seldom_output_ || rtcp_.empty())
    return std::nullopt;
  return std::exchange(rtcp_, {});
}

std::optional<forwarder_event> forwarder::poll_event() {
  if (!seldom_output_)
    return std::nullopt;
  auto out = events_.pop();
  seldom_output_ = !events_.empty() || !wanted_.empty() || !rtcp_.empty();
  return out;
}

std::optional<time_point> forwarder::poll_timeout() const {
  auto result = report_due_;
  if (auto x = keyframes_.poll_timeout(); x && (!result || *x < *result))
    result = x;
  return result;
}

forwarder_stats forwarder::stats(time_point now) const {
  auto result = forwarder_stats{};
  stream_.fill(result, now);
  result.rtx_ssrc = rtx_ssrc_;
  result.nacks_received = nacks_received_;
  result.packets_nacked = packets_nacked_;
  result.keyframe_requests_received = keyframe_requests_;
  result.freezes = freezes_;
  result.drops = drops_;
  return result;
}

size_t forwarder::memory() const {
  return sizeof(*this) + sizeof(header_writer) + stream_.heap()
         + sequence_.memory() + timestamps_.memory()
         + (replayed_ ? sizeof(replayed_range) : 0)
         + source_reports_.capacity() * sizeof(source_reports_[0])
         + cname_.capacity();
}

} // namespace troupe::rtp
