#pragma once

#include "actors/room/roster.hpp"
#include "bench/loop_server/shard.hpp"

namespace troupe::loop {

/// The members of a room, their producers, and their shards.
class room {
public:
  explicit room(hub& parent) : hub_(parent) {}

  /// Adds a member, whose id must be free, and notifies the others.
  void add(peer& x, std::string name);

  /// Removes a member and its producers, and notifies the others.
  void remove(peer& x);

  bool empty() const {
    return members_.empty();
  }

  /// The member of that id, or null.
  peer* find(const actors::peer_id& id) const;

  /// The shard for a new member.
  shard& choose_shard();

  void publish(producer& x);

  void withdraw(producer& x);

  void set_paused(producer& x, bool paused);

  /// A producer by its id, or the first that neither belongs to `asking` nor is
  /// in `except`; or null.
  producer* find(const actors::peer_id& asking,
                 const std::optional<actors::producer_id>& id,
                 const std::vector<actors::producer_age>& except) const;

  const actors::roster& people() const {
    return people_;
  }

private:
  // Notifies all members but `except`.
  void broadcast(protocol::any_event what, const actors::peer_id& except);

  // Notifies all members of a changed roster entry.
  void broadcast_update(const actors::peer_id& who);

  hub& hub_;
  actors::roster people_;
  std::map<actors::peer_id, peer*> members_;
  std::map<actors::producer_id, producer*> producers_;
  std::vector<std::unique_ptr<shard>> shards_;
};

} // namespace troupe::loop
