#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace troupe::actors {

/// Follows what is under way to a node on one link: how much, for how long, and
/// how long a round trip takes. Hellos are the marks: the `seen` of a hello
/// acknowledges all that was sent before it.
class flow_window {
public:
  /// A link with more unacknowledged octets is closed.
  static constexpr uint64_t max_octets = uint64_t{4} << 20;

  /// So is one on which an acknowledgement takes longer, unless that node is
  /// given more time.
  static constexpr net::duration max_wait = std::chrono::seconds{2};

  /// So many octets after the last hello deserve another one at once.
  static constexpr uint64_t octets_per_hello = uint64_t{256} << 10;

  /// Notes a message of about this size.
  void handle_sent(uint64_t octets) {
    since_hello_ += octets;
    unacknowledged_ += octets;
  }

  /// Notes a hello, and returns its number.
  uint64_t handle_hello(net::time_point now);

  /// A hello was acknowledged. Returns the round-trip time, or nothing if there
  /// is no such hello: the peer broke a rule.
  std::optional<net::duration> handle_seen(uint64_t sequence,
                                           net::time_point now);

  bool wants_hello() const {
    return since_hello_ >= octets_per_hello;
  }

  /// Whether the link must be closed; a node may take `leniency` longer.
  bool overdue(net::time_point now, net::duration leniency) const {
    return unacknowledged_ > max_octets
           || (!marks_.empty()
               && now - marks_.front().sent >= max_wait + leniency);
  }

  /// When the link is overdue if nothing is acknowledged until then.
  std::optional<net::time_point> poll_timeout(net::duration leniency) const {
    if (marks_.empty())
      return std::nullopt;
    return marks_.front().sent + max_wait + leniency;
  }

  uint64_t unacknowledged() const {
    return unacknowledged_;
  }

private:
  struct mark {
    uint64_t sequence = 0;
    net::time_point sent;
    uint64_t octets = 0; // since the mark before
  };

  std::deque<mark> marks_;
  uint64_t last_ = 0;
  uint64_t since_hello_ = 0;
  uint64_t unacknowledged_ = 0;
};

} // namespace troupe::actors
