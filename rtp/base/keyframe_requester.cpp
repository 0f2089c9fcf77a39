#include "rtp/base/keyframe_requester.hpp"

#include <algorithm>

namespace troupe::rtp {

void keyframe_requester::request(time_point now) {
  if (pending_)
    return;
  pending_ = true;
  alive_ = true;
  due_ = sent_ ? std::max(now, earliest()) : now;
}

time_point keyframe_requester::earliest() const {
  const duration saved = (intervals_.burst - 1) * intervals_.min_interval;
  return std::max<time_point>(last_sent_ + intervals_.spacing,
                              covered_until_ - saved);
}

void keyframe_requester::handle_packet() {
  alive_ = true;
}

void keyframe_requester::handle_keyframe() {
  pending_ = false;
}

bool keyframe_requester::poll(time_point now) {
  if (!pending_ || !alive_ || now < due_)
    return false;
  sent_ = true;
  last_sent_ = now;
  covered_until_ = std::max(covered_until_, now) + intervals_.min_interval;
  due_ = now + intervals_.retry_interval;
  alive_ = false;
  return true;
}

std::optional<time_point> keyframe_requester::poll_timeout() const {
  if (!pending_ || !alive_)
    return std::nullopt;
  return due_;
}

} // namespace troupe::rtp
