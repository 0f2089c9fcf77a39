#pragma once

#include "actors/base/ids.hpp"
#include "actors/cluster/admin_link.hpp"
#include "actors/cluster/cluster_messages.hpp"
#include "net/base/time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::actors {

/// What was wrong with a message about rooms.
enum class directory_fault : uint8_t {
  /// A change was left out, or came before the snapshot. What is known of the
  /// node's rooms is no longer right until its next snapshot.
  sequence,
  /// A room's id is empty or too long, or the message has too many of them.
  /// Those are left out.
  room,
  /// The node has more rooms than a node may have. The rest is left out.
  too_many,
};

/// Knows which nodes have a part of a room: what this node tells the others,
/// and what they told it. An engine.
class cluster_directory {
public:
  /// The least time between two messages about this node's rooms.
  static constexpr net::duration interval = std::chrono::milliseconds{50};

  /// The most rooms of another node.
  static constexpr size_t max_rooms = 100'000;

  // -- this node's rooms --

  void handle_opened(const room_id& room);

  void handle_closed(const room_id& room);

  /// What to tell all other nodes now.
  std::optional<rooms_changed> poll_changes(net::time_point now);

  /// When there is more to tell.
  std::optional<net::time_point> poll_timeout() const;

  /// What to tell a node whose link has just come up: at least one piece.
  /// Later changes follow it.
  std::vector<rooms_snapshot> snapshot() const;

  // -- rooms of other nodes --

  std::optional<directory_fault> handle_changes(const std::string& node,
                                                const rooms_changed& x);

  std::optional<directory_fault> handle_snapshot(const std::string& node,
                                                 const rooms_snapshot& x);

  /// The node is dead: it has no rooms.
  void forget(const std::string& node);

  /// The other nodes that have a part of this room, by name.
  std::vector<std::string> nodes_of(const room_id& room) const;

  /// The rooms of other nodes after `after`, ordered by name: `limit` at most.
  remote_room_page rooms_after(const room_id& after, size_t limit) const;

  /// The number of rooms of another node.
  size_t rooms_of(const std::string& node) const;

private:
  struct remote_rooms {
    std::set<std::string> rooms;
    uint64_t sequence = 0;
    /// Whether a snapshot came, and no fault of sequence since.
    bool valid = false;
    /// The pieces of a snapshot whose last one has not come.
    std::set<std::string> pieces;
    bool in_pieces = false;
  };

  void add(const std::string& node, remote_rooms& to, const std::string& room);
  void remove(const std::string& node, remote_rooms& from,
              const std::string& room);

  std::set<std::string> own_;
  std::set<std::string> opened_;
  std::set<std::string> closed_;
  uint64_t sequence_ = 0;
  std::optional<net::time_point> told_;
  std::map<std::string, remote_rooms> remote_;
  std::map<std::string, std::set<std::string>> nodes_;
};

} // namespace troupe::actors
