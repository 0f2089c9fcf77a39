#pragma once

#include "actors/cluster/admin_link.hpp"
#include "net/base/time.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>

namespace troupe::actors {

/// The requests of the admin API that one other node is asked on one link: how
/// many at once, for how long, and which answers are none. An engine.
class admin_asks {
public:
  /// The most requests that the other node works on at once. With their answers
  /// and those of the other direction they stay below flow_window::max_octets.
  static constexpr size_t max_in_flight = 4;

  /// The most requests that wait for their turn.
  static constexpr size_t max_waiting = 64;

  /// How long an answer may take, waiting included.
  static constexpr net::duration timeout = std::chrono::seconds{2};

  /// A request is over.
  struct finished {
    uint64_t id = 0;
    node_answer answer;
  };

  /// Queues a request. False, and nothing is done, if too many wait.
  bool handle_ask(admin_ask x, net::time_point now);

  /// A piece of an answer has come. False if it broke a rule: it is too large,
  /// malformed, or the answer to nothing. The request is over then.
  bool handle_answer(admin_answer x, net::time_point now);

  void handle_timeout(net::time_point now);

  /// The link is gone: all requests fail.
  void handle_down();

  /// The next request to send now.
  std::optional<admin_ask> poll_ask();

  std::optional<finished> poll_finished();

  std::optional<net::time_point> poll_timeout() const;

private:
  // A request that was sent.
  struct pending {
    net::time_point until;
    node_answer answer;
  };

  // One that is over while its answer may still come.
  struct overdue {
    net::time_point since;
    size_t octets = 0;
  };

  void finish(std::map<uint64_t, pending>::iterator i, ask_fault why);
  bool handle_late(const admin_answer& x);

  std::deque<std::pair<net::time_point, admin_ask>> waiting_;
  std::map<uint64_t, pending> pending_;
  std::map<uint64_t, overdue> overdue_;
  std::deque<finished> finished_;
};

/// The requests that another node asks on one link, while this node works on
/// them. An engine.
class served_asks {
public:
  /// The most at once. More than the other node has in flight: those that it
  /// gave up may still be here when the next ones come.
  static constexpr size_t max_running = 2 * admin_asks::max_in_flight;

  /// How long this node works on one. Less than the other node waits.
  static constexpr std::chrono::milliseconds time{1800};

  /// Whether the request may run. If not, it broke a rule.
  bool handle_ask(const admin_ask& x);

  /// The request is over.
  void handle_finished(uint64_t id) {
    running_.erase(id);
  }

private:
  std::set<uint64_t> running_;
};

} // namespace troupe::actors
