#include "actors/transport/plain_transport_actor.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/transport/plain_transport_state.hpp"
#include "net/base/classify.hpp"
#include "protocol/json/json_writer.hpp"

namespace troupe::actors {

using protocol::error_code;

namespace {

// How long a transport may be silent.
constexpr auto longest_silence = std::chrono::seconds{60};

} // namespace

plain_transport_actor::behavior_type
plain_state::make_behavior(const plain_transport_config& cfg,
                           const std::shared_ptr<plain_ports>& opened) {
  allow_on_io_threads(self);
  id = cfg.id;
  owner = cfg.owner;
  services = cfg.services;
  quota_token = cfg.quota_token;
  shard = cfg.shard;
  ports = opened;
  client.emplace(cfg.comedia, cfg.rtcp_mux, now());
  forwards = cfg.forward_to.has_value();
  if (forwards)
    client->set(*cfg.forward_to);
  self->set_error_handler([](caf::error&) {});
  phase_gauge.move_to(&count().transports_in(
      transport_kind::udp,
      forwards ? transport_phase::connected : transport_phase::waiting));
  auto to = caf::weak_actor_ptr{self->ctrl()};
  ports->start([to, gauge = arrivals](net::datagram_batch x) {
    if (auto target = to.lock(); target && gauge->admit(x.size()))
      caf::anon_send(
          caf::actor_cast<plain_transport_actor>(target),
          burst{std::make_shared<net::datagram_batch>(std::move(x))});
  });
  timer.arm(self, now() + publish_interval, transport_tick{});
  return {
      [this](burst& x) { take(*x); },
      [this](const rtcp_to_send& x) { send_rtcp(x.packet); },
      [](const sources_unattended&) {}, // nothing to decrypt
      [this](const connect_plain& x) { return connect(x); },
      [this](const add_transport_producer& x) { return add(x); },
      [this](const remove_transport_producer& x) { routes.remove(x); },
      [this](const add_transport_consumer& x) { add(x); },
      [this](const remove_transport_consumer& x) { routes.remove(x); },
      [this](const close_transport&) { self->quit(); },
      [this](const get_actor_stats&) { return stats(); },
      [this](const transport_tick&) { handle_tick(); },
  };
}

caf::result<done> plain_state::connect(const connect_plain& x) {
  if (client->comedia())
    return refuse_plain();
  const plain_networks networks{services->settings.rtc};
  if (auto refusal = client->connect(x.client, networks, now())) {
    if (refusal->code == error_code::forbidden)
      count().note(plain_refusal::not_listed);
    return to_caf(*refusal);
  }
  begin_sending();
  return done{};
}

void plain_state::begin_sending() {
  const auto to = client->addresses();
  if (!routes.has_consumers() || !to)
    return;
  const plain_networks networks{services->settings.rtc};
  const auto trusted = forwards || networks.trusts(to->rtp);
  self->send(shard,
             set_plain_sender{key(), sending.begin(ports, *to, trusted)});
}

caf::result<done> plain_state::add(const add_transport_producer& x) {
  if (auto added = routes.add(x); !added)
    return to_caf({error_code::unsupported, added.error().message()});
  return done{};
}

void plain_state::take(net::datagram_batch& datagrams) {
  arrivals->leave(datagrams.size());
  const auto at = now();
  for (auto& x : datagrams) {
    received.add(x.data->size());
    switch (net::classify(std::as_const(*x.data).bytes())) {
      case net::datagram_kind::rtp:
        if (at - x.arrival > max_media_age)
          ++late;
        else
          take_rtp(x);
        break;
      case net::datagram_kind::rtcp:
        take_rtcp(x);
        break;
      default:
        ++refused;
    }
  }
  send_media(self, routes, [](const auto&, const auto&) {});
}

bool plain_state::is_clients(const net::datagram& x, rtp::ssrc source) {
  const auto answered = client->answered();
  const auto known = [&] {
    return routes.find(source).has_value();
  };
  if (!client->admit(x.tuple, now(), known))
    return false;
  if (client->take_learned())
    begin_sending();
  if (!answered)
    phase_gauge.move_to(&count().transports_in(transport_kind::udp,
                                               transport_phase::connected));
  return true;
}

void plain_state::take_rtp(net::datagram& x) {
  auto packet = rtp::packet::parse(x.data, x.arrival);
  if (packet && is_clients(x, packet->ssrc()))
    routes.handle_rtp(std::move(*packet));
  else
    ++refused;
}

void plain_state::take_rtcp(const net::datagram& x) {
  auto octets = std::as_const(*x.data).bytes();
  net::byte_reader head{octets};
  head.skip(4);
  if (auto source = rtp::ssrc{head.u32()}; !is_clients(x, source)) {
    ++refused;
    return;
  }
  routes.handle_rtcp(x.data, x.arrival,
                     [this](rtp::rtcp_event& event) { note(event); });
  send_rtcp_items(self, shard, routes);
  if (auto answer = routes.poll_rtcp(now()))
    send_rtcp(*answer);
}

void plain_state::note(rtp::rtcp_event& x) {
  if (!sending.take(x))
    return;
  log::event(log::level::debug, "plain-destination-proven",
             {owner.room_field(), owner.peer_field(), {"transport", id.str()}});
  // Before this, it was sent only a few packets.
  routes.request_key_frames();
}

void plain_state::send_rtcp(const std::vector<uint8_t>& compound) {
  if (const auto to = client->reports_to()) {
    ports->for_rtcp().send(compound, *to);
    sending.note(compound.size());
  }
}

protocol::reply::stats plain_state::stats() const {
  const auto sent = sending.sent();
  protocol::json_writer out;
  out.begin_array()
      .begin_object()
      .add("type", "transport")
      .add("id", id.str())
      .add("bytesReceived", received.bytes)
      .add("packetsReceived", received.packets)
      .add("bytesSent", sent.bytes)
      .add("packetsSent", sent.packets)
      .add("packetsDropped", refused + late + routes.unknown_packets())
      .end_object()
      .end_array();
  return protocol::reply::stats{protocol::json_text{out.str()}};
}

void plain_state::handle_tick() {
  timer.fired(now());
  if (const auto why = sending.poll_refusal(now())) {
    count().note(*why);
    log::event(log::level::warn, "plain-destination-refused",
               {owner.room_field(),
                owner.peer_field(),
                {"transport", id.str()},
                {"why", std::string{to_string(*why)}},
                {"set", "rtc.plain-trusted"}});
  }
  if (is_over()) {
    log::event(
        log::level::info, "transport-abandoned",
        {owner.room_field(), owner.peer_field(), {"transport", id.str()}});
    self->quit();
    return;
  }
  publish();
  timer.arm(self, now() + publish_interval, transport_tick{});
}

bool plain_state::is_over() const {
  if (forwards)
    return false;
  if (sending.refused() && !client->comedia())
    return true;
  const auto listens = sending.trusted() && routes.has_consumers();
  return !listens && now() - client->heard() >= longest_silence;
}

void plain_state::publish() {
  transport_totals totals;
  totals.add(net::drop_reason::queue_full,
             arrivals->refused() + routes.refused_compounds());
  totals.add(net::drop_reason::too_late, late);
  totals.unroutable = refused + routes.unroutable();
  count().transports.publish(self->id(), totals, published);
}

caf::error refuse_plain() {
  return to_caf({error_code::wrong_state, "This is a plain transport"});
}

} // namespace troupe::actors
