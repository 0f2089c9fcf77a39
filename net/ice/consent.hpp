#pragma once

#include "net/base/time.hpp"

#include <optional>

namespace troupe::net {

/// The peer's consent to receive on one tuple (RFC 7675). A lite agent sends no
/// checks of its own, so each authenticated check of the peer renews the
/// consent, which ends `timeout` after the last one. Where the agent's owner
/// allows it, media counts as a check. A timeout of 0 means that consent never
/// ends.
class consent {
public:
  consent(duration timeout, time_point now) : timeout_(timeout), last_(now) {}

  void refresh(time_point now) {
    if (now > last_)
      last_ = now;
  }

  /// The time of the peer's last check on this tuple.
  time_point last_check() const {
    return last_;
  }

  /// When consent ends, or nullopt if it never does.
  std::optional<time_point> expires_at() const {
    if (timeout_ == duration::zero())
      return std::nullopt;
    return last_ + timeout_;
  }

  bool expired(time_point now) const {
    return timeout_ != duration::zero() && now >= last_ + timeout_;
  }

private:
  duration timeout_;
  time_point last_;
};

} // namespace troupe::net
