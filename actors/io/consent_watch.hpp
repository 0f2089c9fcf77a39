#pragma once

#include "net/base/time.hpp"
#include "net/ice/ice_check_responder.hpp"

#include <caf/actor_control_block.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Watches the consent (RFC 7675) of transports whose ICE checks the I/O
/// threads answer. A timer in each transport would wake it every 30 s, to learn
/// from its responder that its client is there: thousands of silent transports
/// lie in cold memory. This looks at the responders instead, and names a
/// transport only if its last check is too old. Not thread-safe.
class consent_watch {
public:
  /// A transport whose responder still stands is named again after this time.
  static constexpr net::duration retry = std::chrono::seconds{1};

  struct entry {
    std::shared_ptr<const net::ice_check_responder> responder;
    caf::weak_actor_ptr transport;
    /// Consent ends so long after the last check; 0: never.
    net::duration timeout{};
  };

  /// Watches a transport until its responder is revoked.
  void add(entry x) {
    if (x.timeout == net::duration::zero())
      return;
    auto at = x.responder->last_check() + x.timeout;
    push({at, std::move(x)});
  }

  /// Returns the next transport whose consent has ended by `now`, or nullopt.
  std::optional<caf::weak_actor_ptr> poll_ended(net::time_point now) {
    while (!queue_.empty() && queue_.front().at <= now) {
      std::ranges::pop_heap(queue_, later{});
      auto x = std::move(queue_.back());
      queue_.pop_back();
      if (x.what.responder->revoked())
        continue;
      auto end = x.what.responder->last_check() + x.what.timeout;
      const bool ended = end <= now;
      x.at = ended ? now + retry : end;
      auto out = ended ? x.what.transport : caf::weak_actor_ptr{};
      push(std::move(x));
      if (ended)
        return out;
    }
    return std::nullopt;
  }

  /// The number of transports that are watched.
  size_t size() const {
    return queue_.size();
  }

private:
  struct deadline {
    net::time_point at;
    entry what;
  };

  struct later {
    bool operator()(const deadline& a, const deadline& b) const {
      return a.at > b.at;
    }
  };

  void push(deadline x) {
    queue_.push_back(std::move(x));
    std::ranges::push_heap(queue_, later{});
  }

  std::vector<deadline> queue_; // a heap
};

} // namespace troupe::actors
