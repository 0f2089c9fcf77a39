#include "actors/peer/peer_data_consumers.hpp"

#include "actors/base/relay.hpp"
#include "actors/transport/signaling_to_engine.hpp"

namespace troupe::actors {

namespace {

// Reports a missing producer as a missing data producer.
caf::error in_terms_of_data(const caf::error& failure) {
  auto why = from_caf(failure);
  return why.code == error_code::producer_not_found
             ? refuse(error_code::data_producer_not_found)
             : to_caf(why);
}

} // namespace

caf::result<reply::data_consumed>
peer_data_consumers::consume(const verb::consume_data& x) {
  auto on = admit(x);
  if (!on)
    return on.error();
  auto quota_token = peer_.quotas.data_consumers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto wanted =
      find_data_producer{x.data_producer, data_.consumed(), x.own_if_alone};
  auto promise = peer_.self->make_response_promise<reply::data_consumed>();
  consumption what{x, (*on)->id, std::move(quota_token), promise,
                   peer_.deadline};
  peer_.self->request(peer_.room, peer_.time_left(), std::move(wanted))
      .then([this, what = std::move(what)](
                const data_producer_entry& found) { add(what, found); },
            relay_error(promise));
  return promise;
}

caf::expected<transport_record*>
peer_data_consumers::admit(const verb::consume_data& x) const {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  if (!peer_.rights.subscribe)
    return refuse(error_code::forbidden);
  auto on = directions_.choose_for_data(x.transport, protocol::direction::recv);
  if (const auto* why = std::get_if<protocol::error>(&on))
    return to_caf(*why);
  if (!data_.may_add_consumer())
    return refuse(error_code::limit_reached);
  if (!peer_.admits_consumer())
    return refuse(error_code::overloaded);
  return std::get<transport_record*>(on);
}

void peer_data_consumers::add(const consumption& what,
                              const data_producer_entry& found) {
  auto promise = what.promise;
  auto* on = transports_.find(what.on);
  if (!on)
    promise.deliver(refuse(error_code::transport_not_found));
  else if (peer_.late(what.limit))
    promise.deliver(too_late());
  else if (!data_.may_consume_again(found.facts.info.id))
    promise.deliver(refuse(error_code::limit_reached));
  else
    begin(create(what, *on, found), found, what);
}

const data_consumer_record&
peer_data_consumers::create(const consumption& what, const transport_record& on,
                            const data_producer_entry& found) {
  auto created = make_id<data_consumer_id>(*peer_.random);
  auto subchannels = what.x.subchannels.value_or(std::vector<subchannel>{});
  auto actor = spawn_data_consumer(
      peer_.self->system(),
      {created, found.facts.info.id, found.producer, peer_.services->sctp,
       transport_key{on.actor->id()}, to_reliability(found.facts.stream),
       subchannels, what.x.paused, found.facts.info.label,
       found.facts.info.protocol, peer_.timeout(),
       caf::actor_cast<data_listener_actor>(peer_.self)});
  peer_.self->link_to(actor);
  return data_.add(data_consumer_record{created, on.id, found.facts.info.id,
                                        actor, what.quota_token,
                                        std::move(subchannels)});
}

void peer_data_consumers::begin(const data_consumer_record& record,
                                const data_producer_entry& found,
                                const consumption& what) {
  // Ends a data consumer that did not begin.
  auto abandon = [this, promise = what.promise, created = record.id,
                  actor = record.actor](caf::error why) mutable {
    peer_.self->send(actor, close_data{});
    data_.remove(created);
    promise.deliver(std::move(why));
  };
  reply::data_consumed out{
      record.id,          found.facts.info.id,     found.facts.info.peer,
      found.facts.stream, found.facts.info.label,  found.facts.info.protocol,
      what.x.paused,      found.facts.info.paused, found.facts.info.app_data};
  peer_.self->request(record.actor, peer_.time_left(what.limit), begin_data{})
      .then(
          [this, abandon, promise = what.promise, limit = what.limit,
           out = std::move(out)](const data_consumer_added& x) mutable {
            if (!data_.find(out.id))
              return abandon(refuse(error_code::transport_not_found));
            if (peer_.late(limit))
              return abandon(too_late());
            out.stream.stream_id = x.stream;
            out.data_producer_paused = x.producer_paused;
            promise.deliver(std::move(out));
          },
          [abandon](caf::error& failure) mutable {
            abandon(in_terms_of_data(failure));
          });
}

caf::result<reply::data_consumers>
peer_data_consumers::set_paused(const std::optional<data_consumer_id>& which,
                                bool paused) {
  reply::data_consumers reached;
  for (const auto& record : data_.consumers())
    if (!which || record.id == *which) {
      peer_.self->send(record.actor, pause_data{paused});
      reached.ids.push_back(record.id);
    }
  if (which && reached.ids.empty())
    return refuse(error_code::data_consumer_not_found);
  return reached;
}

caf::result<reply::ok>
peer_data_consumers::close(const data_consumer_id& which) {
  auto* record = data_.find(which);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  peer_.self->send(record->actor, close_data{});
  data_.remove(which);
  return reply::ok{};
}

template <class Change>
caf::result<reply::data_subchannels>
peer_data_consumers::change_subchannels(const data_consumer_id& which,
                                        Change change) {
  auto* record = data_.find(which);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  change(record->subchannels);
  peer_.self->send(record->actor, choose_subchannels{record->subchannels});
  return reply::data_subchannels{which, record->subchannels};
}

caf::result<reply::data_subchannels>
peer_data_consumers::subscribe(verb::set_data_subchannels& x) {
  return change_subchannels(
      x.data_consumer, [&](auto& have) { have = std::move(x.subchannels); });
}

caf::result<reply::data_subchannels>
peer_data_consumers::subscribe(const verb::add_data_subchannel& x) {
  return change_subchannels(x.data_consumer, [&](auto& have) {
    auto i = std::ranges::lower_bound(have, x.subchannel);
    if (i == have.end() || *i != x.subchannel)
      have.insert(i, x.subchannel);
  });
}

caf::result<reply::data_subchannels>
peer_data_consumers::subscribe(const verb::remove_data_subchannel& x) {
  return change_subchannels(
      x.data_consumer, [&](auto& have) { std::erase(have, x.subchannel); });
}

caf::result<reply::ok>
peer_data_consumers::watch(const verb::set_data_low_threshold& x) {
  auto* record = data_.find(x.data_consumer);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  peer_.self->send(record->actor, watch_data_buffered{x.threshold});
  return reply::ok{};
}

caf::result<reply::data_buffered>
peer_data_consumers::get_buffered(const verb::get_data_buffered& x) {
  auto* record = data_.find(x.data_consumer);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  auto promise = peer_.self->make_response_promise<reply::data_buffered>();
  relay(peer_.self->request(record->actor, peer_.time_left(),
                            actors::get_data_buffered{}),
        promise, [id = x.data_consumer](const data_buffered& got) {
          return reply::data_buffered{id, static_cast<uint32_t>(got.octets)};
        });
  return promise;
}

caf::result<reply::data_producers> peer_data_consumers::list_producers() {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  auto promise = peer_.self->make_response_promise<reply::data_producers>();
  relay(peer_.self->request(peer_.room, peer_.time_left(),
                            list_room_data_producers{}),
        promise);
  return promise;
}

caf::result<reply::chat_history> peer_data_consumers::chat_history() {
  if (peer_.hidden)
    return refuse(error_code::not_joined);
  if (!peer_.rights.subscribe)
    return refuse(error_code::forbidden);
  auto promise = peer_.self->make_response_promise<reply::chat_history>();
  relay(peer_.self->request(peer_.room, peer_.time_left(), get_room_chat{}),
        promise);
  return promise;
}

void peer_data_consumers::handle_end(const data_consumer_over& x) {
  if (data_.remove(x.consumer))
    peer_.notify_session(
        event::data_consumer_closed{x.consumer, x.producer, x.too_slow});
}

void peer_data_consumers::notify(const data_source_paused& x) const {
  if (x.paused)
    peer_.notify_session(event::data_consumer_paused{x.consumer});
  else
    peer_.notify_session(event::data_consumer_resumed{x.consumer});
}

void peer_data_consumers::close_on(const transport_id& which,
                                   bool notify_client) {
  for (const auto& x : data_.consumers().on(which)) {
    peer_.self->send(x.actor, close_data{});
    data_.remove(x.id);
    if (notify_client)
      peer_.notify_session(event::data_consumer_closed{x.id, x.producer});
  }
}

} // namespace troupe::actors
