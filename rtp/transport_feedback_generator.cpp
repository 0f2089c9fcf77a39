#include "rtp/transport_feedback_generator.hpp"

#include "rtp/rtcp/compound.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// Told of at once, without waiting for the interval to end.
constexpr size_t max_arrivals = 256;

// A REMB names this many sources at most.
constexpr size_t max_sources = 16;

} // namespace

transport_feedback_generator::transport_feedback_generator(const config& x)
    : config_(x) {}

void transport_feedback_generator::handle_packet(uint16_t sequence_number,
                                                 ssrc media,
                                                 time_point arrival) {
  media_ = media;
  arrivals_.push_back({extender_.extend(sequence_number), arrival});
  if (!due_)
    due_ = arrival + interval;
  if (arrivals_.size() >= max_arrivals)
    build_feedback();
}

void transport_feedback_generator::handle_untagged_packet(ssrc media,
                                                          size_t octets,
                                                          time_point arrival) {
  if (!config_.remb)
    return;
  rate_.add(octets, arrival);
  if (sources_.size() < max_sources
      && std::find(sources_.begin(), sources_.end(), media) == sources_.end())
    sources_.push_back(media);
  if (remb_due_)
    return;
  remb_bps_ = std::max(remb_bps_, start_remb_bps);
  build_remb();
  remb_due_ = arrival + remb_interval;
}

void transport_feedback_generator::handle_timeout(time_point now) {
  if (due_ && now >= *due_) {
    due_.reset();
    build_feedback();
  }
  if (remb_due_ && now >= *remb_due_) {
    follow_arrivals(now);
    build_remb();
    remb_due_.reset();
    if (rate_.bitrate_bps(now) > 0)
      remb_due_ = now + remb_interval;
  }
}

std::optional<std::vector<uint8_t>> transport_feedback_generator::poll_rtcp() {
  return out_.pop();
}

std::optional<time_point> transport_feedback_generator::poll_timeout() const {
  if (due_ && remb_due_)
    return std::min(*due_, *remb_due_);
  return due_ ? due_ : remb_due_;
}

void transport_feedback_generator::build_feedback() {
  if (arrivals_.empty())
    return;
  std::stable_sort(arrivals_.begin(), arrivals_.end(),
                   [](const arrival_record& x, const arrival_record& y) {
                     return x.sequence < y.sequence;
                   });
  auto& first = arrivals_.front();
  // Tell of what was lost since the last feedback, too; and of a packet that
  // comes after it was told lost once more.
  auto base = next_ ? std::min(*next_, first.sequence) : first.sequence;
  if (first.sequence - base
      >= static_cast<int64_t>(rtcp::transport_cc_builder::max_statuses))
    base = first.sequence;
  builder_.start(base, first.at.time_since_epoch());
  auto last = std::optional<int64_t>{};
  for (auto& x : arrivals_) {
    if (last == x.sequence)
      continue;
    last = x.sequence;
    auto at = x.at.time_since_epoch();
    if (builder_.add(x.sequence, at))
      continue;
    flush_builder();
    builder_.start(x.sequence, at);
    builder_.add(x.sequence, at);
  }
  flush_builder();
  next_ = std::max(next_.value_or(0), *last + 1);
  arrivals_.clear();
}

void transport_feedback_generator::flush_builder() {
  if (builder_.empty())
    return;
  rtcp::compound_builder packet;
  if (packet.add_transport_cc(config_.local_ssrc, media_, feedback_count_++,
                              builder_))
    out_.push({packet.bytes().begin(), packet.bytes().end()});
}

void transport_feedback_generator::follow_arrivals(time_point now) {
  // Half more than what comes lets a sender grow fast. Where less comes than
  // was allowed, the allowance sinks to that: the way here may carry no more.
  remb_bps_ =
      std::clamp(std::max(rate_.bitrate_bps(now) * 3 / 2, remb_bps_ * 7 / 8),
                 min_remb_bps, config_.max_remb_bps);
}

void transport_feedback_generator::build_remb() {
  rtcp::compound_builder packet;
  if (packet.add_remb(config_.local_ssrc, remb_bps_, sources_))
    out_.push({packet.bytes().begin(), packet.bytes().end()});
}

} // namespace troupe::rtp
