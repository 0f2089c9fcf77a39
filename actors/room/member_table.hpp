#pragma once

#include "actors/base/client_facts.hpp"
#include "actors/room/member_claim.hpp"
#include "actors/room/peer_handle.hpp"
#include "actors/room/session_listener.hpp"
#include "net/base/time.hpp"

#include <unordered_map>

namespace troupe::actors {

/// How far a member takes part.
enum class presence : uint8_t {
  /// Others do not know of it, and it is sent no events.
  hidden,
  /// Known to the others; it is back, and not yet sent events.
  returning,
  shown,
};

/// A member as its room's actor knows it.
struct room_member {
  peer_handle peer;
  session_listener_actor session;
  bool named_by_client = false;
  bool derived = false;
  size_t shard = 0;
  actors::presence presence = presence::hidden;
  std::optional<bool> moderates = {};
  /// The number of its loss while its connection is lost, otherwise 0.
  uint64_t loss = 0;
  member_claim claim = {};
  /// The peer by which the member's present session joined: the member's own
  /// one, until the user returns on another connection.
  uint64_t joiner = 0;
  client_facts client = {};
  /// When it joined.
  net::time_point since = {};
  /// When a moderator last asked it to unmute.
  std::optional<net::time_point> unmute_asked = {};
  /// Whether it may record; see protocol::participant_rights.
  std::optional<bool> records = {};
  /// It only consumes, and no other member knows of it: it stays hidden.
  bool viewer = false;

  /// Whether both ids were made in the same way. Ids are public: naming an id
  /// that a server made proves nothing.
  template <class Newcomer>
  bool is_user_of(const Newcomer& x) const {
    return (named_by_client && x.named_by_client) || (derived && x.derived);
  }
};

/// The members of a room, found by id and by their peers' actors.
class member_table {
public:
  /// Adds a member, whose id must be free. The reference is valid until the
  /// member is removed.
  room_member& add(const peer_id& who, room_member x) {
    ids_.insert_or_assign(x.peer->id(), who);
    viewers_ += size_t{x.viewer};
    return members_.emplace(who, std::move(x)).first->second;
  }

  /// Removes a member; returns what it was, or nothing if there is none.
  std::optional<room_member> remove(const peer_id& who) {
    auto i = members_.find(who);
    if (i == members_.end())
      return std::nullopt;
    auto gone = std::move(i->second);
    members_.erase(i);
    ids_.erase(gone.peer->id());
    viewers_ -= size_t{gone.viewer};
    return gone;
  }

  /// Gives a member another id, which must be free.
  room_member& rename(const peer_id& from, const peer_id& to) {
    auto entry = members_.extract(from);
    ids_.insert_or_assign(entry.mapped().peer->id(), to);
    entry.key() = to;
    return members_.insert(std::move(entry)).position->second;
  }

  void clear() {
    members_.clear();
    ids_.clear();
    viewers_ = 0;
  }

  /// The id of the member with this peer; null if there is none.
  const peer_id* id_of(caf::actor_id peer) const {
    auto i = ids_.find(peer);
    return i == ids_.end() ? nullptr : &i->second;
  }

  /// Returns null if there is none.
  const room_member* find(const peer_id& who) const {
    auto i = members_.find(who);
    return i == members_.end() ? nullptr : &i->second;
  }

  bool contains(const peer_id& who) const {
    return members_.contains(who);
  }

  /// The member must exist.
  room_member& at(const peer_id& who) {
    return members_.at(who);
  }

  const room_member& at(const peer_id& who) const {
    return members_.at(who);
  }

  bool empty() const {
    return members_.empty();
  }

  size_t size() const {
    return members_.size();
  }

  /// How many of them are viewers.
  size_t viewers() const {
    return viewers_;
  }

  /// How many are not.
  size_t participants() const {
    return members_.size() - viewers_;
  }

  /// Pairs of an id and a member, in any order.
  auto begin() const {
    return members_.begin();
  }

  auto end() const {
    return members_.end();
  }

private:
  std::unordered_map<peer_id, room_member> members_;
  std::unordered_map<caf::actor_id, peer_id> ids_;
  size_t viewers_ = 0;
};

} // namespace troupe::actors
