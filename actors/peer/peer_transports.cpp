#include "actors/peer/peer_transports.hpp"

#include "actors/base/relay.hpp"
#include "actors/transport/candidates.hpp"

namespace troupe::actors {

using protocol::direction;

namespace {

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
peer_transports::create(const verb::create_transport& x) {
  if (peer_.resumed)
    begin_anew();
  if (transports_.size() >= peer_.settings().room.max_transports_per_peer
      && !close_unused())
    return refuse(error_code::limit_reached);
  if (x.plain)
    return create_plain(*x.plain);
  const auto& record = spawn(x);
  auto promise = peer_.self->make_response_promise<reply::transport_created>();
  reply::transport_created out;
  out.id = record.id;
  out.candidates =
      make_candidates(*peer_.services, peer_.signaled_at, x.force_tcp);
  out.ice_servers = peer_.ice_servers();
  if (record.sctp)
    out.sctp = sctp_of_transports();
  peer_.self
      ->request(record.webrtc, peer_.time_left(), get_transport_parameters{})
      .then(
          [=, this,
           limit = peer_.deadline](transport_parameters& ours) mutable {
            if (peer_.late(limit) || !transports_.find(out.id)) {
              close(out.id);
              promise.deliver(too_late());
              return;
            }
            out.ice = std::move(ours.ice);
            out.dtls = std::move(ours.dtls);
            promise.deliver(std::move(out));
          },
          [=, this, created = record.id](caf::error& failure) mutable {
            close(created);
            promise.deliver(failure);
          });
  return promise;
}

transport_record& peer_transports::spawn(const verb::create_transport& x) {
  const auto& services = peer_.services;
  const auto& wanted = peer_.settings().rtc.sctp;
  auto created = make_id<transport_id>(*peer_.random);
  auto sctp =
      services->sctp && (wanted == "always" || (wanted == "asked" && x.sctp));
  auto actor = spawn_webrtc_transport(
      peer_.self->system(),
      {created, services, peer_.shard, sctp,
       caf::actor_cast<transport_listener_actor>(peer_.self),
       !x.direction.has_value(), backlog_, peer_.log_name(), peer_.liveness,
       x.lenient_ice, x.keeps_member});
  peer_.self->link_to(actor);
  peer_.self->monitor(actor);
  auto& record = transports_.add({.id = created,
                                  .direction = x.direction,
                                  .actor = actor,
                                  .created = peer_.self->clock().now(),
                                  .sctp = sctp,
                                  .keeps_member = x.keeps_member,
                                  .webrtc = actor});
  settle_directions();
  log_transport_created(peer_, created);
  return record;
}

caf::result<reply::transport_created>
peer_transports::create_plain(const protocol::plain_options& x) {
  const auto& services = peer_.services;
  const auto& rtc = peer_.settings().rtc;
  if (rtc.plain_transports == 0)
    return to_caf({error_code::unsupported,
                   "Plain transports are off (rtc.plain-transports)"});
  auto quota_token = services->plain_transport_quota->take();
  if (!quota_token)
    return refuse(error_code::limit_reached);
  auto created = make_id<transport_id>(*peer_.random);
  const auto& announced = rtc.announced_addresses;
  auto made = open_plain_transport(
      peer_.self->system(),
      {created, services, peer_.shard, x.rtcp_mux, x.comedia,
       announced.empty() ? peer_.signaled_at.ip() : announced.front(),
       std::move(quota_token), peer_.log_name()});
  if (!made) {
    log_plain_transport_failed(peer_, made.error());
    return refuse(error_code::internal);
  }
  peer_.self->link_to(made->actor);
  peer_.self->monitor(made->actor);
  transports_.add({.id = created,
                   .direction = direction::send,
                   .actor = made->actor,
                   .connected = x.comedia,
                   .plain = made->actor});
  reply::transport_created out;
  out.id = created;
  out.plain = std::move(made->where);
  return out;
}

caf::result<reply::transport_connected>
peer_transports::connect(const verb::connect_transport& x) {
  auto* target = directions_.choose_to_connect(x.transport, x.direction);
  if (!target)
    return refuse(error_code::transport_not_found);
  if (x.plain && !target->plain)
    return to_caf(protocol::bad_member("dtlsParameters", "missing"));
  for (auto* other : directions_.note_connect(*target, x.transport.has_value()))
    peer_.self
        ->request(other->webrtc, peer_.timeout(), connect_dtls{x.dtls, true})
        .then([](const done&) {}, [](const caf::error&) {});
  if (target->plain && !x.plain)
    return refuse_plain();
  auto which = target->id;
  auto promise =
      peer_.self->make_response_promise<reply::transport_connected>();
  auto connected = [=](const done&) mutable {
    promise.deliver(reply::transport_connected{which});
  };
  auto failed = [=, this](caf::error& failure) mutable {
    auto* refused = transports_.find(which);
    if (refused && from_caf(failure).code == error_code::bad_request)
      refused->connected = false;
    promise.deliver(failure);
  };
  if (target->plain)
    peer_.self
        ->request(target->plain, peer_.time_left(), connect_plain{*x.plain})
        .then(connected, failed);
  else
    peer_.self
        ->request(target->webrtc, peer_.time_left(),
                  connect_dtls{x.dtls, target->guessed})
        .then(connected, failed);
  return promise;
}

caf::result<reply::ice_restarted>
peer_transports::restart_ice(const verb::restart_ice& x) {
  auto* target = x.transport
                     ? transports_.find(*x.transport)
                     : transports_.first([](const auto&) { return true; });
  if (!target)
    return refuse(error_code::transport_not_found);
  // Send what the client missed while it was away.
  if (std::exchange(peer_.resumed, false))
    streams_.producers.repeat_wanted();
  if (target->plain)
    return refuse_plain();
  auto promise = peer_.self->make_response_promise<reply::ice_restarted>();
  relay(peer_.self->request(target->webrtc, peer_.time_left(),
                            restart_transport_ice{}),
        promise, [this](transport_parameters& ours) {
          return reply::ice_restarted{std::move(ours.ice), peer_.ice_servers()};
        });
  return promise;
}

void peer_transports::handle_use(const transport_in_use& x) {
  if (directions_.note_use(x.transport, x.sends))
    settle_directions();
}

void peer_transports::settle_directions() {
  const auto moves = directions_.settle();
  for (const auto& x : moves.producers) {
    streams_.producers.handle_move(x);
    log_move(peer_, x.what.str(), x.to);
  }
  for (const auto& x : moves.consumers) {
    streams_.consumers.handle_move(x);
    log_move(peer_, x.what.str(), x.to);
  }
}

bool peer_transports::handle_down(const caf::actor_addr& ended) {
  const auto* record = transports_.find_actor(ended);
  if (!record)
    return false;
  if (record->keeps_member)
    peer_.self->send(peer_.self,
                     dismiss_peer{protocol::end_reason::transport_ended});
  forget(transport_id{record->id});
  return true;
}

bool peer_transports::close_unused() {
  const auto* unused = transports_.find_replaceable(peer_.self->clock().now());
  if (!unused)
    return false;
  close(transport_id{unused->id});
  return true;
}

void peer_transports::close(const transport_id& which) {
  auto* record = transports_.find(which);
  if (!record)
    return;
  peer_.self->send(record->actor, actors::close_transport{});
  forget(which);
}

void peer_transports::forget(const transport_id& which) {
  streams_.close_on(which);
  transports_.remove(which);
}

void peer_transports::begin_anew() {
  peer_.resumed = false;
  streams_.consumers.close_all();
  for (auto copy = transports_; const auto& x : copy) {
    streams_.close_data_on(x.id, false);
    peer_.self->send(x.actor, actors::close_transport{});
    forget(x.id);
  }
  peer_.self->send(peer_.room, member_renewed{});
}

} // namespace troupe::actors
