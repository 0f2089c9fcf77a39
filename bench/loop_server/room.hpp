#pragma once

#include "actors/roster.hpp"
#include "bench/loop_server/shard.hpp"

namespace troupe::loop {

/// The members of a room, what they offer, and the shards they are in.
class room {
public:
  explicit room(hub& all) : all_(all) {}

  /// Adds a member, whose id must be free, and tells the others.
  void add(peer& x, std::string name);

  /// Takes a member and its producers off the list, and tells the others.
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

  /// A producer by its id, or the first that is neither `asking`'s nor among
  /// `except`; or null.
  producer* find(const actors::peer_id& asking,
                 const std::optional<actors::producer_id>& id,
                 const std::vector<actors::producer_age>& except) const;

  const actors::roster& people() const {
    return people_;
  }

private:
  // Tells everybody but `except`.
  void tell(protocol::any_event what, const actors::peer_id& except);

  // Tells everybody what became of the roster entry.
  void tell_update(const actors::peer_id& who);

  hub& all_;
  actors::roster people_;
  std::map<actors::peer_id, peer*> members_;
  std::map<actors::producer_id, producer*> producers_;
  std::vector<std::unique_ptr<shard>> shards_;
};

} // namespace troupe::loop
