#include "actors/peer/peer_consumers.hpp"

#include "actors/base/relay.hpp"

namespace troupe::actors {

caf::result<reply::consumers>
peer_consumers::control_all(const std::optional<consumer_id>& which,
                            const control_stream& x) {
  reply::consumers reached;
  const consumer_actor* last = nullptr;
  for (const auto& record : media_.consumers())
    if (!which || record.id == *which) {
      peer_.self->send(record.actor, x);
      reached.ids.push_back(record.id);
      last = &record.actor;
    }
  if (which && reached.ids.empty())
    return refuse(error_code::consumer_not_found);
  if (reached.ids.size() < 2)
    return reached;
  // Answer when the shard has handled all of them: a client cannot request more
  // than is done.
  auto promise = peer_.self->make_response_promise<reply::consumers>();
  peer_.self->request(*last, peer_.time_left(), fence{})
      .then([=](const done&) mutable { promise.deliver(std::move(reached)); },
            [=](const caf::error&) mutable {
              promise.deliver(std::move(reached));
            });
  return promise;
}

caf::result<reply::ok> peer_consumers::control_one(const consumer_id& which,
                                                   const control_stream& x) {
  auto* record = media_.find(which);
  if (!record)
    return refuse(error_code::consumer_not_found);
  peer_.self->send(record->actor, x);
  return reply::ok{};
}

caf::result<reply::consumers>
peer_consumers::set_paused(const std::optional<consumer_id>& which,
                           bool paused) {
  if (paused)
    return control_all(which, {actors::pause_consumer{}});
  return control_all(which, {actors::resume_consumer{}});
}

caf::result<reply::ok> peer_consumers::close(const consumer_id& which) {
  auto* record = media_.find(which);
  if (!record)
    return refuse(error_code::consumer_not_found);
  peer_.self->send(record->actor, control_stream{actors::close_consumer{}});
  forget(which);
  return reply::ok{};
}

caf::result<reply::ok>
peer_consumers::set_layers(const verb::set_preferred_layers& x) {
  return control_one(x.consumer, {x});
}

caf::result<reply::ok>
peer_consumers::set_priority(const verb::set_priority& x) {
  auto* record = media_.find(x.consumer);
  if (!record)
    return refuse(error_code::consumer_not_found);
  if (x.priority < 1 || x.priority > 255)
    return to_caf({error_code::bad_request, "priority: must be 1 to 255"});
  record->priority = x.priority;
  peer_.self->send(record->actor, control_stream{x});
  return reply::ok{};
}

caf::result<reply::ok>
peer_consumers::request_key_frame(const consumer_id& which) {
  return control_one(which, {actors::request_key_frame{}});
}

caf::result<consumer_explanation>
peer_consumers::explain(const consumer_id& which) {
  auto* found = media_.find(which);
  if (!found)
    return refuse(error_code::consumer_not_found);
  auto promise = peer_.self->make_response_promise<consumer_explanation>();
  relay(peer_.self->request(peer_.shard, peer_.timeout(),
                            explain_shard_consumer{found->key()}),
        promise,
        [which, source = found->producer,
         loudest = peer_.loudest](consumer_explanation& x) {
          x.id = which;
          x.producer = source;
          // The shard does not know this: it gets no media of that producer.
          if (x.reason == rtp::decision_reason::wanted && loudest
              && loudest->leaves_out(source))
            x.reason = rtp::decision_reason::loudness;
          return std::move(x);
        });
  return promise;
}

void peer_consumers::handle_end(const consumer_ended& x) {
  if (!media_.find(x.consumer))
    return;
  forget(x.consumer, true);
  peer_.notify_session(event::consumer_closed{x.consumer, x.producer});
}

void peer_consumers::notify(const consumer_producer_paused& x) const {
  if (x.paused)
    peer_.notify_session(event::consumer_paused{x.consumer});
  else
    peer_.notify_session(event::consumer_resumed{x.consumer});
}

void peer_consumers::notify(const consumer_layers_changed& x) const {
  event::consumer_layers_changed changed{x.consumer, {}, {}};
  if (x.layers) {
    changed.spatial_layer = x.layers->spatial;
    changed.temporal_layer = x.layers->temporal;
  }
  peer_.notify_session(changed);
}

void peer_consumers::handle_move(
    const transport_directions::moved<consumer_id>& x) {
  const auto& record = *media_.find(x.what);
  const auto& to = transports_.find(x.to)->actor;
  peer_.self->send(transports_.find(x.from)->actor,
                   remove_transport_consumer{record.key()});
  peer_.self->send(to, *record.route);
  // Send it through the consumer's actor: the shard would not know the consumer
  // yet if this overtook the message that adds it.
  peer_.self->send(record.actor,
                   control_stream{move_consumer{transport_key{to->id()}}});
}

void peer_consumers::close_on(const transport_id& which) {
  for (const auto& x : media_.consumers().on(which)) {
    peer_.self->send(x.actor, control_stream{actors::close_consumer{}});
    forget(x.id);
    peer_.notify_session(event::consumer_closed{x.id, x.producer});
  }
}

void peer_consumers::close_all() {
  for (auto copy = media_.consumers(); const auto& x : copy) {
    peer_.self->send(x.actor, control_stream{actors::close_consumer{}});
    forget(x.id);
  }
}

void peer_consumers::forget(const consumer_id& which, bool gone) {
  auto record = media_.remove(which, gone);
  if (!record)
    return;
  if (auto* on = transports_.find(record->transport))
    peer_.self->send(on->actor, remove_transport_consumer{record->key()});
}

} // namespace troupe::actors
