#include "rtp/send/send_stream.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr auto unknown_round_trip = std::chrono::milliseconds{40};
constexpr auto least_round_trip = std::chrono::milliseconds{10};

// Round trips beyond are measured as these, in microseconds.
constexpr int32_t shortest_measured_us = 1'000;
constexpr int32_t longest_measured_us = 10'000'000;

// The weight of the latest report in the average that determines the score.
constexpr float score_weight = 0.25;

// Sweep each time the sequence passes a multiple of 2^13.
constexpr unsigned sweep_shift = 13;

uint8_t coarse(time_point now) {
  using std::chrono::milliseconds;
  auto ms =
      std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
  return static_cast<uint8_t>(ms / 8);
}

// Modulo 2^32.
uint32_t count_us(duration x) {
  using std::chrono::microseconds;
  return static_cast<uint32_t>(
      std::chrono::duration_cast<microseconds>(x).count());
}

int16_t distance(uint16_t from, uint16_t to) {
  return static_cast<int16_t>(static_cast<uint16_t>(to - from));
}

} // namespace

void send_stream::handle_sent(uint16_t sequence, size_t octets,
                              time_point now) {
  if (packets_ == 0 || distance(newest_, sequence) > 0) {
    auto crossed = (newest_ >> sweep_shift) != (sequence >> sweep_shift);
    newest_ = sequence;
    if (crossed && attempts_)
      sweep();
  }
  ++packets_;
  octets_ += octets;
  rate_.add(octets, now);
  allowance_ = std::min(
      max_allowance, allowance_ + static_cast<int64_t>(octets) / share_divisor);
}

bool send_stream::admit_retransmission(uint16_t sequence, time_point now) {
  if (!attempts_)
    attempts_ = std::make_unique<attempt_table>();
  auto& x = (*attempts_)[sequence % attempt_count];
  auto present = coarse(now);
  if (x.count == 0 || distance(x.sequence, sequence) > 0) {
    x = {sequence, 1, present};
    return true;
  }
  auto since =
      std::chrono::milliseconds{8 * static_cast<uint8_t>(present - x.when)};
  // The last repair may still be in flight. The receiver's estimate of the
  // round trip may be a little shorter than ours.
  auto wait = std::max<duration>(
      least_round_trip, round_trip_time().value_or(unknown_round_trip) * 3 / 4);
  if (x.sequence != sequence || x.count >= max_retries || since < wait) {
    ++refused_;
    return false;
  }
  ++x.count;
  x.when = present;
  return true;
}

bool send_stream::spend(size_t octets) {
  if (allowance_ <= 0) {
    ++refused_;
    return false;
  }
  allowance_ -= static_cast<int64_t>(octets);
  ++rtx_packets_;
  rtx_octets_ += octets;
  return true;
}

void send_stream::handle_report_block(const rtcp::report_block& x,
                                      time_point now) {
  fraction_lost_ = x.fraction_lost;
  packets_lost_ = x.cumulative_lost;
  update_score();
  if (x.last_sender_report == 0)
    return;
  for (auto& r : reports_) {
    if (r.ntp_middle != x.last_sender_report)
      continue;
    auto held = from_compact_ntp(x.delay_since_last_sender_report);
    auto us = count_us(now.time_since_epoch()) - r.at_us - count_us(held);
    auto rtt = static_cast<uint32_t>(std::clamp(
        static_cast<int32_t>(us), shortest_measured_us, longest_measured_us));
    round_trip_us_ = round_trip_us_ > 0 ? (round_trip_us_ * 7 + rtt) / 8 : rtt;
    return;
  }
}

// A single bad report must not lower the score much, and a packet that was
// repaired in time was not missed.
void send_stream::update_score() {
  auto packets = static_cast<uint32_t>(packets_);
  auto sent = static_cast<float>(packets - packets_scored_);
  auto repaired = static_cast<float>(rtx_packets_ - rtx_scored_);
  packets_scored_ = packets;
  rtx_scored_ = rtx_packets_;
  auto missed = static_cast<float>(fraction_lost_) / 256;
  if (repaired > 0)
    missed = std::max(0.0f, missed - repaired / std::max(sent, repaired));
  loss_average_ += (missed - loss_average_) * score_weight;
  auto score = score_of_loss(loss_average_);
  score_changed_ = score_changed_ || score != score_;
  score_ = score;
}

rtcp::sender_info send_stream::make_sender_report(ntp_time ntp,
                                                  uint32_t timestamp,
                                                  time_point now) {
  reports_[next_report_] = {ntp.middle(), count_us(now.time_since_epoch())};
  next_report_ = static_cast<uint8_t>((next_report_ + 1) % reports_.size());
  return {ssrc_, ntp, timestamp, static_cast<uint32_t>(packets_),
          static_cast<uint32_t>(octets_)};
}

std::optional<uint8_t> send_stream::poll_score() {
  if (!std::exchange(score_changed_, false))
    return std::nullopt;
  return score_;
}

void send_stream::fill(forwarder_stats& out, time_point now) const {
  out.ssrc = ssrc_;
  out.packets = packets_;
  out.octets = octets_;
  out.bitrate_bps = rate_.bitrate_bps(now);
  out.rtx_packets = rtx_packets_;
  out.rtx_octets = rtx_octets_;
  out.packets_lost = packets_lost_;
  out.fraction_lost = fraction_lost_;
  out.round_trip_time = round_trip_time();
  out.retransmissions_refused = refused_;
  out.score = score_;
}

void send_stream::sweep() {
  for (auto& x : *attempts_)
    if (static_cast<uint16_t>(newest_ - x.sequence) > 8192)
      x = {};
}

} // namespace troupe::rtp
