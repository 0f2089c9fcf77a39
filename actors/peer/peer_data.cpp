#include "actors/base/log.hpp"
#include "actors/peer/peer_state.hpp"
#include "actors/transport/signaling_to_engine.hpp"

#include <algorithm>
#include <ranges>

/// The data channels of a peer.
namespace troupe::actors {

using protocol::direction;

namespace {

// Consumers of one data producer that one peer may have, as for media.
constexpr std::ptrdiff_t max_replicas = 64;

// The transport to use of those that fit, if the client names none.
template <class Entries, class Fits>
transport_entry* first(Entries&& entries, Fits fits) {
  auto i = std::ranges::find_if(entries, fits);
  return i == std::ranges::end(entries) ? nullptr : &*i;
}

caf::error no_sctp() {
  return to_caf(
      {error_code::unsupported, "The transport has no SCTP (enableSctp)"});
}

// Reports a missing producer as a missing data producer.
caf::error in_terms_of_data(const caf::error& failure) {
  auto why = from_caf(failure);
  return why.code == error_code::producer_not_found
             ? refuse(error_code::data_producer_not_found)
             : to_caf(why);
}

} // namespace

caf::expected<std::shared_ptr<void>>
peer_state::take_app_data(size_t octets, std::shared_ptr<void> quota_token) {
  using token_pair = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
  if (!app_data)
    app_data.emplace(services->settings.room.max_app_data_per_peer);
  auto taken = app_data->take(octets, *quotas.app_data);
  if (const auto* refusal = std::get_if<protocol::error>(&taken))
    return to_caf(*refusal);
  return std::shared_ptr<void>{std::make_shared<token_pair>(
      std::move(quota_token), std::move(std::get<0>(taken)))};
}

caf::expected<transport_entry*>
peer_state::choose_for_data(const std::optional<transport_id>& which,
                            direction way) {
  if (which) {
    auto* named = find_transport(*which);
    if (!named)
      return refuse(error_code::transport_not_found);
    if (!named->sctp)
      return no_sctp();
    return named;
  }
  auto fits = [&](const transport_entry& x) {
    return x.sctp && x.direction == way;
  };
  auto carries = [](const transport_entry& x) {
    return x.sctp;
  };
  auto* found = way == direction::send
                    ? first(transports, fits)
                    : first(std::views::reverse(transports), fits);
  if (!found)
    found = way == direction::send
                ? first(transports, carries)
                : first(std::views::reverse(transports), carries);
  if (found)
    return found;
  return transports.empty() ? refuse(error_code::transport_not_found)
                            : no_sctp();
}

caf::result<reply::data_produced>
peer_state::produce_data(verb::produce_data& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  if (!rights.publish)
    return refuse(error_code::forbidden);
  auto on = choose_for_data(x.transport, direction::send);
  if (!on)
    return on.error();
  if (data_producers.size()
      >= services->settings.room.max_data_producers_per_peer)
    return refuse(error_code::limit_reached);
  auto quota_token = quotas.data_producers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto quota_tokens =
      take_app_data(x.app_data.text.size() + x.label.size() + x.protocol.size(),
                    std::move(quota_token));
  if (!quota_tokens)
    return quota_tokens.error();
  auto created = make_id<data_producer_id>(*random);
  auto actor = spawn_data_producer(
      self->system(),
      {created, services->sctp, transport_key{(*on)->actor->id()},
       x.stream.stream_id, x.paused, x.label, x.protocol, timeout()});
  self->link_to(actor);
  self->monitor(actor);
  data_producers.push_back(
      {created, (*on)->id, actor, x.paused, std::move(*quota_tokens)});
  auto entry = data_producer_entry{
      {{created, id, x.label, x.protocol, x.paused, x.app_data},
       x.stream,
       x.for_server},
      actor};
  auto promise = self->make_response_promise<reply::data_produced>();
  self->request(actor, time_left(), begin_data{})
      .then(
          [=, this, limit = deadline](const done&) mutable {
            // It may have ended meanwhile with its transport.
            const auto* record = find_record(data_producers, created);
            if (!record || late(limit)) {
              self->send(actor, close_data{});
              forget_data_producer(created);
              promise.deliver(record ? too_late()
                                     : refuse(error_code::transport_not_found));
              return;
            }
            promise.deliver(reply::data_produced{created});
            entry.facts.info.paused = record->paused;
            self->send(room, data_producer_published{std::move(entry)});
          },
          [=, this](caf::error& failure) mutable {
            self->send(actor, close_data{});
            forget_data_producer(created);
            promise.deliver(failure);
          });
  return promise;
}

caf::result<reply::data_consumed>
peer_state::consume_data(const verb::consume_data& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  if (!rights.subscribe)
    return refuse(error_code::forbidden);
  auto on = choose_for_data(x.transport, direction::recv);
  if (!on)
    return on.error();
  if (data_consumers.size()
      >= services->settings.room.max_data_consumers_per_peer)
    return refuse(error_code::limit_reached);
  if (!services->load->admit(newcomer::consumer))
    return refuse(error_code::overloaded);
  auto quota_token = quotas.data_consumers->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto wanted = find_data_producer{x.data_producer, {}, x.own_if_alone};
  for (const auto& have : data_consumers)
    wanted.except.push_back(have.producer);
  auto promise = self->make_response_promise<reply::data_consumed>();
  self->request(room, time_left(), std::move(wanted))
      .then(
          [=, this, on_id = (*on)->id,
           limit = deadline](const data_producer_entry& found) {
            add_data_consumer_of(x, on_id, found, quota_token, limit, promise);
          },
          [=](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

void peer_state::add_data_consumer_of(
    const verb::consume_data& x, const transport_id& on_id,
    const data_producer_entry& found, std::shared_ptr<void> quota_token,
    request_deadline limit,
    caf::typed_response_promise<reply::data_consumed> promise) {
  auto* on = find_transport(on_id);
  if (!on || late(limit)) {
    promise.deliver(on ? too_late() : refuse(error_code::transport_not_found));
    return;
  }
  const auto& facts = found.facts;
  // Each consumer costs one more delivery of every message.
  const auto replicas = std::ranges::count(data_consumers, facts.info.id,
                                           &data_consumer_record::producer);
  if (replicas >= max_replicas) {
    promise.deliver(refuse(error_code::limit_reached));
    return;
  }
  auto created = make_id<data_consumer_id>(*random);
  auto subchannels = x.subchannels.value_or(std::vector<subchannel>{});
  auto actor = spawn_data_consumer(
      self->system(),
      {created, facts.info.id, found.producer, services->sctp,
       transport_key{on->actor->id()}, to_reliability(facts.stream),
       subchannels, x.paused, facts.info.label, facts.info.protocol, timeout(),
       caf::actor_cast<data_listener_actor>(self)});
  self->link_to(actor);
  data_consumers.push_back({created, on->id, facts.info.id, actor,
                            std::move(quota_token), std::move(subchannels)});
  reply::data_consumed made{
      created,      facts.info.id,     facts.info.peer,
      facts.stream, facts.info.label,  facts.info.protocol,
      x.paused,     facts.info.paused, facts.info.app_data};
  self->request(actor, limit.left(self->clock().now()), begin_data{})
      .then(
          [=, this](const data_consumer_added& added) mutable {
            const auto* record = find_record(data_consumers, created);
            if (!record || late(limit)) {
              self->send(actor, close_data{});
              forget_data_consumer(created);
              promise.deliver(record ? too_late()
                                     : refuse(error_code::transport_not_found));
              return;
            }
            made.stream.stream_id = added.stream;
            made.data_producer_paused = added.producer_paused;
            promise.deliver(std::move(made));
          },
          [=, this](caf::error& failure) mutable {
            self->send(actor, close_data{});
            forget_data_consumer(created);
            promise.deliver(in_terms_of_data(failure));
          });
}

caf::result<reply::ok> peer_state::set_paused(const data_producer_id& which,
                                              bool paused) {
  auto* record = find_record(data_producers, which);
  if (!record)
    return refuse(error_code::data_producer_not_found);
  record->paused = paused;
  self->send(record->actor, pause_data{paused});
  self->send(room, data_producer_pause_changed{which, paused});
  return reply::ok{};
}

caf::result<reply::ok> peer_state::close(const data_producer_id& which) {
  // A client that closes its channel also sends this; either may come first.
  if (std::erase(closed_data_producers, which) > 0)
    return reply::ok{};
  auto* record = find_record(data_producers, which);
  if (!record)
    return refuse(error_code::data_producer_not_found);
  self->send(record->actor, close_data{});
  forget_data_producer(data_producer_id{which});
  self->send(room, data_producer_withdrawn{which});
  return reply::ok{};
}

caf::result<reply::data_consumers>
peer_state::set_paused(const std::optional<data_consumer_id>& which,
                       bool paused) {
  reply::data_consumers reached;
  for (const auto& record : data_consumers)
    if (!which || record.id == *which) {
      self->send(record.actor, pause_data{paused});
      reached.ids.push_back(record.id);
    }
  if (which && reached.ids.empty())
    return refuse(error_code::data_consumer_not_found);
  return reached;
}

caf::result<reply::ok> peer_state::close(const data_consumer_id& which) {
  auto* record = find_record(data_consumers, which);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  self->send(record->actor, close_data{});
  forget_data_consumer(data_consumer_id{which});
  return reply::ok{};
}

template <class Change>
caf::result<reply::data_subchannels>
peer_state::change_subchannels(const data_consumer_id& which, Change change) {
  auto* record = find_record(data_consumers, which);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  change(record->subchannels);
  self->send(record->actor, choose_subchannels{record->subchannels});
  return reply::data_subchannels{which, record->subchannels};
}

caf::result<reply::data_subchannels>
peer_state::subscribe(verb::set_data_subchannels& x) {
  return change_subchannels(
      x.data_consumer, [&](auto& have) { have = std::move(x.subchannels); });
}

caf::result<reply::data_subchannels>
peer_state::subscribe(const verb::add_data_subchannel& x) {
  return change_subchannels(x.data_consumer, [&](auto& have) {
    auto i = std::ranges::lower_bound(have, x.subchannel);
    if (i == have.end() || *i != x.subchannel)
      have.insert(i, x.subchannel);
  });
}

caf::result<reply::data_subchannels>
peer_state::subscribe(const verb::remove_data_subchannel& x) {
  return change_subchannels(
      x.data_consumer, [&](auto& have) { std::erase(have, x.subchannel); });
}

caf::result<reply::ok>
peer_state::watch(const verb::set_data_low_threshold& x) {
  auto* record = find_record(data_consumers, x.data_consumer);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  self->send(record->actor, watch_data_buffered{x.threshold});
  return reply::ok{};
}

caf::result<reply::data_buffered>
peer_state::get_buffered(const verb::get_data_buffered& x) {
  auto* record = find_record(data_consumers, x.data_consumer);
  if (!record)
    return refuse(error_code::data_consumer_not_found);
  auto promise = self->make_response_promise<reply::data_buffered>();
  self->request(record->actor, time_left(), actors::get_data_buffered{})
      .then(
          [promise, id = x.data_consumer](const data_buffered& got) mutable {
            promise.deliver(
                reply::data_buffered{id, static_cast<uint32_t>(got.octets)});
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::data_producers> peer_state::list_data_producers() {
  if (hidden)
    return refuse(error_code::not_joined);
  auto promise = self->make_response_promise<reply::data_producers>();
  self->request(room, time_left(), list_room_data_producers{})
      .then(
          [promise](reply::data_producers& all) mutable {
            promise.deliver(std::move(all));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

void peer_state::end_data_consumer(const data_consumer_over& x) {
  if (!find_record(data_consumers, x.consumer))
    return;
  forget_data_consumer(x.consumer);
  notify_session(
      event::data_consumer_closed{x.consumer, x.producer, x.too_slow});
}

void peer_state::forget_data_producer(const data_producer_id& which) {
  auto* record = find_record(data_producers, which);
  if (!record)
    return;
  self->demonitor(record->actor.address());
  std::erase_if(data_producers, [&](const auto& x) { return x.id == which; });
}

void peer_state::forget_data_consumer(const data_consumer_id& which) {
  std::erase_if(data_consumers, [&](const auto& x) { return x.id == which; });
}

void peer_state::end_data_on(const transport_id& which, bool notify) {
  for (auto copy = data_producers; const auto& x : copy)
    if (x.transport == which) {
      self->send(x.actor, close_data{});
      forget_data_producer(x.id);
      self->send(room, data_producer_withdrawn{x.id});
    }
  for (auto copy = data_consumers; const auto& x : copy)
    if (x.transport == which) {
      self->send(x.actor, close_data{});
      forget_data_consumer(x.id);
      if (notify)
        notify_session(event::data_consumer_closed{x.id, x.producer});
    }
}

} // namespace troupe::actors
