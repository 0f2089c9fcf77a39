#pragma once

#include "net/base/time.hpp"
#include "protocol/verbs/replies.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace troupe::actors {

/// Whether a client's request is under way. The next one must wait for its
/// turn: requests take effect, and are answered, in the order in which they
/// came. Also measures joins.
class request_turn {
public:
  bool taken() const {
    return taken_;
  }

  void begin() {
    taken_ = true;
  }

  /// The request that is under way is a join, and takes its time from now on.
  void begin_join(net::time_point now) {
    join_began_ = now;
  }

  /// The request is answered. Returns how long it took if it was a join that
  /// succeeded.
  std::optional<net::duration> end(const protocol::outcome& result,
                                   net::time_point now) {
    taken_ = false;
    auto began = std::exchange(join_began_, std::nullopt);
    if (!began || !is_joined(result))
      return std::nullopt;
    return now - *began;
  }

private:
  static bool is_joined(const protocol::outcome& x) {
    const auto* done = std::get_if<protocol::success>(&x);
    return done && std::holds_alternative<protocol::reply::joined>(*done);
  }

  bool taken_ = false;
  std::optional<net::time_point> join_began_;
};

} // namespace troupe::actors
