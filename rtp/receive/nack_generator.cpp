#include "rtp/receive/nack_generator.hpp"

#include <algorithm>

namespace troupe::rtp {

unsigned nack_generator::handle_packet(int64_t sequence, time_point now) {
  if (!newest_) {
    newest_ = sequence;
    return 0;
  }
  if (sequence <= *newest_) {
    auto i = std::lower_bound(
        missing_.begin(), missing_.end(), sequence,
        [](const entry& x, int64_t y) { return x.sequence < y; });
    if (i == missing_.end() || i->sequence != sequence)
      return 0;
    auto retries = i->retries;
    missing_.erase(i);
    return retries;
  }
  auto gap = static_cast<size_t>(sequence - *newest_ - 1);
  if (missing_.size() + gap > config_.max_missing) {
    missing_.clear();
    gave_up_ = true;
  } else {
    for (auto i = *newest_ + 1; i < sequence; ++i)
      missing_.push_back({i, now + config_.reordering, 0});
  }
  newest_ = sequence;
  return 0;
}

size_t nack_generator::poll(time_point now, std::vector<uint16_t>& out) {
  auto before = out.size();
  auto next_due = now + std::max(config_.tick, round_trip_time_);
  std::erase_if(missing_, [&](entry& x) {
    if (x.due > now)
      return false;
    if (x.retries >= config_.max_retries)
      return true;
    ++x.retries;
    x.due = next_due;
    out.push_back(static_cast<uint16_t>(x.sequence));
    return false;
  });
  return out.size() - before;
}

bool nack_generator::poll_gave_up() {
  return std::exchange(gave_up_, false);
}

std::optional<time_point> nack_generator::poll_timeout() const {
  if (missing_.empty())
    return std::nullopt;
  return std::min_element(
             missing_.begin(), missing_.end(),
             [](const entry& x, const entry& y) { return x.due < y.due; })
      ->due;
}

void nack_generator::reset() {
  missing_.clear();
  newest_.reset();
  gave_up_ = false;
}

} // namespace troupe::rtp
