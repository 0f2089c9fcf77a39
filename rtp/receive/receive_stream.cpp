#include "rtp/receive/receive_stream.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::rtp {

namespace {

// The number of sequence numbers. Extended sequences begin in the second cycle,
// so that late ones stay positive.
constexpr int64_t sequence_cycle = 65536;

// Two packets this near to each other, far from all before, show that the
// sender restarted (RFC 3550, appendix A.1, with a margin for reordering).
constexpr int restart_nearness = 32;

int16_t distance(uint16_t from, uint16_t to) {
  return static_cast<int16_t>(static_cast<uint16_t>(to - from));
}

} // namespace

receive_stream::receive_stream(const config& x, rtp::ssrc media)
    : config_(x)
    , ssrc_(media)
    , nacks_(x.nacks)
    , answers_(x.takes_keyframe_requests)
    , kept_(x.buffer, x.keeper)
    , describer_(x.codec, x.extensions)
    , deaf_(answers_.deaf()) {}

void receive_stream::handle_media(const packet& x, time_point now,
                                  std::vector<media_packet>& out) {
  note_arrival(now);
  begin(x, now);
  if (sampled_) [[unlikely]]
    excuse_gap(x);
  auto delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  if (delta <= max_dropout && delta > -window) {
    accept(x, newest_ + delta, false, now, out);
    return;
  }
  if (!suspect_
      || std::abs(distance(suspect_->sequence_number(), x.sequence_number()))
             > restart_nearness) {
    if (suspect_)
      drops_.add(drop_reason::out_of_range);
    suspect_ = x;
    return;
  }
  auto first = std::move(*suspect_);
  suspect_.reset();
  restart(first, now);
  accept(first, newest_ + 1, false, now, out);
  delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  accept(x, newest_ + delta, false, now, out);
}

void receive_stream::handle_repair(const packet& x, time_point now,
                                   std::vector<media_packet>& out) {
  if (!started_ || rebound_)
    return;
  auto delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  if (delta > max_dropout || delta <= -window) {
    drops_.add(drop_reason::out_of_range);
    return;
  }
  accept(x, newest_ + delta, true, now, out);
}

void receive_stream::handle_ignored(const packet& x, time_point now) {
  note_arrival(now);
  nacks_.reset();
  drops_.add(drop_reason::producer_paused);
  begin(x, now);
  auto delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  if (delta > max_dropout || delta <= -window)
    return;
  if (!note_sequence(newest_ + delta, false))
    return;
  ++packets_;
  timestamps_.extend(x.timestamp());
}

void receive_stream::handle_sample(const packet& x, time_point now) {
  note_arrival(now);
  nacks_.reset();
  drops_.add(drop_reason::other_layer);
  begin(x, now);
  excuse_gap(x);
  sampled_ = true;
  auto delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  if (delta <= 0 || delta > max_dropout
      || !note_sequence(newest_ + delta, false))
    return;
  ++packets_;
  timestamps_.extend(x.timestamp());
}

void receive_stream::excuse_gap(const packet& x) {
  auto delta = distance(static_cast<uint16_t>(newest_), x.sequence_number());
  if (delta <= 0)
    return; // late
  sampled_ = false;
  if (delta <= max_dropout)
    first_ += delta - 1;
}

// Sets the sequence to the first packet of the stream or of a new SSRC.
void receive_stream::begin(const packet& x, time_point now) {
  if (!started_) {
    started_ = true;
    report_zero_ = sequence_cycle;
    first_ = sequence_cycle + int64_t{x.sequence_number()};
    newest_ = first_ - 1;
  } else if (rebound_) {
    restart(x, now);
    report_zero_ = (newest_ + 1) / sequence_cycle * sequence_cycle;
  }
  rebound_ = false;
}

void receive_stream::restart(const packet& x, time_point now) {
  auto ahead = int64_t{static_cast<uint16_t>(x.sequence_number()
                                             - static_cast<uint16_t>(newest_))};
  // Far enough from all before to be distinguished from late packets.
  if (ahead <= window)
    ahead += sequence_cycle;
  newest_ += ahead - 1;
  first_ += ahead - 1;
  seen_.fill(0);
  nacks_.reset();
  group_.reset();
  last_transit_.reset();
  describer_.restart();
  if (config_.kind == media_kind::video)
    keyframes_.request(now);
}

void receive_stream::accept(const packet& x, int64_t sequence, bool repaired,
                            time_point now, std::vector<media_packet>& out) {
  auto newer = sequence > newest_;
  if (!note_sequence(sequence, repaired))
    return;
  ++packets_;
  octets_ += x.payload().size();
  rate_.add(x.size(), now);
  if (repaired)
    ++repaired_;
  else
    update_jitter(x);
  if (config_.nack) {
    nacks_.handle_packet(sequence, now);
    if (nacks_.poll_gave_up() && config_.kind == media_kind::video)
      keyframes_.request(now);
  }
  auto timestamp = newer ? timestamps_.extend(x.timestamp())
                         : timestamps_.peek(x.timestamp());
  auto result = media_packet{x, sequence, timestamp, config_.index};
  result.late = !newer;
  describe(result);
  if (result.keyframe && config_.kind == media_kind::video) {
    keyframes_.handle_keyframe();
    answers_.handle_keyframe(now);
    apply_answers();
    if (result.start_of_frame)
      note_keyframe(result);
    keyframe_seen_ = true;
  }
  if (config_.kind == media_kind::video && !result.filler)
    note_picture(result);
  if (config_.keep)
    kept_.insert(result);
  out.push_back(std::move(result));
}

void receive_stream::describe(media_packet& x) {
  if (x.packet.payload().empty()) {
    drops_.add(drop_reason::padding_only);
    x.filler = true;
    return;
  }
  if (config_.kind == media_kind::audio) {
    x.keyframe = true;
    x.start_of_frame = true;
    return;
  }
  auto descriptor = describer_.describe(x.packet);
  if (!descriptor) {
    drops_.add(drop_reason::malformed_payload);
    x.filler = true;
    return;
  }
  take(*descriptor, x);
}

void receive_stream::take(const payload_descriptor& from, media_packet& to) {
  auto layer = layers{std::min<uint8_t>(from.spatial_id, all_layers.spatial),
                      std::min<uint8_t>(from.temporal_id, all_layers.temporal)};
  to.keyframe = from.keyframe;
  to.start_of_frame = from.start_of_frame;
  to.end_of_frame = from.end_of_frame;
  to.spatial_id = layer.spatial;
  to.temporal_id = layer.temporal;
  to.temporal_sync = from.temporal_switch;
  to.temporal_up = from.temporal_up;
  to.numbers = {from.picture_id.value_or(0),
                from.picture_id_bits,
                static_cast<uint8_t>(from.picture_id_offset),
                from.tl0picidx.value_or(0),
                static_cast<uint8_t>(from.tl0picidx_offset),
                config_.codec == codec::vp8};
  to.has_dependencies = from.has_dependencies;
  to.switches = from.switches;
  to.references = from.references;
  if (from.has_dependencies)
    to.needed_for = from.needed_for;
  else if (config_.layout.keyed && from.not_inter_layer_reference)
    to.needed_for = layer_set::alone(layer);
  else
    to.needed_for = layer_set::from(layer);
}

void receive_stream::note_picture(media_packet& x) {
  auto* found = &pictures_[next_picture_];
  if (x.timestamp != newest_picture_) {
    found = std::ranges::find(pictures_, x.timestamp, &picture::timestamp);
    if (found == pictures_.end()) {
      next_picture_ =
          static_cast<uint8_t>((next_picture_ + 1) % pictures_.size());
      found = &pictures_[next_picture_];
      *found = {x.timestamp};
      newest_picture_ = x.timestamp;
    }
  }
  ++found->packets;
  if (x.start_of_frame)
    found->first = std::min(found->first, x.sequence);
  if (x.packet.marker())
    found->last = x.sequence;
  x.completes_picture = found->last - found->first + 1 == found->packets;
}

void receive_stream::note_keyframe(const media_packet& x) {
  ++keyframe_count_;
  // Each parameter set and layer of one picture looks like a start.
  if (group_ && x.timestamp == group_->timestamp)
    group_->sequence = std::min(group_->sequence, x.sequence);
  else if (!group_ || x.sequence > group_->sequence)
    group_ = {x.sequence, x.timestamp, x.packet.arrival()};
  if (deaf_ && config_.keep)
    kept_.keep_group(group_->sequence);
}

void receive_stream::apply_answers() {
  if (answers_.deaf() == deaf_)
    return;
  deaf_ = !deaf_;
  deaf_changed_ = true;
  if (!deaf_)
    kept_.end_groups();
  else if (group_ && kept_.find(group_->sequence))
    kept_.keep_group(group_->sequence);
}

std::vector<media_packet>
receive_stream::last_group(duration max_age, size_t max_packets, time_point now,
                           bool incomplete, int64_t end) const {
  auto last = std::min(newest_, end - 1);
  if (!group_ || now - group_->arrival > max_age || group_->sequence > last)
    return {};
  auto size = static_cast<size_t>(last - group_->sequence + 1);
  if (size > max_packets)
    return {};
  auto result = std::vector<media_packet>{};
  result.reserve(size);
  for (auto i = group_->sequence; i <= last; ++i) {
    if (auto* x = kept_.find(i))
      result.push_back(*x);
    else if (!incomplete || i == group_->sequence)
      return {};
  }
  return result;
}

bool receive_stream::note_sequence(int64_t sequence, bool repaired) {
  auto bit = [this](int64_t at) -> std::pair<uint64_t&, uint64_t> {
    auto index = static_cast<size_t>(at) % window;
    return {seen_[index / 64], uint64_t{1} << (index % 64)};
  };
  auto& by_repair = repaired_seen_[static_cast<size_t>(sequence) % window / 64];
  if (sequence > newest_) {
    if (sequence - newest_ >= window)
      seen_.fill(0);
    else
      for (auto i = newest_ + 1; i <= sequence; ++i) {
        auto [word, mask] = bit(i);
        word &= ~mask;
      }
    newest_ = sequence;
  }
  auto [word, mask] = bit(sequence);
  if (word & mask) {
    drops_.add(drop_reason::duplicate);
    // The packet was late, not lost.
    received_ += !repaired && (by_repair & mask) != 0;
    if (!repaired)
      by_repair &= ~mask;
    return false;
  }
  word |= mask;
  by_repair = repaired ? by_repair | mask : by_repair & ~mask;
  received_ += !repaired;
  return true;
}

void receive_stream::note_arrival(time_point now) {
  last_arrival_ = now;
  keyframes_.handle_packet();
  if (!active_) {
    active_ = true;
    activity_changed_ = true;
    loss_average_ = 0;
    set_score(10);
  }
}

void receive_stream::update_jitter(const packet& x) {
  using std::chrono::microseconds;
  auto us =
      std::chrono::duration_cast<microseconds>(x.arrival().time_since_epoch())
          .count();
  auto clock = static_cast<uint32_t>(static_cast<uint64_t>(us)
                                     * config_.clock_rate / 1'000'000);
  auto transit = clock - x.timestamp();
  if (last_transit_) {
    auto d = std::abs(
        static_cast<int64_t>(static_cast<int32_t>(transit - *last_transit_)));
    // RFC 3550, appendix A.8. A jump of the timestamps is no jitter.
    if (d < 5 * int64_t{config_.clock_rate})
      jitter_ += d - ((jitter_ + 8) >> 4);
  }
  last_transit_ = transit;
}

source_report receive_stream::handle_sender_report(const rtcp::sender_info& x,
                                                   time_point now) {
  last_report_ntp_ = x.ntp.middle();
  last_report_at_ = now;
  return {config_.index, x.ntp, timestamps_.peek(x.rtp_timestamp), now};
}

void receive_stream::set_round_trip_time(duration x) {
  round_trip_time_ = x;
  nacks_.set_round_trip_time(x);
}

loss_report::counts receive_stream::counts() const {
  return {newest_ - first_ + 1, static_cast<int64_t>(received_),
          static_cast<int64_t>(packets_ - received_)};
}

rtcp::report_block receive_stream::make_report_block(time_point now,
                                                     uint8_t elsewhere) {
  kept_.expire(now);
  loss_.close_interval(counts(), elsewhere);
  if (active_) {
    loss_average_ = (loss_average_ + loss_.fraction_missing() / 256.0) / 2;
    set_score(score_of_loss(loss_average_));
  }
  auto result = rtcp::report_block{};
  result.ssrc = ssrc_;
  result.fraction_lost = loss_.reported_fraction();
  result.cumulative_lost = static_cast<int32_t>(loss_.reported_lost());
  result.extended_highest_sequence =
      static_cast<uint32_t>(newest_ - report_zero_);
  result.jitter = static_cast<uint32_t>(jitter_ >> 4);
  result.last_sender_report = last_report_ntp_;
  if (last_report_ntp_ != 0)
    result.delay_since_last_sender_report =
        to_compact_ntp(now - last_report_at_);
  return result;
}

std::optional<uint8_t> receive_stream::poll_score() {
  if (!std::exchange(score_changed_, false))
    return std::nullopt;
  return score_;
}

std::optional<bool> receive_stream::poll_activity() {
  if (!std::exchange(activity_changed_, false))
    return std::nullopt;
  return active_;
}

bool receive_stream::poll_keyframe() {
  return std::exchange(keyframe_seen_, false);
}

void receive_stream::handle_timeout(time_point now) {
  if (active_ && now - last_arrival_ >= config_.inactivity)
    end();
}

void receive_stream::end() {
  if (!active_)
    return;
  active_ = false;
  activity_changed_ = true;
  reset_repairs();
  set_score(0);
}

std::optional<time_point> receive_stream::poll_timeout() const {
  auto result = keyframes_.poll_timeout();
  auto consider = [&](std::optional<time_point> x) {
    if (x && (!result || *x < *result))
      result = x;
  };
  consider(nacks_.poll_timeout());
  if (active_)
    consider(last_arrival_ + config_.inactivity);
  return result;
}

void receive_stream::reset_repairs() {
  if (std::exchange(suspect_, std::nullopt))
    drops_.add(drop_reason::out_of_range);
  nacks_.reset();
  group_.reset();
  kept_.clear();
}

void receive_stream::rebind(rtp::ssrc media) {
  ssrc_ = media;
  rebound_ = true;
  last_report_ntp_ = 0;
  jitter_ = 0;
  loss_.restart(counts());
  timestamps_.skip();
  reset_repairs();
}

void receive_stream::set_score(uint8_t x) {
  score_changed_ = score_changed_ || x != score_;
  score_ = x;
}

receive_stream_stats receive_stream::stats(time_point now) const {
  auto result = receive_stream_stats{};
  result.ssrc = ssrc_;
  result.packets = packets_;
  result.octets = octets_;
  result.bitrate_bps = rate_.bitrate_bps(now);
  if (started_)
    result.packets_lost = newest_ - first_ + 1 - static_cast<int64_t>(packets_);
  result.fraction_lost = loss_.fraction_lost();
  result.jitter =
      std::chrono::duration_cast<duration>(std::chrono::microseconds{
          (jitter_ >> 4) * 1'000'000 / config_.clock_rate});
  result.packets_repaired = repaired_;
  result.rtx_packets = rtx_packets_;
  result.nacks_sent = nacks_sent_;
  result.packets_nacked = packets_nacked_;
  result.plis_sent = plis_sent_;
  result.firs_sent = firs_sent_;
  result.keyframes = keyframe_count_;
  result.round_trip_time = round_trip_time_;
  result.score = score_;
  result.drops = drops_;
  return result;
}

} // namespace troupe::rtp
