#include "actors/peer/peer_producers.hpp"

#include "actors/transport/signaling_to_engine.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

namespace troupe::actors {

namespace {

caf::error refuse_parameters(const protocol::refusal& why) {
  return to_caf({error_code::unsupported, why.what});
}

} // namespace

caf::result<reply::produced> peer_producers::produce(verb::produce& x) {
  auto on = admit(x);
  if (!on)
    return on.error();
  auto with = prepare(x, **on);
  if (!with)
    return with.error();
  auto [entry, route] = create(x, **on, std::move(*with));
  auto promise = peer_.self->make_response_promise<reply::produced>();
  auto give_up = [this, promise, which = entry.facts.info.id,
                  actor = entry.handles.producer](caf::error& failure) mutable {
    abandon(which, actor);
    promise.deliver(failure);
  };
  peer_.self->request((*on)->actor, peer_.time_left(), std::move(route))
      .then(
          [this, promise, entry = std::move(entry),
           limit = peer_.deadline](const done&) mutable {
            publish(std::move(entry), limit, promise);
          },
          std::move(give_up));
  return promise;
}

caf::expected<transport_record*>
peer_producers::admit(const verb::produce& x) const {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  if (!peer_.rights.publish)
    return refuse(error_code::forbidden);
  auto* on = directions_.choose_to_send(x.transport);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (!media_.may_add_producer())
    return refuse(error_code::limit_reached);
  return on;
}

caf::expected<peer_producers::plan>
peer_producers::prepare(verb::produce& x, transport_record& on) {
  auto& sent = x.parameters;
  const auto& router = protocol::default_router_rtp_capabilities();
  protocol::complete_producer_parameters(sent, on.cname, *peer_.random);
  auto type = protocol::check_producer(x.kind, sent);
  if (!type)
    return refuse_parameters(type.error());
  auto mapping = protocol::get_producer_rtp_parameters_mapping(sent, router,
                                                               *peer_.random);
  if (!mapping)
    return refuse_parameters(mapping.error());
  auto quota_token = peer_.quotas.producers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto quota_tokens =
      peer_.take_app_data(x.app_data.text.size(), std::move(quota_token));
  if (!quota_tokens)
    return quota_tokens.error();
  return plan{
      *type,
      protocol::get_consumable_rtp_parameters(x.kind, sent, router, *mapping),
      std::move(*quota_tokens)};
}

peer_producers::creation peer_producers::create(const verb::produce& x,
                                                const transport_record& on,
                                                plan with) {
  const auto& sent = x.parameters;
  auto created = make_id<producer_id>(*peer_.random);
  auto scores = std::make_shared<score_board>(sent.encodings.size());
  auto engine = to_receiver(x.kind, sent, x.paused);
  if (!replay_budget_)
    replay_budget_ = std::make_shared<rtp::memory_budget>(
        rtp::memory_budget::default_limit, peer_.quotas.replay_reserve);
  engine.budget = replay_budget_;
  // Plain senders often set no marker.
  if (!on.plain)
    engine.frame_hold = peer_.services->settings.overload.frame_hold;
  // Responses to our reports are told apart by the SSRC that requested them.
  engine.local_ssrc = rtp::ssrc{peer_.ssrcs.take(1, *peer_.random)};
  auto arrivals = std::make_shared<in_flight_gauge>(max_waiting_packets);
  auto actor = spawn_producer(
      peer_.self->system(),
      {created, engine, caf::actor_cast<rtcp_sender_actor>(on.actor),
       peer_.speech, peer_.services->ticks,
       caf::actor_cast<producer_listener_actor>(peer_.self),
       peer_.services->load, peer_.loudest, scores, arrivals});
  peer_.self->link_to(actor);
  peer_.self->monitor(actor);
  // Add it at once: should the peer end before the transport answers, it ends
  // this producer, too.
  auto& record = media_.add(producer_record{
      created, on.id, actor, x.kind, x.paused, std::move(with.quota_tokens)});
  auto route = add_transport_producer{
      created,           to_identity(sent),
      to_feedback(sent), caf::actor_cast<rtp_sink_actor>(actor),
      engine.local_ssrc, arrivals};
  if (!x.transport && !on.direction)
    record.route = route;
  return {producer_entry{{{created, peer_.id, x.kind, x.paused, x.app_data},
                          sent,
                          std::move(with.consumable),
                          std::string{protocol::to_string(with.type)}},
                         {actor, peer_.speech, scores}},
          std::move(route)};
}

void peer_producers::publish(
    producer_entry entry, const request_deadline& limit,
    caf::typed_response_promise<reply::produced> promise) {
  const auto created = entry.facts.info.id;
  // It may have ended meanwhile with its transport, as happens when its client
  // has come back and begins anew.
  const auto* record = media_.find(created);
  if (!record || peer_.late(limit)) {
    auto why = record ? too_late() : refuse(error_code::transport_not_found);
    abandon(created, entry.handles.producer);
    promise.deliver(std::move(why));
    return;
  }
  promise.deliver(reply::produced{created});
  // A moderator may have paused it already.
  entry.facts.info.paused = record->paused;
  peer_.self->send(peer_.room, producer_published{std::move(entry)});
}

void peer_producers::abandon(const producer_id& which,
                             const producer_actor& actor) {
  peer_.self->send(actor, actors::close_producer{});
  forget(which);
}

caf::result<reply::ok>
peer_producers::set_paused(const producer_id& which, bool paused,
                           const std::optional<protocol::moderator>& by) {
  auto* record = media_.find(which);
  if (!record)
    return refuse(error_code::producer_not_found);
  if (paused)
    peer_.self->send(record->actor, actors::pause_producer{});
  else
    peer_.self->send(record->actor, actors::resume_producer{});
  record->paused = paused;
  peer_.self->send(peer_.room, producer_pause_changed{which, paused, by});
  return reply::ok{};
}

caf::result<reply::ok> peer_producers::close(const producer_id& which) {
  auto* record = media_.find(which);
  if (!record)
    return refuse(error_code::producer_not_found);
  peer_.self->send(record->actor, actors::close_producer{});
  forget(which);
  peer_.self->send(peer_.room, producer_withdrawn{which});
  return reply::ok{};
}

void peer_producers::mute(const mute_peer& x) {
  for (const auto& which : media_.active_producers(x.kind)) {
    set_paused(which, true, x.by);
    peer_.notify_session(event::producer_paused{which, peer_.id, x.by});
  }
}

void peer_producers::note_wanted(const event::producer_layers_wanted& x) {
  if (auto* record = media_.find(x.producer))
    record->wanted = x;
  peer_.notify_session(x);
}

void peer_producers::repeat_wanted() const {
  for (const auto& x : media_.producers())
    if (x.wanted)
      peer_.notify_session(*x.wanted);
}

void peer_producers::handle_move(
    const transport_directions::moved<producer_id>& x) {
  const auto& record = *media_.find(x.what);
  const auto& to = transports_.find(x.to)->actor;
  peer_.self->send(transports_.find(x.from)->actor,
                   remove_transport_producer{x.what});
  peer_.self->send(record.actor,
                   move_producer{caf::actor_cast<rtcp_sender_actor>(to)});
  peer_.self->request(to, peer_.timeout(), *record.route)
      .then([](const done&) {},
            [this, which = x.what](const caf::error&) {
              if (media_.find(which))
                close(which);
            });
}

bool peer_producers::handle_down(const caf::actor_addr& ended) {
  const auto* record = media_.producers().find_actor(ended);
  if (!record)
    return false;
  auto gone = record->id;
  forget(gone);
  peer_.self->send(peer_.room, producer_withdrawn{gone});
  return true;
}

void peer_producers::close_on(const transport_id& which) {
  for (const auto& x : media_.producers().on(which)) {
    peer_.self->send(x.actor, actors::close_producer{});
    forget(x.id);
    peer_.self->send(peer_.room, producer_withdrawn{x.id});
  }
}

void peer_producers::forget(const producer_id& which) {
  auto record = media_.remove(which);
  if (!record)
    return;
  if (auto* on = transports_.find(record->transport))
    peer_.self->send(on->actor, remove_transport_producer{record->id});
  peer_.self->demonitor(record->actor.address());
}

} // namespace troupe::actors
