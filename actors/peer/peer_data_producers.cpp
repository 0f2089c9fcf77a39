#include "actors/peer/peer_data_producers.hpp"

namespace troupe::actors {

caf::result<reply::data_produced>
peer_data_producers::produce(verb::produce_data& x) {
  auto on = admit(x);
  if (!on)
    return on.error();
  auto quota_token = peer_.quotas.data_producers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto quota_tokens = peer_.take_app_data(
      x.app_data.text.size() + x.label.size() + x.protocol.size(),
      std::move(quota_token));
  if (!quota_tokens)
    return quota_tokens.error();
  auto entry = create(x, **on, std::move(*quota_tokens));
  auto promise = peer_.self->make_response_promise<reply::data_produced>();
  auto give_up = [this, promise, which = entry.facts.info.id,
                  actor = entry.producer](caf::error& failure) mutable {
    abandon(which, actor);
    promise.deliver(failure);
  };
  peer_.self->request(entry.producer, peer_.time_left(), begin_data{})
      .then(
          [this, promise, entry, limit = peer_.deadline](const done&) mutable {
            publish(std::move(entry), limit, promise);
          },
          std::move(give_up));
  return promise;
}

caf::expected<transport_record*>
peer_data_producers::admit(const verb::produce_data& x) const {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  if (!peer_.rights.publish)
    return refuse(error_code::forbidden);
  auto on = directions_.choose_for_data(x.transport, protocol::direction::send);
  if (const auto* why = std::get_if<protocol::error>(&on))
    return to_caf(*why);
  if (!data_.may_add_producer())
    return refuse(error_code::limit_reached);
  return std::get<transport_record*>(on);
}

data_producer_entry
peer_data_producers::create(const verb::produce_data& x,
                            const transport_record& on,
                            std::shared_ptr<void> quota_tokens) {
  auto created = make_id<data_producer_id>(*peer_.random);
  auto actor = spawn_data_producer(
      peer_.self->system(),
      {created, peer_.services->sctp, transport_key{on.actor->id()},
       x.stream.stream_id, x.paused, x.label, x.protocol, peer_.timeout()});
  peer_.self->link_to(actor);
  peer_.self->monitor(actor);
  data_.add(data_producer_record{created, on.id, actor, x.paused,
                                 std::move(quota_tokens)});
  return {{{created, peer_.id, x.label, x.protocol, x.paused, x.app_data},
           x.stream,
           x.for_server},
          actor};
}

void peer_data_producers::publish(
    data_producer_entry entry, const request_deadline& limit,
    caf::typed_response_promise<reply::data_produced> promise) {
  const auto created = entry.facts.info.id;
  // It may have ended meanwhile with its transport.
  const auto* record = data_.find(created);
  if (!record || peer_.late(limit)) {
    auto why = record ? too_late() : refuse(error_code::transport_not_found);
    abandon(created, entry.producer);
    promise.deliver(std::move(why));
    return;
  }
  promise.deliver(reply::data_produced{created});
  entry.facts.info.paused = record->paused;
  peer_.self->send(peer_.room, data_producer_published{std::move(entry)});
}

void peer_data_producers::abandon(const data_producer_id& which,
                                  const data_producer_actor& actor) {
  peer_.self->send(actor, close_data{});
  forget(which);
}

caf::result<reply::ok>
peer_data_producers::set_paused(const data_producer_id& which, bool paused) {
  auto* record = data_.find(which);
  if (!record)
    return refuse(error_code::data_producer_not_found);
  record->paused = paused;
  peer_.self->send(record->actor, pause_data{paused});
  peer_.self->send(peer_.room, data_producer_pause_changed{which, paused});
  return reply::ok{};
}

caf::result<reply::ok>
peer_data_producers::close(const data_producer_id& which) {
  // A client that closes its channel also sends this; either may come first.
  if (data_.forget_closed(which))
    return reply::ok{};
  auto* record = data_.find(which);
  if (!record)
    return refuse(error_code::data_producer_not_found);
  peer_.self->send(record->actor, close_data{});
  forget(which);
  peer_.self->send(peer_.room, data_producer_withdrawn{which});
  return reply::ok{};
}

bool peer_data_producers::handle_down(const caf::actor_addr& ended) {
  const auto* record = data_.producers().find_actor(ended);
  if (!record)
    return false;
  auto gone = record->id;
  forget(gone);
  peer_.self->send(peer_.room, data_producer_withdrawn{gone});
  data_.note_closed(std::move(gone));
  return true;
}

void peer_data_producers::close_on(const transport_id& which) {
  for (const auto& x : data_.producers().on(which)) {
    peer_.self->send(x.actor, close_data{});
    forget(x.id);
    peer_.self->send(peer_.room, data_producer_withdrawn{x.id});
  }
}

void peer_data_producers::forget(const data_producer_id& which) {
  if (auto record = data_.remove(which))
    peer_.self->demonitor(record->actor.address());
}

} // namespace troupe::actors
