#include "actors/base/log.hpp"
#include "actors/peer/peer_state.hpp"
#include "actors/transport/signaling_to_engine.hpp"
#include "protocol/ortc/ortc.hpp"
#include "protocol/ortc/supported_capabilities.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

/// Consumers of one producer that one peer may have.
constexpr std::ptrdiff_t max_replicas = 64;

caf::error refuse_parameters(const protocol::refusal& why) {
  return to_caf({error_code::unsupported, why.what});
}

} // namespace

caf::result<reply::produced> peer_state::produce(verb::produce& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  if (!rights.publish)
    return refuse(error_code::forbidden);
  auto* on = choose_to_send(x.transport);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (producers.size() >= services->settings.room.max_producers_per_peer)
    return refuse(error_code::limit_reached);
  auto& sent = x.parameters;
  const auto& router = protocol::default_router_rtp_capabilities();
  protocol::complete_producer_parameters(sent, on->cname, *random);
  auto type = protocol::check_producer(x.kind, sent);
  if (!type)
    return refuse_parameters(type.error());
  auto mapping =
      protocol::get_producer_rtp_parameters_mapping(sent, router, *random);
  if (!mapping)
    return refuse_parameters(mapping.error());
  auto quota_token = quotas.producers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto quota_tokens =
      take_app_data(x.app_data.text.size(), std::move(quota_token));
  if (!quota_tokens)
    return quota_tokens.error();
  auto consumable =
      protocol::get_consumable_rtp_parameters(x.kind, sent, router, *mapping);
  auto created = make_id<producer_id>(*random);
  auto scores = std::make_shared<score_board>(sent.encodings.size());
  auto engine = to_receiver(x.kind, sent, x.paused);
  engine.budget = replay_budget;
  // Responses to our reports are told apart by the SSRC that requested them.
  engine.local_ssrc = rtp::ssrc{ssrcs.take(1, *random)};
  auto arrivals = std::make_shared<in_flight_gauge>(max_waiting_packets);
  auto actor = spawn_producer(
      self->system(),
      {created, engine, caf::actor_cast<rtcp_sender_actor>(on->actor), speech,
       services->ticks, caf::actor_cast<producer_listener_actor>(self),
       services->load, loudest, scores, arrivals});
  self->link_to(actor);
  self->monitor(actor);
  auto entry = producer_entry{{{created, id, x.kind, x.paused, x.app_data},
                               sent,
                               std::move(consumable),
                               std::string{protocol::to_string(*type)}},
                              {actor, speech, scores}};
  // Add it at once: should the peer end before the transport answers, it ends
  // this producer, too.
  producers.push_back(
      {created, on->id, actor, x.kind, x.paused, std::move(*quota_tokens)});
  auto route = add_transport_producer{
      created,           to_identity(sent),
      to_feedback(sent), caf::actor_cast<rtp_sink_actor>(actor),
      engine.local_ssrc, arrivals};
  if (!x.transport && !on->direction)
    producers.back().route = route;
  auto promise = self->make_response_promise<reply::produced>();
  self->request(on->actor, time_left(), std::move(route))
      .then(
          [=, this, limit = deadline](const done&) mutable {
            // It may have ended meanwhile with its transport, as happens when
            // its client has come back and begins anew.
            const auto* record = find_record(producers, created);
            if (!record || late(limit)) {
              self->send(actor, actors::close_producer{});
              forget_producer(created);
              promise.deliver(record ? too_late()
                                     : refuse(error_code::transport_not_found));
              return;
            }
            promise.deliver(reply::produced{created});
            // A moderator may have paused it already.
            entry.facts.info.paused = record->paused;
            self->send(room, producer_published{std::move(entry)});
          },
          [=, this](caf::error& failure) mutable {
            self->send(actor, actors::close_producer{});
            forget_producer(created);
            promise.deliver(failure);
          });
  return promise;
}

caf::result<reply::consumed> peer_state::consume(const verb::consume& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  if (!rights.subscribe)
    return refuse(error_code::forbidden);
  auto* on = choose_to_receive(x.transport);
  if (!on)
    return refuse(error_code::transport_not_found);
  if (consumers.size() >= services->settings.room.max_consumers_per_peer)
    return refuse(error_code::limit_reached);
  if (!x.capabilities && !capabilities)
    return to_caf({error_code::bad_request, "rtpCapabilities: missing"});
  if (!services->load->admit(newcomer::consumer))
    return refuse(error_code::overloaded);
  auto quota_token = quotas.consumers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto promise = self->make_response_promise<reply::consumed>();
  consumption what{x, on->id, std::move(quota_token), {}, promise, deadline};
  what.wanted.producer = x.producer;
  what.wanted.own_if_alone = x.own_if_alone;
  if (!x.producer)
    begin_search(what);
  find_and_consume(std::move(what));
  return promise;
}

void peer_state::begin_search(consumption& what) {
  const auto& x = what.x;
  what.search = cursor.begin(x.capabilities ? *x.capabilities : *capabilities);
  what.wanted.after = what.search.after;
  // A client that consumes in order has none beyond: do not collect any.
  if (newest_consumed > what.search.after || (x.own_if_alone && consumed_own))
    what.wanted.except = consumed_beyond(what.search.after);
}

std::vector<producer_age>
peer_state::consumed_beyond(producer_age after) const {
  std::vector<producer_age> out;
  for (const auto& have : consumers)
    if ((have.age > after || have.own)
        && !find_record(transports, have.transport)->leaving)
      out.push_back(have.age);
  std::ranges::sort(out);
  return out;
}

void peer_state::find_and_consume(consumption what) {
  auto request =
      self->request(room, what.limit.left(self->clock().now()), what.wanted);
  auto kept = std::make_shared<consumption>(std::move(what));
  request.then(
      [=, this](const producer_entry& found) {
        if (late(kept->limit)) {
          kept->promise.deliver(too_late());
          return;
        }
        auto added = add_consumer(kept->x, kept->on, found, kept->quota_token);
        // A client that names no producer gets the next that it can decode.
        kept->unfit =
            !added && !kept->x.producer
            && from_caf(added.error()).code == error_code::cannot_consume;
        if (added || kept->unfit)
          note_searched(*kept, found, added.engaged());
        if (added)
          kept->promise.deliver(std::move(*added));
        else if (!kept->unfit)
          kept->promise.deliver(added.error());
        else
          find_and_consume(std::move(*kept));
      },
      [=, this](caf::error& failure) {
        // Producers that earlier searches passed as unfit may still be there:
        // search again to tell cannot_consume from no_producer.
        if (!kept->x.producer && !kept->unfit && kept->search.after > 0
            && cursor.passed_unfit()
            && from_caf(failure).code == error_code::no_producer) {
          cursor.restart();
          begin_search(*kept);
          return find_and_consume(std::move(*kept));
        }
        if (kept->unfit)
          failure = refuse(error_code::cannot_consume);
        kept->promise.deliver(failure);
      });
}

void peer_state::note_searched(consumption& what, const producer_entry& found,
                               bool added) {
  if (what.x.producer)
    return;
  const auto& facts = found.facts;
  if (find_record(producers, facts.info.id)) {
    auto& except = what.wanted.except;
    except.insert(std::ranges::lower_bound(except, facts.age), facts.age);
    return;
  }
  what.wanted.after = facts.age;
  if (added)
    cursor.pass(what.search, facts.age);
  else
    cursor.pass_unfit(what.search, facts.age,
                      what.x.capabilities ? *what.x.capabilities
                                          : *capabilities);
}

caf::expected<reply::consumed>
peer_state::add_consumer(const verb::consume& x, const transport_id& on_id,
                         const producer_entry& found,
                         std::shared_ptr<void> quota_token) {
  auto* on = find_transport(on_id);
  if (!on)
    return refuse(error_code::transport_not_found);
  const auto& facts = found.facts;
  // Several consumers of one producer are useful, in load tests for instance;
  // this many burden the whole room.
  if (facts.age <= newest_consumed
      && std::ranges::count(consumers, facts.age, &consumer_record::age)
             >= max_replicas)
    return refuse(error_code::limit_reached);
  const auto& can_receive = x.capabilities ? *x.capabilities : *capabilities;
  if (!protocol::can_consume(facts.consumable, can_receive))
    return refuse(error_code::cannot_consume);
  auto negotiated = protocol::get_consumer_rtp_parameters(
      facts.consumable, can_receive,
      {.enable_rtx = protocol::default_enable_rtx(facts.info.kind),
       .ssrc = ssrcs.take(2, *random)},
      *random);
  if (!negotiated)
    return refuse_parameters(negotiated.error());
  negotiated->mid = std::to_string(on->next_mid++);
  auto created = make_id<consumer_id>(*random);
  auto engine =
      to_forwarder(facts.info.kind, facts.sent, *negotiated, x.paused);
  auto scores = make_scores(10, *found.handles.scores, engine.layout.kind, {});
  auto actor = spawn_consumer(
      self->system(), {created, facts.info.id, std::move(engine),
                       found.handles.producer, transport_key{on->actor->id()},
                       shard, caf::actor_cast<consumer_listener_actor>(self),
                       found.handles.speech, found.handles.scores, scores});
  self->link_to(actor);
  consumers.push_back(
      {created, on->id, facts.info.id, actor, std::move(quota_token)});
  consumers.back().age = facts.age;
  consumers.back().own = find_record(producers, facts.info.id) != nullptr;
  newest_consumed = std::max(newest_consumed, facts.age);
  consumed_own |= consumers.back().own;
  auto route = add_transport_consumer{created, to_ssrcs(*negotiated),
                                      consumer_key{actor->id()}};
  if (!x.transport && !on->direction)
    consumers.back().route = route;
  self->send(on->actor, std::move(route));
  return reply::consumed{
      created,          facts.info.id,     facts.info.peer,
      facts.info.kind,  *negotiated,       facts.type,
      x.paused,         facts.info.paused, facts.info.app_data,
      std::move(scores)};
}

caf::result<reply::ok> peer_state::set_paused(const producer_id& which,
                                              bool paused) {
  auto* record = find_record(producers, which);
  if (!record)
    return refuse(error_code::producer_not_found);
  if (paused)
    self->send(record->actor, actors::pause_producer{});
  else
    self->send(record->actor, actors::resume_producer{});
  record->paused = paused;
  self->send(room, producer_pause_changed{which, paused});
  return reply::ok{};
}

caf::result<reply::ok> peer_state::close(const producer_id& which) {
  auto* record = find_record(producers, which);
  if (!record)
    return refuse(error_code::producer_not_found);
  self->send(record->actor, actors::close_producer{});
  forget_producer(producer_id{which});
  self->send(room, producer_withdrawn{which});
  return reply::ok{};
}

caf::result<reply::ok> peer_state::close(const consumer_id& which) {
  auto* record = find_record(consumers, which);
  if (!record)
    return refuse(error_code::consumer_not_found);
  self->send(record->actor, actors::close_consumer{});
  forget_consumer(consumer_id{which});
  return reply::ok{};
}

template <class Message>
caf::result<reply::consumers>
peer_state::send_to_consumers(const std::optional<consumer_id>& which,
                              const Message& x) {
  reply::consumers reached;
  const consumer_actor* last = nullptr;
  for (const auto& record : consumers)
    if (!which || record.id == *which) {
      self->send(record.actor, x);
      reached.ids.push_back(record.id);
      last = &record.actor;
    }
  if (which && reached.ids.empty())
    return refuse(error_code::consumer_not_found);
  if (reached.ids.size() < 2)
    return reached;
  // Answer when the shard has handled all of them: a client cannot request more
  // than is done.
  auto promise = self->make_response_promise<reply::consumers>();
  self->request(*last, time_left(), fence{})
      .then([=](const done&) mutable { promise.deliver(std::move(reached)); },
            [=](const caf::error&) mutable {
              promise.deliver(std::move(reached));
            });
  return promise;
}

template <class Message>
caf::result<reply::ok> peer_state::send_to_consumer(const consumer_id& which,
                                                    const Message& x) {
  auto* record = find_record(consumers, which);
  if (!record)
    return refuse(error_code::consumer_not_found);
  self->send(record->actor, x);
  return reply::ok{};
}

template caf::result<reply::consumers>
peer_state::send_to_consumers(const std::optional<consumer_id>&,
                              const actors::pause_consumer&);
template caf::result<reply::consumers>
peer_state::send_to_consumers(const std::optional<consumer_id>&,
                              const actors::resume_consumer&);
template caf::result<reply::ok>
peer_state::send_to_consumer(const consumer_id&,
                             const verb::set_preferred_layers&);
template caf::result<reply::ok>
peer_state::send_to_consumer(const consumer_id&,
                             const actors::request_key_frame&);

caf::result<reply::ok> peer_state::set_priority(const verb::set_priority& x) {
  auto* record = find_record(consumers, x.consumer);
  if (!record)
    return refuse(error_code::consumer_not_found);
  if (x.priority < 1 || x.priority > 255)
    return to_caf({error_code::bad_request, "priority: must be 1 to 255"});
  record->priority = x.priority;
  self->send(record->actor, x);
  return reply::ok{};
}

caf::result<reply::producers> peer_state::list_producers() {
  if (hidden)
    return refuse(error_code::not_joined);
  auto promise = self->make_response_promise<reply::producers>();
  self->request(room, time_left(), list_room_producers{})
      .then(
          [promise](reply::producers& all) mutable {
            promise.deliver(std::move(all));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::stats> peer_state::get_stats(const std::string& which) {
  auto promise = self->make_response_promise<reply::stats>();
  auto ask = [&](const auto& actor) {
    self->request(actor, time_left(), get_actor_stats{})
        .then([promise](
                  reply::stats& x) mutable { promise.deliver(std::move(x)); },
              [promise](caf::error& failure) mutable {
                promise.deliver(failure);
              });
  };
  if (auto* transport = find_record(transports, transport_id{which}))
    ask(transport->actor);
  else if (auto* producer = find_record(producers, producer_id{which}))
    ask(producer->actor);
  else if (auto* consumer = find_record(consumers, consumer_id{which}))
    ask(consumer->actor);
  else if (auto* data_producer =
               find_record(data_producers, data_producer_id{which}))
    ask(data_producer->actor);
  else if (auto* data_consumer =
               find_record(data_consumers, data_consumer_id{which}))
    ask(data_consumer->actor);
  else
    promise.deliver(to_caf({error_code::bad_request, "id: unknown"}));
  return promise;
}

void peer_state::forget_producer(const producer_id& which) {
  auto* record = find_record(producers, which);
  if (!record)
    return;
  if (auto* on = find_transport(record->transport))
    self->send(on->actor, remove_transport_producer{which});
  self->demonitor(record->actor.address());
  std::erase_if(producers, [&](const auto& x) { return x.id == which; });
}

void peer_state::forget_consumer(const consumer_id& which, bool gone) {
  auto* record = find_record(consumers, which);
  if (!record)
    return;
  if (!gone && !record->own)
    cursor.reopen(record->age);
  if (auto* on = find_transport(record->transport))
    self->send(on->actor, remove_transport_consumer{which});
  std::erase_if(consumers, [&](const auto& x) { return x.id == which; });
}

} // namespace troupe::actors
