#pragma once

#include "actors/base/ids.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"

#include <map>
#include <optional>
#include <unordered_map>

namespace troupe::actors {

/// How many rooms may wait; 0 is no limit.
struct waiting_limits {
  size_t all = 0;
  size_t per_session = 0;
  size_t per_address = 0;
};

/// The client that opened a room.
struct room_opener {
  /// The id of the session's actor. It may have ended.
  uint64_t session = 0;
  net::socket_address address;
};

/// The rooms without members that stay open for a while. Rooms that clients
/// open and leave again must not fill the memory, and one client must not use
/// up what all of them share. So each room counts for its opener while it
/// waits, and none is ever evicted in favor of another.
class waiting_rooms {
public:
  explicit waiting_rooms(const waiting_limits& limits) : limits_(limits) {}

  /// Whether one more room of this opener may wait.
  bool admits(const room_opener& opener) const;

  /// Lets a room wait until `until`, regardless of the limits.
  void add(const room_id& id, const room_opener& opener, net::time_point until);

  /// Does nothing if the room does not wait.
  void remove(const room_id& id);

  bool contains(const room_id& id) const {
    return rooms_.contains(id);
  }

  /// Removes and returns a room that has waited long enough, or nothing.
  std::optional<room_id> poll_expired(net::time_point now);

  /// When the next room has waited long enough.
  std::optional<net::time_point> poll_timeout() const;

private:
  // When a wait ends; rooms of the same moment are ordered by `serial`.
  struct deadline {
    net::time_point at;
    uint64_t serial = 0;

    auto operator<=>(const deadline&) const = default;
  };

  struct entry {
    deadline until;
    room_opener opener;
  };

  waiting_limits limits_;
  uint64_t last_serial_ = 0;
  std::unordered_map<room_id, entry> rooms_;
  std::map<deadline, room_id> by_deadline_;
  // Without entries for openers that have no room here.
  std::unordered_map<uint64_t, size_t> per_session_;
  std::map<net::socket_address, size_t> per_address_;
};

} // namespace troupe::actors
