#include "rtp/bwe/arrival_groups.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// Packets that a pacer sends within this time are one group.
constexpr duration burst = 5ms;

/// The longest group that a queue may have released at once.
constexpr duration longest_burst = 100ms;

} // namespace

std::optional<arrival_groups::step> arrival_groups::add(time_point sent,
                                                        duration received) {
  if (!current_) {
    current_ = group{sent, sent, received, received};
    return std::nullopt;
  }
  // A reordered packet tells nothing about the queue.
  if (sent < current_->first_sent)
    return std::nullopt;
  if (belongs(sent, received)) {
    current_->last_sent = std::max(current_->last_sent, sent);
    current_->last_received = std::max(current_->last_received, received);
    return std::nullopt;
  }
  std::optional<step> out;
  if (previous_) {
    out = step{current_->last_sent - previous_->last_sent,
               current_->last_received - previous_->last_received,
               current_->last_received};
    // The whole group was overtaken. The next step counts from the group
    // before; otherwise jitter that adds delay would count and jitter that
    // removes it would not.
    if (out->received < duration{})
      out.reset();
    else
      previous_ = current_;
  } else {
    previous_ = current_;
  }
  current_ = group{sent, sent, received, received};
  return out;
}

bool arrival_groups::belongs(time_point sent, duration received) const {
  if (sent - current_->first_sent <= burst)
    return true;
  // Sent apart, but released at once by a queue that had stopped.
  auto gap = received - current_->last_received;
  auto slower = gap - (sent - current_->last_sent);
  return slower < duration{} && gap <= burst
         && received - current_->first_received < longest_burst;
}

} // namespace troupe::rtp
