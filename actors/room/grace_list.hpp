#pragma once

#include "actors/base/ids.hpp"
#include "net/base/time.hpp"

#include <map>
#include <optional>

namespace troupe::actors {

/// The members of a room whose connections are lost, and until when each may
/// reconnect. All have the same time, so the first lost expires first.
class grace_list {
public:
  /// Adds a loss; returns its number, which is never 0.
  uint64_t add(peer_id who, net::time_point until) {
    lost_.emplace(++last_, entry{std::move(who), until});
    return last_;
  }

  /// Removes a loss: the member has reconnected, or has left.
  void remove(uint64_t loss) {
    lost_.erase(loss);
  }

  void clear() {
    lost_.clear();
  }

  /// Removes and returns a member whose time is over, or nothing.
  std::optional<peer_id> poll_expired(net::time_point now) {
    if (lost_.empty() || lost_.begin()->second.until > now)
      return std::nullopt;
    return std::move(lost_.extract(lost_.begin()).mapped().who);
  }

  /// When the next member's time is over.
  std::optional<net::time_point> poll_timeout() const {
    if (lost_.empty())
      return std::nullopt;
    return lost_.begin()->second.until;
  }

private:
  struct entry {
    peer_id who;
    net::time_point until;
  };

  uint64_t last_ = 0;
  std::map<uint64_t, entry> lost_;
};

} // namespace troupe::actors
