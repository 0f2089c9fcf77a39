#include "actors/room/room_data_relays.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

#include <algorithm>
#include <atomic>

namespace troupe::actors {

namespace {

// Of all rooms of this process: the messages of a room that was closed cannot
// be taken for those of the next one with its id.
std::atomic<uint64_t> opened_data_relays{0};

} // namespace

caf::result<data_producer_entry>
room_data_relays::relay(const data_producer_facts& facts) {
  const auto& which = facts.info.id;
  if (auto* known = find(which)) {
    known->asked = room_.self->clock().now();
    return data_producer_entry{facts, known->actor};
  }
  const auto node = room_.replica.node_of(facts.info.peer);
  if (node.empty() || !room_.services.sctp)
    return to_caf(protocol::make_error(error_code::data_producer_not_found));
  const auto& opened = open(facts, node);
  auto promise = room_.self->make_response_promise<data_producer_entry>();
  room_.self
      ->request(opened.actor,
                room_.services.cluster->media->settings.request_timeout,
                begin_data{})
      .then([promise, out = data_producer_entry{facts, opened.actor}](
                const done&) mutable { promise.deliver(std::move(out)); },
            [promise](caf::error& why) mutable { promise.deliver(why); });
  return promise;
}

room_data_relays::entry&
room_data_relays::open(const data_producer_facts& facts,
                       const std::string& node) {
  const auto number = ++opened_data_relays;
  auto actor = spawn_data_relay(
      room_.self->system(),
      {room_.id.str(), facts.info.id, number, room_.services.sctp,
       facts.info.paused, facts.info.label, facts.info.protocol,
       room_.services.cluster->media->settings.request_timeout,
       caf::actor_cast<data_relay_listener_actor>(room_.self)});
  room_.self->monitor(actor);
  by_producer_.insert_or_assign(facts.info.id, number);
  return relays_[number] = {node, facts.info.id, std::move(actor),
                            room_.self->clock().now()};
}

room_data_relays::entry* room_data_relays::find(const data_producer_id& which) {
  auto i = by_producer_.find(which);
  return i == by_producer_.end() ? nullptr : &relays_.at(i->second);
}

room_data_relays::entry* room_data_relays::find(const std::string& node,
                                                uint64_t relay,
                                                const std::string& producer) {
  auto i = relays_.find(relay);
  if (i != relays_.end() && i->second.node == node
      && i->second.producer.str() == producer)
    return &i->second;
  if (i != relays_.end() || relay == 0 || relay > opened_data_relays)
    report(node);
  return nullptr;
}

void room_data_relays::close(uint64_t relay) {
  auto gone = relays_.extract(relay);
  if (gone.empty())
    return;
  const auto& x = gone.mapped();
  room_.self->demonitor(x.actor.address());
  room_.self->send(x.actor, close_data{});
  if (auto i = by_producer_.find(x.producer);
      i != by_producer_.end() && i->second == relay)
    by_producer_.erase(i);
  stale_octets_[x.node] = 0;
  send(x.node, want_data{room_.id.str(), x.producer.str(), relay, 0, false});
}

void room_data_relays::finish(const data_producer_id& which) {
  auto i = by_producer_.find(which);
  if (i == by_producer_.end())
    return;
  const auto relay = i->second;
  by_producer_.erase(i);
  room_.self->delayed_send(room_.self, last_words, data_relay_idle{relay});
}

void room_data_relays::set_paused(const data_producer_id& which, bool paused) {
  if (auto* x = find(which))
    room_.self->send(x->actor, pause_data{paused});
}

// -- messages of the room on the other node -----------------------------------

void room_data_relays::handle(const std::string& node, data_relay& x) {
  if (auto* to = find(node, x.relay, x.producer)) {
    room_.self->send(to->actor, std::move(x));
    return;
  }
  auto& octets = stale_octets_[node];
  for (const auto& y : x.messages)
    octets += y.content.size() + relayed_message_overhead;
  if (octets > max_stale_octets)
    report(node);
  else
    send(node, want_data{room_.id.str(), x.producer, x.relay, 0, false});
}

void room_data_relays::handle(const std::string& node,
                              const data_relay_over& x) {
  if (auto* to = find(node, x.relay, x.producer))
    room_.self->send(to->actor, x);
}

// -- what a relay says --------------------------------------------------------

void room_data_relays::handle(data_relay_says& x) {
  if (auto i = relays_.find(x.relay); i != relays_.end())
    send(i->second.node, std::move(x.what));
}

void room_data_relays::handle(const data_relay_idle& x) {
  auto i = relays_.find(x.relay);
  if (i == relays_.end())
    return;
  const auto current = by_producer_.contains(i->second.producer);
  // A member may be about to consume it.
  if (!current || room_.self->clock().now() - i->second.asked > patience)
    close(x.relay);
}

void room_data_relays::handle(const data_relay_violated& x) {
  auto i = relays_.find(x.relay);
  if (i == relays_.end())
    return;
  report(i->second.node);
  close(x.relay);
}

// -- nodes --------------------------------------------------------------------

void room_data_relays::resume(const std::string& node) {
  for (const auto& [number, x] : relays_)
    if (x.node == node)
      room_.self->send(x.actor, resume_data_relay{});
}

void room_data_relays::close(const std::string& node) {
  std::vector<uint64_t> gone;
  for (const auto& [number, x] : relays_)
    if (x.node == node)
      gone.push_back(number);
  for (auto number : gone)
    close(number);
  std::erase_if(feeds_, [&](const auto& x) {
    if (x.first.first != node)
      return false;
    room_.self->demonitor(x.second.actor.address());
    room_.self->send(x.second.actor, close_data{});
    return true;
  });
  stale_octets_.erase(node);
}

void room_data_relays::close_all() {
  for (const auto& [number, x] : relays_)
    room_.self->send(x.actor, close_data{});
  for (const auto& [key, x] : feeds_)
    room_.self->send(x.actor, close_data{});
  relays_.clear();
  by_producer_.clear();
  feeds_.clear();
}

bool room_data_relays::handle_down(const caf::actor_addr& source) {
  if (auto i = std::ranges::find_if(
          feeds_,
          [&](const auto& x) { return x.second.actor.address() == source; });
      i != feeds_.end()) {
    feeds_.erase(i);
    return true;
  }
  auto i = std::ranges::find_if(relays_, [&](const auto& x) {
    return x.second.actor.address() == source;
  });
  if (i == relays_.end())
    return false;
  close(i->first);
  return true;
}

void room_data_relays::send(const std::string& node, room_message what) {
  if (room_.replica.clustered())
    room_.self->send(room_.services.cluster->cluster,
                     room_message_to{room_.id, node, std::move(what)});
}

void room_data_relays::report(const std::string& node) {
  room_.self->send(room_.services.cluster->cluster, report_violation{node});
}

} // namespace troupe::actors
