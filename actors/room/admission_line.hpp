#pragma once

#include "net/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_set>

namespace troupe::actors {

/// The sessions whose clients wait for a busy server to admit them, in the
/// order in which they came. A session waits at most once. One that has had its
/// turn may enter once, whatever the load.
///
/// The owner asks every `interval` for the next turns. There are few of them at
/// a time: the newcomers that a relieved server admits must not overload it
/// again before the load shows.
class admission_line {
public:
  /// The time between two looks at the load: that of its samples.
  static constexpr net::duration interval = std::chrono::milliseconds{100};

  /// How many have their turn in one interval: 100 a second.
  static constexpr size_t stride = 10;

  /// The shortest time between two reports of places.
  static constexpr net::duration report_interval = std::chrono::seconds{1};

  /// A wait that has ended.
  struct ended {
    uint64_t session = 0;
    net::duration waited{};
  };

  /// At most `limit` sessions wait.
  explicit admission_line(size_t limit) : limit_(limit) {}

  bool empty() const {
    return waiting_.empty();
  }

  size_t size() const {
    return waiting_.size();
  }

  /// Puts a session at the end, for `patience` at most; one that waits already
  /// keeps its place and its time. Returns its place, which counts from 1, or
  /// nothing if the line is full.
  std::optional<size_t> add(uint64_t session, net::duration patience,
                            net::time_point now);

  /// The session asks again. Returns whether it has had its turn, which it uses
  /// up by that.
  bool enter(uint64_t session) {
    return let_in_.erase(session) > 0;
  }

  /// The session has ended. Returns for how long it had waited, if it did.
  std::optional<ended> forget(uint64_t session, net::time_point now);

  /// The next session that may enter, if there is one and the server is not
  /// `busy`.
  std::optional<ended> poll_turn(net::time_point now, bool busy);

  /// A session that has waited for too long.
  std::optional<ended> poll_expired(net::time_point now);

  /// Whether those that wait are to be told their places, since something has
  /// changed. Begins the next interval between reports.
  bool poll_report(net::time_point now);

  /// When the polls above are next wanted: an interval after `now`, or never.
  std::optional<net::time_point> poll_timeout(net::time_point now) const {
    return empty() ? std::nullopt : std::optional{now + interval};
  }

  /// Calls `visit(session, place)` for all that wait, in order.
  template <class F>
  void for_each(F visit) const {
    size_t place = 0;
    for (const auto& [serial, x] : waiting_)
      visit(x.session, ++place);
  }

private:
  struct entry {
    uint64_t session = 0;
    net::time_point since;
    net::time_point until;
  };

  using entry_map = std::map<uint64_t, entry>; // by serial number

  entry_map::iterator find(uint64_t session);

  ended remove(entry_map::iterator i, net::time_point now);

  size_t limit_;
  uint64_t last_serial_ = 0;
  entry_map waiting_;
  std::unordered_set<uint64_t> let_in_; // sessions, which live
  net::time_point stride_began_{};
  size_t turns_ = 0; // since then
  bool changed_ = false;
  net::time_point reported_{};
};

} // namespace troupe::actors
