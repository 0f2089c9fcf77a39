#include "rtp/receive/receiver.hpp"

#include "net/base/assert.hpp"
#include "rtp/packet/rtx.hpp"

namespace troupe::rtp {

receiver::receiver(config x, net::rng& random)
    : config_(std::move(x))
    , pool_(net::buffer_pool::make(max_idle_buffers))
    , keeper_(std::make_shared<packet_keeper>(config_.budget))
    , hold_(config_.kind == media_kind::video ? config_.frame_hold : duration{})
    , random_state_(random.u32()) {
  TROUPE_ASSERT(!config_.encodings.empty() && config_.encodings.size() < 256);
  for (auto& e : config_.encodings)
    slots_.push_back({e});
}

void receiver::handle_packets(const rtp_batch& batch, time_point now) {
  ready_.reserve(batch->size());
  for (auto& x : *batch)
    handle_packet(x, now);
  collect(now);
}

void receiver::handle_packet(const packet& x, time_point now) {
  if (config_.rtx_payload && x.payload_type() == *config_.rtx_payload) {
    if (auto* to = find_rtx_slot(x))
      handle_rtx(*to, x, now);
    else
      drops_.add(drop_reason::unknown_encoding);
    return;
  }
  if (x.payload_type() != config_.payload) {
    drops_.add(drop_reason::unknown_payload_type);
    return;
  }
  auto* to = find_media_slot(x);
  if (to == nullptr)
    drops_.add(drop_reason::unknown_encoding);
  else if (admit(*to, x, now))
    handle_media(*to, x, now);
}

void receiver::handle_media(slot& to, const packet& x, time_point now) {
  to.last_arrival = now;
  if (config_.paused) {
    to.stream->handle_ignored(x, now);
    return;
  }
  if (!attended(to)) {
    to.stream->handle_sample(x, now);
    return;
  }
  to.stream->handle_media(x, now, ready_);
  if (config_.kind == media_kind::video)
    note_orientation(x);
}

void receiver::handle_rtx(slot& to, const packet& x, time_point now) {
  if (!to.stream) {
    drops_.add(drop_reason::unknown_encoding);
    return;
  }
  to.stream->count_rtx();
  if (config_.paused) {
    to.stream->count_drop(drop_reason::producer_paused);
    return;
  }
  if (!attended(to)) {
    to.stream->count_drop(drop_reason::other_layer);
    return;
  }
  if (x.payload().size() <= rtx_overhead) {
    to.stream->count_drop(drop_reason::padding_only);
    return;
  }
  // The batch is shared and packets are restored in place, so copy it.
  auto copy = pool_->take();
  auto header = x.header();
  auto payload = x.payload();
  copy->resize(header.size() + payload.size());
  auto out = net::byte_writer{copy->bytes()};
  out.bytes(header);
  out.bytes(payload);
  copy->bytes()[0] &= 0xDF; // the padding was not copied
  auto own = packet::parse(std::move(copy), x.arrival());
  TROUPE_ASSERT(own);
  auto restored =
      unwrap_rtx(std::move(*own), to.stream->ssrc(), config_.payload);
  if (!restored)
    to.stream->count_drop(drop_reason::padding_only);
  else
    to.stream->handle_repair(*restored, now, ready_);
}

receiver::slot* receiver::find_media_slot(const packet& x) {
  for (auto& s : slots_)
    if (s.identity.ssrc == x.ssrc())
      return &s;
  if (auto name = read_rid(x, config_.extensions))
    return slot_of_rid(*name);
  return slots_.size() == 1 ? &slots_.front() : nullptr;
}

receiver::slot* receiver::find_rtx_slot(const packet& x) {
  for (auto& s : slots_)
    if (s.identity.rtx_ssrc == x.ssrc())
      return &s;
  slot* to = nullptr;
  if (auto name = read_repaired_rid(x, config_.extensions))
    to = slot_of_rid(*name);
  else if (slots_.size() == 1)
    to = &slots_.front();
  if (to != nullptr) {
    to->identity.rtx_ssrc = x.ssrc();
    unattended_changed_ |= !attended(*to);
  }
  return to;
}

receiver::slot* receiver::slot_of_rid(std::string_view name) {
  for (auto& s : slots_)
    if (!s.identity.rid.empty() && s.identity.rid == name)
      return &s;
  return nullptr;
}

void receiver::bind_media(slot& to, ssrc media) {
  to.identity.ssrc = media;
  unattended_changed_ |= !attended(to);
  if (to.stream) {
    to.stream->rebind(media);
    return;
  }
  auto x = receive_stream::config{};
  x.index = index_of(to);
  x.kind = config_.kind;
  x.codec = config_.codec;
  x.clock_rate = config_.clock_rate;
  x.extensions = config_.extensions;
  x.layout = config_.layout;
  x.nack = config_.feedback.nack;
  x.keep = config_.keep || replayable();
  x.takes_keyframe_requests = takes_keyframe_requests() || !replayable();
  x.nacks = config_.nacks;
  x.buffer = config_.buffer;
  x.keeper = keeper_;
  to.stream = std::make_unique<receive_stream>(x, media);
  if (to.keyframe_wanted)
    to.stream->keyframes().request(*to.keyframe_wanted);
}

receiver::slot* receiver::slot_of(ssrc x) {
  for (auto& s : slots_)
    if (s.stream && s.stream->ssrc() == x)
      return &s;
  return nullptr;
}

uint8_t receiver::index_of(const slot& x) const {
  return static_cast<uint8_t>(&x - slots_.data());
}

void receiver::note_orientation(const packet& x) {
  auto seen = read_video_orientation(x, config_.extensions);
  if (!seen || seen == orientation_)
    return;
  orientation_ = seen;
  events_.push(orientation_changed{*seen});
}

void receiver::handle_sender_report(const rtcp::sender_info& x,
                                    time_point now) {
  if (auto* s = slot_of(x.ssrc))
    events_.push(s->stream->handle_sender_report(x, now));
}

void receiver::handle_dlrr(const rtcp::dlrr_item& x, time_point now) {
  if (x.ssrc != config_.local_ssrc)
    return;
  auto arrival = clock_.at(now).middle();
  auto rtt = round_trip_time(arrival, x.last_receiver_report,
                             x.delay_since_last_receiver_report);
  if (!rtt || *rtt > std::chrono::seconds{10})
    return;
  for (auto& s : slots_)
    if (s.stream)
      s.stream->set_round_trip_time(*rtt);
}

void receiver::handle_bye(ssrc x, time_point now) {
  if (auto* s = slot_of(x))
    s->stream->end();
  handle_takeovers(now);
  collect(now);
}

void receiver::handle_restart() {
  for (auto& s : slots_)
    if (s.stream)
      s.stream->rebind(s.stream->ssrc());
}

void receiver::handle_consumer_loss(uint64_t group, uint8_t fraction_lost,
                                    time_point now) {
  if (config_.inband_fec)
    consumer_loss_.note(group, fraction_lost, now);
}

void receiver::handle_keyframe_request(uint8_t which, time_point now) {
  if (config_.kind != media_kind::video || which >= slots_.size()
      || which >= wanted_ || which >= attended_)
    return;
  auto& s = slots_[which];
  if (s.stream)
    s.stream->keyframes().request(now);
  else
    s.keyframe_wanted = now;
  collect(now);
}

void receiver::set_wanted(size_t encodings) {
  wanted_ = encodings;
  for (auto i = wanted_; i < slots_.size(); ++i) {
    slots_[i].keyframe_wanted.reset();
    if (slots_[i].stream)
      slots_[i].stream->cancel_keyframe_request();
  }
}

void receiver::pause(time_point now) {
  if (config_.paused)
    return;
  config_.paused = true;
  for (auto& s : slots_)
    if (s.stream)
      s.stream->reset_repairs();
  release_held(now);
  collect(now);
}

void receiver::resume(time_point now) {
  if (!config_.paused)
    return;
  config_.paused = false;
  for (auto& s : slots_)
    if (s.stream && config_.kind == media_kind::video && index_of(s) < wanted_
        && attended(s))
      s.stream->keyframes().request(now);
  collect(now);
}

void receiver::handle_timeout(time_point now) {
  for (auto& s : slots_)
    if (s.stream)
      s.stream->handle_timeout(now);
  handle_takeovers(now);
  collect(now);
}

void receiver::keep_packets() {
  if (std::exchange(config_.keep, true))
    return;
  for (auto& x : slots_)
    if (x.stream)
      x.stream->keep_packets();
}

media_batch receiver::find_packets(std::span<const packet_key> keys) const {
  auto found = std::vector<media_packet>{};
  for (auto& key : keys) {
    if (key.encoding >= slots_.size() || !slots_[key.encoding].stream)
      continue;
    if (auto* x = slots_[key.encoding].stream->find(key.sequence))
      found.push_back(*x);
  }
  if (found.empty())
    return nullptr;
  return std::make_shared<const std::vector<media_packet>>(std::move(found));
}

media_batch receiver::find_replay(uint8_t which, time_point now,
                                  bool incomplete) const {
  if (!replayable() || config_.paused || which >= slots_.size()
      || !slots_[which].stream)
    return nullptr;
  auto limits = replay_limits_of(slots_[which]);
  auto found = slots_[which].stream->last_group(
      limits.age, limits.packets, now, incomplete,
      hold_.first_waiting(which).value_or(INT64_MAX));
  if (found.empty())
    return nullptr;
  return std::make_shared<const std::vector<media_packet>>(std::move(found));
}

receiver::replay_limits receiver::replay_limits_of(const slot& x) const {
  if (deaf(x))
    return {config_.buffer.max_group_age, config_.buffer.max_group_packets};
  if (large_audience_)
    return {config_.large_replay_max_age, config_.large_replay_max_packets};
  return {config_.replay_max_age, config_.replay_max_packets};
}

bool receiver::replays_end_soon(const media_batch& found,
                                time_point now) const {
  auto age = now - found->front().packet.arrival();
  if (large_audience_)
    return age > config_.large_replay_max_age * 3 / 4
           || found->size() > config_.large_replay_max_packets * 3 / 4;
  return age > config_.replay_max_age
         || found->size() > config_.replay_max_packets;
}

std::optional<media_batch> receiver::poll_batch() {
  auto& out = hold_.enabled() ? hold_.released() : ready_;
  if (out.empty())
    return std::nullopt;
  held_ = hold_.waited();
  return std::make_shared<const std::vector<media_packet>>(
      std::exchange(out, {}));
}

std::optional<std::vector<uint8_t>> receiver::poll_rtcp() {
  return rtcp_out_.pop();
}

std::optional<receiver_event> receiver::poll_event() {
  return events_.pop();
}

std::optional<time_point> receiver::poll_timeout() const {
  auto result = report_due_;
  for (auto& s : slots_) {
    if (!s.stream)
      continue;
    auto x = s.stream->poll_timeout();
    if (x && (!result || *x < *result))
      result = x;
    if (s.next.packets.empty())
      continue;
    auto takeover = takeover_time(s, s.next.ssrc);
    if (!result || takeover < *result)
      result = takeover;
  }
  return result;
}

size_t receiver::kept_memory() const {
  size_t result = 0;
  for (auto& s : slots_)
    if (s.stream)
      result += s.stream->kept_memory();
  return result;
}

receiver_stats receiver::stats(time_point now) const {
  auto result = receiver_stats{{}, drops_};
  for (auto& s : slots_) {
    if (!s.stream)
      continue;
    result.streams.push_back(s.stream->stats(now));
    result.streams.back().rtx_ssrc = s.identity.rtx_ssrc;
    result.streams.back().rid = s.identity.rid;
  }
  return result;
}

} // namespace troupe::rtp
