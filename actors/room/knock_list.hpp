#pragma once

#include "actors/base/ids.hpp"
#include "actors/room/session_listener.hpp"
#include "net/auth/secret.hpp"
#include "net/base/time.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace troupe::actors {

/// A client that waits in a room's lobby.
struct knock {
  session_listener_actor session;
  /// The actor id of that session.
  uint64_t session_id = 0;
  /// The actor id of the peer that was to join; see knock_ended.
  uint64_t joiner = 0;
  /// The id and the name under which the client wants to join.
  peer_id peer;
  std::string name;
  net::time_point until;
  // Set by knock_list::add().
  uint64_t serial = 0;
  net::time_point since = {};
};

/// The lobby of a room: whether there is one, which clients wait in it, and
/// which were let in and have yet to join. Each session waits at most once.
///
/// A change of the list is reported once an interval, and at once after a
/// pause, so that clients that come and go do not flood the hosts.
class knock_list {
public:
  /// The shortest time between two reports of changes.
  static constexpr net::duration report_interval = std::chrono::seconds{1};

  /// How often hosts may send messages to those that wait, all hosts together.
  static constexpr net::duration message_interval = std::chrono::seconds{1};

  /// How many former members are remembered.
  static constexpr size_t most_remembered = 100;

  bool enabled() const {
    return enabled_;
  }

  void enable(bool enabled) {
    changed_ = changed_ || enabled != enabled_;
    enabled_ = enabled;
    remembered_.clear();
  }

  /// Whether poll_*() may have anything to return.
  bool active() const {
    return enabled_ || changed_ || !waiting_.empty();
  }

  /// How many clients wait.
  size_t size() const {
    return waiting_.size();
  }

  /// Adds a client that knocks, or replaces the knock of the same session,
  /// which keeps its id and its time. Returns false if `limit` others wait.
  bool add(knock x, net::time_point now, size_t limit);

  bool waits(uint64_t session) const;

  /// Whether the session's client was let in, and has not joined yet.
  bool was_let_in(uint64_t session) const {
    return let_in_.contains(session);
  }

  /// Removes one client from those that wait, or all of them.
  std::vector<knock> take(const std::optional<knock_id>& which);

  /// The session's client may join from now on, once.
  void let_in(uint64_t session) {
    let_in_.insert(session);
  }

  /// A member has left that can prove by this secret who it was: it was let in
  /// once, and need not knock again. The last ones are remembered, for as long
  /// as there is a lobby.
  void remember(const std::string& secret);

  /// Whether a former member has that secret.
  bool remembers(std::string_view secret) const;

  /// The session's client has joined, or the session has ended. Returns whether
  /// it was known here.
  bool forget(uint64_t session);

  /// Hosts are to be told the list anew, if there is a lobby.
  void note_change() {
    changed_ = changed_ || enabled_;
  }

  /// Removes and returns a client that has waited for too long.
  std::optional<knock> poll_expired(net::time_point now);

  /// Whether a report of the list is due. Starts the next interval.
  bool poll_change(net::time_point now);

  /// When one of the two above is next wanted.
  std::optional<net::time_point> poll_timeout() const;

  /// Whether a message may be sent now. Starts the next interval.
  bool admit_message(net::time_point now);

  /// All that wait, the longest first.
  std::vector<protocol::waiting_client> list(net::time_point now) const;

  /// Pairs of a serial number and a knock, the longest wait first.
  auto begin() const {
    return waiting_.begin();
  }

  auto end() const {
    return waiting_.end();
  }

private:
  using knock_map = std::map<uint64_t, knock>;

  static knock_id id_of(uint64_t serial) {
    return knock_id{std::to_string(serial)};
  }

  knock_map::const_iterator find(uint64_t session) const;

  bool enabled_ = false;
  bool changed_ = false; // since the last report
  uint64_t last_serial_ = 0;
  std::optional<net::time_point> last_report_;
  std::optional<net::time_point> last_message_;
  knock_map waiting_;
  std::unordered_set<uint64_t> let_in_; // sessions, which live
  std::deque<net::secret> remembered_;  // the latest last
};

} // namespace troupe::actors
