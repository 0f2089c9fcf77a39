#include "actors/base/log.hpp"
#include "actors/peer/peer_state.hpp"
#include "actors/transport/candidates.hpp"

namespace troupe::actors {

using protocol::direction;

namespace {

// A transport that was not connected for this long may be replaced.
constexpr auto unused_after = std::chrono::seconds{5};

protocol::sctp_parameters sctp_of_transports() {
  protocol::sctp_parameters out;
  out.port = net::sctp_port;
  out.os = net::sctp_max_streams;
  out.mis = net::sctp_max_streams;
  out.max_send_message_size = net::sctp_max_message_octets;
  out.max_receive_message_size = net::sctp_max_message_octets;
  return out;
}

} // namespace

caf::result<reply::transport_created>
peer_state::create_transport(const verb::create_transport& x) {
  if (resumed)
    begin_anew();
  const auto& settings = services->settings;
  if (transports.size() >= settings.room.max_transports_per_peer
      && !close_unused())
    return refuse(error_code::limit_reached);
  if (x.plain)
    return create_plain_transport(*x.plain);
  auto created = make_id<transport_id>(*random);
  auto sctp = services->sctp
              && (settings.rtc.sctp == "always"
                  || (settings.rtc.sctp == "asked" && x.sctp));
  auto actor = spawn_webrtc_transport(
      self->system(), {created, services, shard, sctp,
                       caf::actor_cast<transport_listener_actor>(self),
                       !x.direction.has_value(), backlog});
  self->link_to(actor);
  self->monitor(actor);
  auto& entry = transports.emplace_back();
  entry.id = created;
  entry.direction = x.direction;
  entry.created = self->clock().now();
  entry.actor = actor;
  entry.webrtc = actor;
  entry.sctp = sctp;
  settle_directions();
  log::event(log::level::debug, "transport-created",
             {{"room", room_name.str()},
              {"peer", id.str()},
              {"transport", created.str()}});
  auto promise = self->make_response_promise<reply::transport_created>();
  auto candidates = make_candidates(*services, signaled_at, x.force_tcp);
  self->request(actor, time_left(), get_transport_parameters{})
      .then(
          [=, this, limit = deadline](transport_parameters& ours) mutable {
            if (late(limit) || !find_transport(created)) {
              end_transport(created);
              promise.deliver(too_late());
              return;
            }
            promise.deliver(reply::transport_created{
                created, std::move(ours.ice), candidates, std::move(ours.dtls),
                sctp ? std::optional{sctp_of_transports()} : std::nullopt});
          },
          [=, this](caf::error& failure) mutable {
            end_transport(created);
            promise.deliver(failure);
          });
  return promise;
}

caf::result<reply::transport_created>
peer_state::create_plain_transport(const protocol::plain_options& x) {
  if (services->settings.rtc.plain_transports == 0)
    return to_caf({error_code::unsupported,
                   "Plain transports are off (rtc.plain-transports)"});
  auto quota_token = services->plain_transport_quota->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto created = make_id<transport_id>(*random);
  const auto& announced = services->settings.rtc.announced_addresses;
  auto made = open_plain_transport(
      self->system(), {created, services, shard, x.rtcp_mux, x.comedia,
                       announced.empty() ? signaled_at.ip() : announced.front(),
                       std::move(quota_token)});
  if (!made) {
    log::event(log::level::error, "plain-transport-failed",
               {{"why", made.error().message()}});
    return refuse(error_code::internal);
  }
  self->link_to(made->actor);
  self->monitor(made->actor);
  auto& entry = transports.emplace_back();
  entry.id = created;
  entry.direction = direction::send;
  entry.actor = made->actor;
  entry.connected = x.comedia;
  entry.plain = made->actor;
  reply::transport_created out;
  out.id = created;
  out.plain = std::move(made->where);
  return out;
}

caf::result<reply::transport_connected>
peer_state::connect_transport(const verb::connect_transport& x) {
  auto* target = choose_to_connect(x);
  if (!target)
    return refuse(error_code::transport_not_found);
  if (x.plain && !target->plain)
    return to_caf(protocol::bad_member("dtlsParameters", "missing"));
  auto which = target->id;
  auto guessed = !x.transport && !target->direction;
  // The client may mean another one.
  if (guessed)
    for (auto& other : transports)
      if (other.id != which && !other.direction && !other.named) {
        other.guessed = true;
        self->request(other.webrtc, timeout(), connect_dtls{x.dtls, true})
            .then([](const done&) {}, [](const caf::error&) {});
      }
  guessed |= target->guessed && !target->connected;
  target->guessed = guessed;
  target->named |= !guessed;
  target->connected = true;
  if (target->plain && !x.plain)
    return refuse_plain();
  auto promise = self->make_response_promise<reply::transport_connected>();
  auto connected = [=](const done&) mutable {
    promise.deliver(reply::transport_connected{which});
  };
  auto failed = [=, this](caf::error& failure) mutable {
    auto* refused = find_transport(which);
    if (refused && from_caf(failure).code == error_code::bad_request)
      refused->connected = false;
    promise.deliver(failure);
  };
  if (target->plain)
    self->request(target->plain, time_left(), connect_plain{*x.plain})
        .then(connected, failed);
  else
    self->request(target->webrtc, time_left(), connect_dtls{x.dtls, guessed})
        .then(connected, failed);
  return promise;
}

caf::result<reply::ice_restarted>
peer_state::restart_ice(const verb::restart_ice& x) {
  auto* target = x.transport
                     ? find_transport(*x.transport)
                     : first_transport([](const auto&) { return true; });
  if (!target)
    return refuse(error_code::transport_not_found);
  // Send what the client missed while it was away.
  if (std::exchange(resumed, false))
    for (const auto& mine : producers)
      if (mine.wanted)
        notify_session(*mine.wanted);
  if (target->plain)
    return refuse_plain();
  auto promise = self->make_response_promise<reply::ice_restarted>();
  self->request(target->webrtc, time_left(), restart_transport_ice{})
      .then(
          [=](transport_parameters& ours) mutable {
            promise.deliver(reply::ice_restarted{std::move(ours.ice)});
          },
          [=](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

transport_entry* peer_state::find_transport(const transport_id& which) {
  return find_record(transports, which);
}

void peer_state::begin_anew() {
  resumed = false;
  // Not by forget_transport(): the client does not know these consumers.
  for (auto copy = consumers; const auto& x : copy) {
    self->send(x.actor, actors::close_consumer{});
    forget_consumer(x.id);
  }
  for (auto copy = transports; const auto& x : copy) {
    end_data_on(x.id, false);
    self->send(x.actor, actors::close_transport{});
    forget_transport(x.id);
  }
  self->send(room, member_renewed{});
}

bool peer_state::close_unused() {
  auto i =
      std::ranges::find_if(transports, [](const auto& x) { return x.leaving; });
  // In some dialects, each repeated join brings another transport.
  auto old = self->clock().now() - unused_after;
  if (i == transports.end())
    i = std::ranges::find_if(transports, [&](const auto& x) {
      return !x.connected && !x.guessed && x.created <= old;
    });
  if (i == transports.end())
    return false;
  end_transport(transport_id{i->id});
  return true;
}

void peer_state::end_transport(const transport_id& which) {
  auto* entry = find_transport(which);
  if (!entry)
    return;
  self->send(entry->actor, actors::close_transport{});
  forget_transport(which);
}

void peer_state::forget_transport(const transport_id& which) {
  // Everything on it ends with it.
  for (auto copy = producers; const auto& x : copy)
    if (x.transport == which) {
      self->send(x.actor, actors::close_producer{});
      forget_producer(x.id);
      self->send(room, producer_withdrawn{x.id});
    }
  for (auto copy = consumers; const auto& x : copy)
    if (x.transport == which) {
      self->send(x.actor, actors::close_consumer{});
      forget_consumer(x.id);
      notify_session(event::consumer_closed{x.id, x.producer});
    }
  end_data_on(which, true);
  std::erase_if(transports, [&](const auto& x) { return x.id == which; });
}

} // namespace troupe::actors
