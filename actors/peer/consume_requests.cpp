#include "actors/peer/consume_requests.hpp"

#include "actors/base/relay.hpp"
#include "actors/transport/signaling_to_engine.hpp"

namespace troupe::actors {

caf::result<reply::consumed> consume_requests::consume(const verb::consume& x) {
  auto on = admit(x);
  if (!on)
    return on.error();
  auto quota_token = peer_.quotas.consumers->take_share();
  if (quota_token.empty())
    return refuse(error_code::limit_reached);
  auto promise = peer_.self->make_response_promise<reply::consumed>();
  consumption what{x, (*on)->id, std::move(quota_token), promise,
                   peer_.deadline};
  what.search.wanted.producer = x.producer;
  what.search.wanted.own_if_alone = x.own_if_alone;
  if (!x.producer)
    media_.begin_search(what.search, capabilities(x), transports_);
  find_and_consume(std::move(what));
  return promise;
}

caf::expected<transport_record*>
consume_requests::admit(const verb::consume& x) const {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  if (!peer_.rights.subscribe)
    return refuse(error_code::forbidden);
  auto* on = directions_.choose_to_receive(x.transport);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (!media_.may_add_consumer())
    return refuse(error_code::limit_reached);
  if (x.stream && !x.producer)
    return to_caf({error_code::bad_request, "producer: missing"});
  if (!x.stream && !x.capabilities && !peer_.capabilities)
    return to_caf({error_code::bad_request, "rtpCapabilities: missing"});
  // A stream that goes on with another producer is nothing new.
  if (!x.stream && !peer_.admits_consumer())
    return refuse(error_code::overloaded);
  return on;
}

void consume_requests::find_and_consume(consumption what) {
  auto request = peer_.self->request(peer_.room, peer_.time_left(what.limit),
                                     what.search.wanted);
  auto kept = std::make_shared<consumption>(std::move(what));
  request.then(
      [this, kept](const producer_entry& found) { handle_found(*kept, found); },
      [this, kept](caf::error& failure) { handle_failure(*kept, failure); });
}

void consume_requests::handle_found(consumption& what,
                                    const producer_entry& found) {
  if (peer_.late(what.limit)) {
    what.promise.deliver(too_late());
    return;
  }
  auto added = add(what, found);
  // A client that names no producer gets the next that it can decode.
  what.search.unfit =
      !added && !what.x.producer
      && from_caf(added.error()).code == error_code::cannot_consume;
  if (!what.x.producer && (added || what.search.unfit))
    media_.note_found(what.search, found.facts.info.id, found.facts.age,
                      added.engaged(), capabilities(what.x));
  if (added)
    what.promise.deliver(std::move(*added));
  else if (!what.search.unfit)
    what.promise.deliver(added.error());
  else
    find_and_consume(std::move(what));
}

void consume_requests::handle_failure(consumption& what, caf::error& failure) {
  if (from_caf(failure).code == error_code::no_producer
      && media_.search_again(what.search, capabilities(what.x), transports_))
    return find_and_consume(std::move(what));
  if (what.search.unfit)
    failure = refuse(error_code::cannot_consume);
  what.promise.deliver(failure);
}

caf::expected<reply::consumed>
consume_requests::add(consumption& what, const producer_entry& found) {
  const auto& x = what.x;
  const auto& facts = found.facts;
  auto* on = transports_.find(what.on);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (!media_.may_consume_again(facts.age))
    return refuse(error_code::limit_reached);
  auto negotiated = negotiate(facts, x, *on);
  if (!negotiated)
    return negotiated.error();
  auto created = make_id<consumer_id>(*peer_.random);
  auto engine =
      to_forwarder(facts.info.kind, facts.sent, *negotiated, x.paused);
  engine.continues = x.stream.has_value();
  auto scores = make_scores(10, *found.handles.scores, engine.layout.kind, {});
  auto actor = spawn_consumer(
      peer_.self->system(),
      {created, facts.info.id, std::move(engine), found.handles.producer,
       transport_key{on->actor->id()}, peer_.shard,
       caf::actor_cast<consumer_listener_actor>(peer_.self),
       found.handles.speech, found.handles.scores, scores});
  peer_.self->link_to(actor);
  auto& record = media_.add(consumer_record{.id = created,
                                            .transport = on->id,
                                            .producer = facts.info.id,
                                            .actor = actor,
                                            .age = facts.age},
                            std::move(what.quota_token));
  auto route = add_transport_consumer{record.key(), to_ssrcs(*negotiated)};
  if (!x.transport && !on->direction)
    record.route = std::make_shared<const add_transport_consumer>(route);
  peer_.self->send(on->actor, std::move(route));
  return reply::consumed{
      created,          facts.info.id,     facts.info.peer,
      facts.info.kind,  *negotiated,       facts.type,
      x.paused,         facts.info.paused, facts.info.app_data,
      std::move(scores)};
}

caf::expected<protocol::rtp_parameters>
consume_requests::negotiate(const producer_facts& facts, const verb::consume& x,
                            transport_record& on) {
  if (x.stream) {
    auto fit = protocol::fit_stream(facts.consumable, *x.stream);
    if (!fit)
      return refuse(error_code::cannot_consume);
    return *std::move(fit);
  }
  if (!protocol::can_consume(facts.consumable, capabilities(x)))
    return refuse(error_code::cannot_consume);
  auto out = protocol::get_consumer_rtp_parameters(
      facts.consumable, capabilities(x),
      {.enable_rtx = protocol::default_enable_rtx(facts.info.kind),
       .ssrc = peer_.ssrcs.take(2, *peer_.random)},
      *peer_.random);
  if (!out)
    return to_caf({error_code::unsupported, out.error().what});
  out->mid = std::to_string(on.next_mid++);
  return *std::move(out);
}

caf::result<reply::producers> consume_requests::list_producers() {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  auto promise = peer_.self->make_response_promise<reply::producers>();
  relay(
      peer_.self->request(peer_.room, peer_.time_left(), list_room_producers{}),
      promise);
  return promise;
}

} // namespace troupe::actors
