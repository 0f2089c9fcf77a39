// The feeds of a room: what members of other nodes consume of its data
// producers.

#include "actors/room/room_data_relays.hpp"
#include "actors/room/room_state.hpp"
#include "actors/transport/signaling_to_engine.hpp"

namespace troupe::actors {

void room_data_relays::handle(const std::string& node, const want_data& x) {
  const data_producer_id which{x.producer};
  auto i = feeds_.find({node, which});
  if (i != feeds_.end() && i->second.relay == x.relay) {
    if (x.wanted)
      room_.self->send(i->second.actor, x);
    else
      room_.self->send(i->second.actor, close_data{});
    return;
  }
  if (!x.wanted)
    return;
  if (i != feeds_.end()) {
    room_.self->demonitor(i->second.actor.address());
    room_.self->send(i->second.actor, close_data{});
    feeds_.erase(i);
  }
  open_feed(node, x);
}

void room_data_relays::open_feed(const std::string& node, const want_data& x) {
  const data_producer_id which{x.producer};
  const auto* facts = room_.data.find(which);
  const auto source = room_.data_handles.find(which);
  // The data producer or its feed may have ended meanwhile.
  if (!facts || source == room_.data_handles.end() || facts->info.peer.empty()
      || x.next != 0) {
    send(node,
         data_relay_over{room_.id.str(), x.producer, x.relay, x.next, true});
    return;
  }
  const auto& shared = *room_.services.cluster;
  const auto& settings = shared.media->settings.data;
  auto actor = spawn_data_feed(room_.self->system(),
                               {room_.id,
                                node,
                                which,
                                x.relay,
                                source->second,
                                to_reliability(facts->stream),
                                {settings.buffer_limit, settings.buffer_time},
                                room_.services.sctp,
                                shared.cluster,
                                shared.data->of(node),
                                room_.services.shards.load});
  room_.self->monitor(actor);
  feeds_.insert_or_assign({node, which}, feed{x.relay, std::move(actor)});
}

void room_data_relays::handle(const std::string& node, const data_credit& x) {
  auto i = feeds_.find({node, data_producer_id{x.producer}});
  if (i != feeds_.end() && i->second.relay == x.relay)
    room_.self->send(i->second.actor, x);
}

} // namespace troupe::actors
