#include "rtp/forwarder.hpp"

#include "rtp/spread.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// The producer bounds the rate for all consumers; this only keeps one receiver
// from flooding it with messages.
constexpr auto keyframe_intervals = keyframe_requester::intervals{
    std::chrono::milliseconds{200}, std::chrono::seconds{1}};

// A request to the producer names no more than this.
constexpr size_t max_wanted = 512;

std::shared_ptr<const header_writer> make_headers(const forwarder::config& x) {
  auto result =
      std::make_shared<header_writer>(x.source_extensions, x.extensions);
  result->set_mid(x.mid);
  return result;
}

ntp_time later(ntp_time x, duration by) {
  using std::chrono::microseconds;
  auto us = std::chrono::duration_cast<microseconds>(by).count();
  auto units = (us / 1'000'000) * (int64_t{1} << 32)
               + (us % 1'000'000) * (int64_t{1} << 32) / 1'000'000;
  return {x.value + static_cast<uint64_t>(units)};
}

} // namespace

forwarder::forwarder(config x, net::rng& random)
    : config_(std::move(x))
    , headers_(make_headers(config_))
    , target_(config_.layout.highest())
    , selector_(config_.kind == media_kind::audio)
    , sequence_(static_cast<uint16_t>(random.u32()))
    , timestamps_(config_.clock_rate, random.u32())
    , stream_(config_.ssrc)
    , keyframes_(keyframe_intervals)
    , rtx_sequence_(static_cast<uint16_t>(random.u32()))
    , dice_(random.u32()) {
  selector_.set_target(config_.layout.encodings() - 1);
}

// -- media --------------------------------------------------------------------

void forwarder::handle_batch(const media_batch& batch, time_point now) {
  if (!running()) {
    drops_.add(config_.paused ? drop_reason::consumer_paused
                              : drop_reason::producer_paused,
               batch->size());
    return;
  }
  out_.reserve(out_.size() + batch->size());
  for (auto& x : *batch)
    handle_packet(x, now);
  collect(now);
}

void forwarder::handle_packet(const media_packet& x, time_point now) {
  if (replayed_ && replayed_already(x)) [[unlikely]] {
    drops_.add(drop_reason::duplicate);
    return;
  }
  if (now - x.packet.arrival() > config_.max_queueing) [[unlikely]] {
    drops_.add(drop_reason::overload);
    sequence_.drop({x.encoding, x.sequence});
    if (config_.kind == media_kind::video)
      restart(now, false);
    return;
  }
  keyframes_.handle_packet();
  switch (selector_.decide(x)) {
    case layer_selector::decision::forward:
      if (x.keyframe)
        keyframes_.handle_keyframe();
      forward(x, now);
      return;
    case layer_selector::decision::begin:
      keyframes_.handle_keyframe();
      begin();
      forward(x, now);
      return;
    case layer_selector::decision::other_layer:
      drops_.add(drop_reason::other_layer);
      return;
    case layer_selector::decision::awaiting_keyframe:
      drops_.add(drop_reason::awaiting_keyframe);
      request_keyframe_if_needed(now);
      return;
  }
}

void forwarder::begin() {
  sequence_.resync();
  start_ = false;
  events_.push(layers_changed{current_layers()});
}

void forwarder::handle_replay(const media_batch& batch, time_point now) {
  if (!running() || selector_.current() || batch->empty()
      || selector_.keyframe_needed() != batch->front().encoding)
    return;
  if (!can_replay(*batch)) {
    insist_on_keyframe(now);
    collect(now);
    return;
  }
  // A wish of the receiver's own is for a key frame yet to come.
  if (start_)
    keyframes_.handle_keyframe();
  selector_.begin();
  begin();
  out_.reserve(out_.size() + batch->size());
  for (auto& x : *batch)
    if (sequence_.is_new({x.encoding, x.sequence}))
      forward(x, now);
  auto& first = batch->front();
  replayed_ = {first.encoding, first.sequence, batch->back().sequence};
  collect(now);
}

bool forwarder::can_replay(const std::vector<media_packet>& group) const {
  auto origin = [](const media_packet& x) {
    return sequence_rewriter::origin{x.encoding, x.sequence};
  };
  auto fresh = std::ranges::find_if(
      group, [&](auto& x) { return sequence_.is_new(origin(x)); });
  // What the receiver has of it must be all of it up to there.
  return std::all_of(
             group.begin(), fresh,
             [&](auto& x) { return x.filler || sequence_.lookup(origin(x)); })
         && std::all_of(fresh, group.end(),
                        [&](auto& x) { return sequence_.is_new(origin(x)); });
}

bool forwarder::replayed_already(const media_packet& x) {
  if (x.encoding != replayed_->encoding || x.sequence < replayed_->first)
    return false;
  if (x.sequence <= replayed_->last)
    return true;
  // It came after the replay was made, as will all that follow.
  replayed_.reset();
  return false;
}

void forwarder::forward(const media_packet& x, time_point now) {
  auto origin = sequence_rewriter::origin{x.encoding, x.sequence};
  if (x.filler) {
    drops_.add(drop_reason::padding_only);
    sequence_.drop(origin);
    return;
  }
  auto sequence = sequence_.forward(origin);
  if (!sequence) {
    drops_.add(drop_reason::unmappable);
    return;
  }
  auto fields = rewritten_fields{};
  fields.payload_type = config_.payload;
  fields.sequence_number = *sequence;
  fields.timestamp =
      timestamps_.map(x.encoding, x.timestamp, x.packet.arrival());
  fields.ssrc = config_.ssrc;
  fields.marker = x.packet.marker();
  out_.push_back({x.packet, fields, std::nullopt});
  stream_.handle_sent(*sequence, x.packet.payload().size(), now);
  if (!report_due_)
    schedule_report(now);
}

void forwarder::handle_retransmissions(const media_batch& batch,
                                       time_point now) {
  if (!running() || !config_.rtx_ssrc || !config_.rtx_payload)
    return;
  for (auto& x : *batch) {
    auto sequence = sequence_.lookup({x.encoding, x.sequence});
    auto timestamp = timestamps_.peek(x.encoding, x.timestamp);
    if (!sequence || !timestamp || !stream_.spend(x.packet.payload().size()))
      continue;
    auto fields = rewritten_fields{};
    fields.payload_type = *config_.rtx_payload;
    fields.sequence_number = rtx_sequence_++;
    fields.timestamp = *timestamp;
    fields.ssrc = *config_.rtx_ssrc;
    fields.marker = x.packet.marker();
    out_.push_back({x.packet, fields, *sequence});
  }
  collect(now);
}

void forwarder::handle_source_report(const source_report& x) {
  source_report_ = x;
}

void forwarder::handle_overload(time_point now) {
  if (!running())
    return;
  restart(now, false);
  collect(now);
}

// -- RTCP from the receiver ---------------------------------------------------

void forwarder::handle_nack(std::span<const uint16_t> lost, time_point now) {
  ++nacks_received_;
  packets_nacked_ += static_cast<uint32_t>(lost.size());
  if (!running() || !config_.feedback.nack || !config_.rtx_ssrc)
    return;
  for (auto x : lost) {
    if (wanted_.size() == max_wanted)
      return;
    auto origin = sequence_.original(x);
    if (origin && stream_.admit_retransmission(x, now))
      wanted_.push_back({origin->source, origin->sequence});
  }
}

void forwarder::handle_keyframe_request(time_point now) {
  ++keyframe_requests_;
  if (!running() || config_.kind != media_kind::video)
    return;
  if (start_)
    insist_on_keyframe(now);
  else
    keyframes_.request(now);
  collect(now);
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

void forwarder::handle_connected(time_point now) {
  sequence_.forget();
  if (!running())
    return;
  // A replay that is under way was asked for too early, but does no harm.
  keyframes_.handle_keyframe();
  restart(now, true);
  collect(now);
}

void forwarder::set_layers(std::optional<layers> target, time_point now) {
  if (config_.kind == media_kind::audio)
    return;
  if (!target) {
    auto ran = running();
    target_.reset();
    if (ran)
      stop(now);
    return;
  }
  auto resumes = !target_;
  target_ = config_.layout.clamp(*target);
  auto encoding = config_.layout.kind == layering::simulcast ? target_->spatial
                                                             : uint8_t{0};
  // What is under way may be of the encoding that was wanted before.
  if (encoding != selector_.target() && !selector_.current())
    keyframes_.handle_keyframe();
  selector_.set_target(encoding);
  if (resumes && running())
    restart(now, true);
  request_keyframe_if_needed(now);
  collect(now);
}

void forwarder::stop(time_point now) {
  if (selector_.current())
    events_.push(layers_changed{});
  selector_.restart();
  keyframes_.handle_keyframe();
  wanted_.clear();
  report_due_.reset();
  collect(now);
}

// Whoever is waiting to start goes on waiting for that.
void forwarder::restart(time_point now, bool start) {
  start_ = start || (start_ && !selector_.current());
  selector_.restart();
  request_keyframe_if_needed(now);
}

// Wants a key frame yet to come, even if a replay is under way.
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

void forwarder::collect(time_point now) {
  if (keyframes_.poll(now))
    events_.push(keyframe_wanted{selector_.target(), start_});
  if (auto score = stream_.poll_score())
    events_.push(consumer_score_changed{*score});
  if (report_due_ && now >= *report_due_) {
    make_report(now);
    schedule_report(now);
  }
}

void forwarder::schedule_report(time_point now) {
  report_due_ = now + spread(report_interval, dice_);
}

void forwarder::make_report(time_point now) {
  // Until the producer reports, nobody knows what instant a timestamp shows.
  if (!source_report_ || selector_.current() != source_report_->encoding)
    return;
  auto timestamp =
      timestamps_.peek(source_report_->encoding, source_report_->timestamp);
  if (!timestamp)
    return;
  using std::chrono::microseconds;
  auto age = now - source_report_->arrival;
  auto us = std::chrono::duration_cast<microseconds>(age).count();
  auto ticks = us * int64_t{config_.clock_rate} / 1'000'000;
  auto info = stream_.make_sender_report(
      later(source_report_->ntp, age),
      *timestamp + static_cast<uint32_t>(ticks), now);
  rtcp::compound_builder packet;
  packet.add_sender_report(info);
  packet.add_sdes(config_.ssrc, config_.cname);
  rtcp_.emplace(packet.bytes().begin(), packet.bytes().end());
}

std::optional<outgoing_batch> forwarder::poll_batch() {
  if (out_.empty())
    return std::nullopt;
  return outgoing_batch{headers_, std::exchange(out_, {})};
}

std::optional<std::vector<packet_key>>
forwarder::poll_retransmission_request() {
  if (wanted_.empty())
    return std::nullopt;
  return std::exchange(wanted_, {});
}

std::optional<std::vector<uint8_t>> forwarder::poll_rtcp() {
  return std::exchange(rtcp_, std::nullopt);
}

std::optional<forwarder_event> forwarder::poll_event() {
  return events_.pop();
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
  result.rtx_ssrc = config_.rtx_ssrc;
  result.nacks_received = nacks_received_;
  result.packets_nacked = packets_nacked_;
  result.keyframe_requests_received = keyframe_requests_;
  result.drops = drops_;
  return result;
}

size_t forwarder::memory() const {
  return sizeof(*this) + sizeof(header_writer) + stream_.heap()
         + sequence_.memory() + config_.mid.capacity()
         + config_.cname.capacity();
}

} // namespace troupe::rtp
