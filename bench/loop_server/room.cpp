#include "bench/loop_server/room.hpp"

#include "bench/loop_server/peer.hpp"
#include "bench/loop_server/producer.hpp"

namespace troupe::loop {

namespace {

namespace event = protocol::event;

// The same as in the server.
constexpr size_t members_per_shard = 32;

} // namespace

void room::add(peer& x, std::string name) {
  people_.add({x.id(), std::move(name)});
  members_.emplace(x.id(), &x);
  broadcast(event::peer_joined{*people_.describe(x.id())}, x.id());
}

void room::remove(peer& x) {
  members_.erase(x.id());
  for (const auto& gone : people_.remove(x.id())) {
    producers_.erase(gone);
    broadcast(event::producer_closed{gone, x.id()}, x.id());
  }
  broadcast(event::peer_left{x.id()}, x.id());
}

peer* room::find(const actors::peer_id& id) const {
  auto i = members_.find(id);
  return i == members_.end() ? nullptr : i->second;
}

shard& room::choose_shard() {
  for (const auto& x : shards_)
    if (x->members < members_per_shard)
      return *x;
  return *shards_.emplace_back(std::make_unique<shard>(hub_));
}

void room::publish(producer& x) {
  const auto& info = x.about.info;
  x.age = people_.publish({info}).value_or(0);
  producers_.emplace(info.id, &x);
  broadcast(event::producer_added{info}, info.peer);
  broadcast_update(info.peer);
}

void room::withdraw(producer& x) {
  const auto& info = x.about.info;
  producers_.erase(info.id);
  people_.withdraw(info.id);
  broadcast(event::producer_closed{info.id, info.peer}, info.peer);
  broadcast_update(info.peer);
}

void room::set_paused(producer& x, bool paused) {
  const auto& info = x.about.info;
  if (!people_.set_paused(info.id, paused))
    return;
  if (paused)
    broadcast(event::producer_paused{info.id, info.peer}, info.peer);
  else
    broadcast(event::producer_resumed{info.id, info.peer}, info.peer);
  broadcast_update(info.peer);
}

producer* room::find(const actors::peer_id& asking,
                     const std::optional<actors::producer_id>& id,
                     const std::vector<actors::producer_age>& except) const {
  const auto* facts =
      id ? people_.find(*id) : people_.next_for(asking, 0, except);
  return facts ? producers_.at(facts->info.id) : nullptr;
}

void room::broadcast(protocol::any_event what, const actors::peer_id& except) {
  auto shared = std::make_shared<const protocol::any_event>(std::move(what));
  for (const auto& [id, x] : members_)
    if (id != except)
      x->notify(shared);
}

void room::broadcast_update(const actors::peer_id& who) {
  if (auto x = people_.describe(who))
    broadcast(event::peer_updated{std::move(*x)}, {});
}

} // namespace troupe::loop
