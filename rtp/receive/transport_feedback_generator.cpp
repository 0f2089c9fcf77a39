#include "rtp/receive/transport_feedback_generator.hpp"

#include "rtp/rtcp/compound.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

// So many arrivals are reported at once, without waiting for the interval.
constexpr size_t max_arrivals = 256;

// The most runs of very late packets that are reported; each run needs a
// feedback packet.
constexpr size_t max_far_back = 8;

// A REMB names this many sources at most.
constexpr size_t max_sources = 16;

} // namespace

transport_feedback_generator::transport_feedback_generator(const config& x)
    : config_(x) {}

void transport_feedback_generator::handle_packet(uint16_t sequence_number,
                                                 ssrc media,
                                                 time_point arrival) {
  auto x = arrival_record{extender_.extend(sequence_number), arrival};
  if (!remember(x))
    return;
  media_ = media;
  arrivals_.push_back(x);
  if (!due_ && !config_.on_demand)
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
  if (due_ && now >= *due_)
    report();
  if (remb_due_ && now >= *remb_due_) {
    follow_arrivals(now);
    build_remb();
    remb_due_.reset();
    if (rate_.bitrate_bps(now) > 0)
      remb_due_ = now + remb_interval;
  }
}

void transport_feedback_generator::report() {
  due_.reset();
  build_feedback();
}

std::optional<std::vector<uint8_t>> transport_feedback_generator::poll_rtcp() {
  return out_.pop();
}

std::optional<time_point> transport_feedback_generator::poll_timeout() const {
  if (due_ && remb_due_)
    return std::min(*due_, *remb_due_);
  return due_ ? due_ : remb_due_;
}

// Remembers an arrival; false for a duplicate.
bool transport_feedback_generator::remember(const arrival_record& x) {
  if (history_.empty())
    history_.resize(history_size);
  if (find_arrival(x.sequence) != nullptr)
    return false;
  newest_ = std::max(newest_, x.sequence);
  // An older arrival would replace a newer one.
  if (x.sequence > newest_ - history_size)
    slot(x.sequence) = x;
  return true;
}

// The sender has restarted: none of its packets fits those before.
void transport_feedback_generator::begin_anew() {
  next_.reset();
  newest_ = arrivals_.back().sequence;
  std::ranges::fill(history_, arrival_record{});
  for (const auto& x : arrivals_)
    if (x.sequence > newest_ - history_size)
      slot(x.sequence) = x;
}

transport_feedback_generator::arrival_record&
transport_feedback_generator::slot(int64_t sequence) {
  return history_[static_cast<size_t>(sequence & (history_size - 1))];
}

const transport_feedback_generator::arrival_record*
transport_feedback_generator::find_arrival(int64_t sequence) {
  auto& x = slot(sequence);
  return x.sequence == sequence ? &x : nullptr;
}

// Adds to the sorted arrivals those from `sequence` on that were reported
// before.
void transport_feedback_generator::add_reported_since(int64_t sequence) {
  auto pending = arrivals_.size();
  auto is_pending = [&](const arrival_record& x) {
    auto end = arrivals_.begin() + static_cast<std::ptrdiff_t>(pending);
    return std::binary_search(arrivals_.begin(), end, x, by_sequence);
  };
  for (auto i = sequence; i < *next_; ++i)
    if (const auto* x = find_arrival(i); x != nullptr && !is_pending(*x))
      arrivals_.push_back(*x);
  std::sort(arrivals_.begin(), arrivals_.end(), by_sequence);
}

void transport_feedback_generator::build_feedback() {
  if (arrivals_.empty())
    return;
  std::sort(arrivals_.begin(), arrivals_.end(), by_sequence);
  if (arrivals_.back().sequence <= newest_ - history_size)
    begin_anew();
  auto recent = std::partition_point(
      arrivals_.begin(), arrivals_.end(),
      [this](const auto& x) { return x.sequence <= newest_ - history_size; });
  auto far_back = static_cast<size_t>(recent - arrivals_.begin());
  if (next_ && recent->sequence < *next_)
    add_reported_since(recent->sequence);
  auto all = std::span<const arrival_record>{arrivals_};
  build_far_back(all.first(far_back));
  // Report packets lost since the last feedback, too.
  auto rest = all.subspan(far_back);
  auto first = rest.front().sequence;
  build_feedback(rest, next_ ? std::min(*next_, first) : first);
  next_ = std::max(next_.value_or(INT64_MIN), arrivals_.back().sequence + 1);
  arrivals_.clear();
}

// The arrivals around such late packets are forgotten: reports each run of them
// by itself.
void transport_feedback_generator::build_far_back(
    std::span<const arrival_record> arrivals) {
  for (size_t runs = 0; runs < max_far_back && !arrivals.empty(); ++runs) {
    size_t n = 1;
    while (n < arrivals.size()
           && arrivals[n].sequence - arrivals[n - 1].sequence <= 1)
      ++n;
    build_feedback(arrivals.first(n), arrivals.front().sequence);
    arrivals = arrivals.subspan(n);
  }
}

void transport_feedback_generator::build_feedback(
    std::span<const arrival_record> arrivals, int64_t base) {
  auto& first = arrivals.front();
  if (first.sequence - base
      >= static_cast<int64_t>(rtcp::transport_cc_builder::max_statuses))
    base = first.sequence;
  builder_.start(base, first.at.time_since_epoch());
  auto last = std::optional<int64_t>{};
  for (auto& x : arrivals) {
    if (std::exchange(last, x.sequence) == x.sequence)
      continue;
    auto at = x.at.time_since_epoch();
    if (builder_.add(x.sequence, at))
      continue;
    flush_builder();
    builder_.start(x.sequence, at);
    builder_.add(x.sequence, at);
  }
  flush_builder();
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
  // One and a half times the arriving rate lets a sender grow fast. If less
  // arrives than was allowed, the allowance falls by an eighth: the network
  // path may carry no more.
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
