#include "actors/room/room_trunks.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

#include <algorithm>

namespace troupe::actors {

const trunk_actor& room_trunks::open(const std::string& node) {
  auto i = trunks_.find(node);
  if (i == trunks_.end()) {
    const auto& shared = *room_.services.cluster;
    const auto shard = room_.assign_shard();
    auto opened =
        spawn_trunk(room_.self->system(),
                    {room_.id, node, shared.media, shared.media_address,
                     room_.shards.at(shard),
                     caf::actor_cast<trunk_listener_actor>(room_.self),
                     room_.quotas.replay_reserve});
    room_.self->monitor(opened);
    i = trunks_.emplace(node, entry{std::move(opened), shard}).first;
  }
  return i->second.actor;
}

caf::actor_addr room_trunks::sender() const {
  return caf::actor_cast<caf::actor_addr>(room_.self->current_sender());
}

bool room_trunks::is_current(const std::string& node,
                             const caf::actor_addr& trunk) const {
  const auto i = trunks_.find(node);
  return i != trunks_.end() && i->second.actor.address() == trunk;
}

void room_trunks::forget_relays(const std::string& node) {
  std::erase_if(relays_, [&](const auto& x) { return x.second.node == node; });
}

void room_trunks::end(const std::string& node, const entry& x) {
  forget_relays(node);
  room_.self->demonitor(x.actor.address());
  room_.self->send(x.actor, close_transport{});
  room_.shards.release(x.shard);
}

caf::result<producer_entry> room_trunks::relay(const producer_facts& facts) {
  auto promise = room_.self->make_response_promise<producer_entry>();
  open_relay(facts, [promise](caf::expected<producer_entry> x) mutable {
    if (x)
      promise.deliver(std::move(*x));
    else
      promise.deliver(std::move(x.error()));
  });
  return promise;
}

void room_trunks::open_relay(
    const producer_facts& facts,
    std::function<void(caf::expected<producer_entry>)> then) {
  const auto& which = facts.info.id;
  if (auto i = relays_.find(which); i != relays_.end()) {
    auto out = i->second.entry;
    out.facts.info = facts.info;
    out.facts.age = facts.age;
    return then(std::move(out));
  }
  const auto node = room_.replica.node_of(facts.info.peer);
  if (node.empty())
    return then(to_caf(protocol::make_error(error_code::producer_not_found)));
  const auto& trunk = open(node);
  room_.self
      ->request(trunk, room_.services.cluster->media->settings.request_timeout,
                relay_producer{facts, room_.speech.of(facts.info.peer),
                               room_.speech.loudest()})
      .then(
          [this, then, node, asked = trunk.address(),
           age = facts.age](relay_opened& x) {
            x.entry.facts.age = age;
            then(accept(node, asked, x.entry));
          },
          [then](caf::error& why) { then(std::move(why)); });
}

caf::expected<producer_entry> room_trunks::accept(const std::string& node,
                                                  const caf::actor_addr& trunk,
                                                  producer_entry& opened) {
  auto& info = opened.facts.info;
  // It may have been closed meanwhile, or paused.
  const auto* known = room_.people.find(info.id);
  if (!known)
    return to_caf(protocol::make_error(error_code::producer_not_found));
  if (!is_current(node, trunk))
    return to_caf(protocol::make_error(error_code::internal));
  const auto changed = info.paused != known->info.paused;
  info = known->info;
  relays_.insert_or_assign(info.id, relay_entry{node, opened});
  if (changed)
    set_paused(info.id, info.paused);
  return opened;
}

void room_trunks::close_relay(const producer_id& which) {
  if (relays_.erase(which) == 0)
    return;
  for (const auto& [node, trunk] : trunks_)
    room_.self->send(trunk.actor, actors::close_relay{which});
}

void room_trunks::set_paused(const producer_id& which, bool paused) {
  auto i = relays_.find(which);
  if (i == relays_.end())
    return;
  if (paused)
    room_.self->send(i->second.entry.handles.producer, pause_producer{});
  else
    room_.self->send(i->second.entry.handles.producer, resume_producer{});
}

void room_trunks::handle(const std::string& node, const open_trunk& x) {
  room_.self->send(open(node), x);
}

void room_trunks::handle(const std::string& node, const want_stream& x) {
  serve_stream out{x, {}};
  const producer_id which{x.producer};
  if (const auto* facts = room_.people.find(which))
    if (auto i = room_.handles.find(which); i != room_.handles.end())
      out.source = producer_entry{*facts, i->second};
  room_.self->send(open(node), std::move(out));
}

void room_trunks::handle(const std::string& node, const stream_refused& x) {
  if (auto i = trunks_.find(node); i != trunks_.end())
    room_.self->send(i->second.actor, x);
}

void room_trunks::handle(const trunk_message& x) {
  if (room_.replica.clustered() && is_current(x.node, sender()))
    room_.self->send(room_.services.cluster->cluster,
                     room_message_to{room_.id, x.node, x.what});
}

void room_trunks::handle(const relay_ended& x) {
  if (is_current(x.node, sender()) && relays_.erase(x.producer) > 0)
    room_.recording.note_relay_ended(x.producer);
}

void room_trunks::resume(const std::string& node) {
  if (auto i = trunks_.find(node); i != trunks_.end())
    room_.self->send(i->second.actor, resume_trunk{});
}

void room_trunks::close(const std::string& node) {
  if (auto gone = trunks_.extract(node); !gone.empty())
    end(gone.key(), gone.mapped());
}

void room_trunks::close_all() {
  for (const auto& [node, trunk] : trunks_)
    end(node, trunk);
  trunks_.clear();
}

void room_trunks::close_on(size_t shard) {
  std::vector<std::string> ended;
  std::erase_if(trunks_, [&](const auto& x) {
    if (x.second.shard != shard)
      return false;
    end(x.first, x.second);
    ended.push_back(x.first);
    return true;
  });
  // Their keys tell the other nodes to ask again for what they want.
  for (const auto& node : ended)
    open(node);
}

bool room_trunks::handle_down(const caf::actor_addr& source) {
  auto i = std::ranges::find_if(trunks_, [&](const auto& x) {
    return x.second.actor.address() == source;
  });
  if (i == trunks_.end())
    return false;
  room_.shards.release(i->second.shard);
  forget_relays(i->first);
  trunks_.erase(i);
  return true;
}

} // namespace troupe::actors
