#include "actors/plain_transport_actor.hpp"

#include "actors/ec.hpp"
#include "actors/gauge_seat.hpp"
#include "actors/live_objects.hpp"
#include "actors/log.hpp"
#include "actors/timer_slot.hpp"
#include "net/classify.hpp"
#include "net/io/plain_port.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/json_text.hpp"
#include "rtp/rtcp_dispatcher.hpp"

#include <caf/stateful_actor.hpp>

#include <array>
#include <unordered_map>

namespace troupe::actors {

namespace {

using protocol::error_code;
using rtp::stream_handle;

constexpr auto abandoned_after = std::chrono::seconds{60};

constexpr uint32_t rtp_path = 0;
constexpr uint32_t rtcp_path = 1;

struct plain_ports {
  std::unique_ptr<net::plain_port> rtp;
  std::unique_ptr<net::plain_port> rtcp; // null: with RTP
};

struct plain_state {
  using pointer = transport_actor::stateful_pointer<plain_state>;

  static inline const char* name = "plain-transport";

  explicit plain_state(pointer self_ptr) : self(self_ptr) {}

  ~plain_state() {
    if (services)
      publish();
  }

  transport_actor::behavior_type
  make_behavior(const plain_transport_config& cfg,
                const std::shared_ptr<plain_ports>& opened);

  caf::result<done> add(const add_transport_producer& x);
  void remove(const remove_transport_producer& x);

  void take(net::datagram_batch& datagrams);

  // Whether it comes from the client, who is learnt by the first packet.
  bool is_clients(const net::datagram& x, rtp::ssrc source);
  void take_rtp(net::datagram& x);
  void take_rtcp(const net::datagram& x);
  void pass_on(rtp::rtcp_event& x);

  void send_rtcp(const std::vector<uint8_t>& compound);

  protocol::reply::stats stats() const;

  void handle_tick();
  void publish();

  net::time_point now() const {
    return self->clock().now();
  }

  counters& count() {
    return services->load->counters();
  }

  struct producer {
    producer_id id;
    rtp_sink_actor actor;
  };

  pointer self;
  live_object alive{object_kind::transport};
  transport_id id;
  std::shared_ptr<const media_services> services;
  std::shared_ptr<void> place;
  std::shared_ptr<plain_ports> ports;
  std::array<std::optional<net::socket_address>, 2> client; // by path
  rtp::demuxer demuxer;
  rtp::rtcp_dispatcher dispatcher;
  uint32_t next_handle = 1;
  std::unordered_map<stream_handle, producer> producers;
  net::traffic received;
  net::traffic sent;
  uint64_t refused = 0; // not the client's, or no RTP and no RTCP
  net::time_point heard;
  transport_totals published;
  gauge_seat seat;
  timer_slot timer;
};

caf::error no_webrtc() {
  return to_caf({error_code::wrong_state, "This is a plain transport"});
}

transport_actor::behavior_type
plain_state::make_behavior(const plain_transport_config& cfg,
                           const std::shared_ptr<plain_ports>& opened) {
  id = cfg.id;
  services = cfg.services;
  place = cfg.place;
  ports = opened;
  heard = now();
  self->set_error_handler([](caf::error&) {});
  seat.move_to(
      &count().transports_in(transport_kind::udp, transport_phase::waiting));
  auto to = caf::weak_actor_ptr{self->ctrl()};
  auto receive = [to](net::datagram_batch x) {
    if (auto target = to.lock())
      caf::anon_send(
          caf::actor_cast<transport_actor>(target),
          burst{std::make_shared<net::datagram_batch>(std::move(x))});
  };
  ports->rtp->start(receive);
  if (ports->rtcp)
    ports->rtcp->start(receive);
  timer.arm(self, heard + publish_interval, transport_tick{});
  return {
      [this](burst& x) { take(*x); },
      [](const tuple_closed&) {},
      [this](const rtcp_to_send& x) { send_rtcp(x.packet); },
      [](const application_data_to_send&) {},
      [](const get_transport_parameters&) -> caf::result<transport_parameters> {
        return no_webrtc();
      },
      [](const connect_dtls&) -> caf::result<done> { return no_webrtc(); },
      [](const restart_transport_ice&) -> caf::result<transport_parameters> {
        return no_webrtc();
      },
      [this](const add_transport_producer& x) { return add(x); },
      [this](const remove_transport_producer& x) { remove(x); },
      [](const add_transport_consumer&) {},
      [](const remove_transport_consumer&) {},
      [this](const close_transport&) { self->quit(); },
      [this](const get_actor_stats&) { return stats(); },
      [this](const transport_tick&) { handle_tick(); },
  };
}

caf::result<done> plain_state::add(const add_transport_producer& x) {
  auto handle = stream_handle{next_handle++};
  if (auto added = demuxer.add_producer(handle, x.identity); !added)
    return to_caf({error_code::unsupported, added.error().message()});
  producers.emplace(handle, producer{x.id, x.producer});
  return done{};
}

void plain_state::remove(const remove_transport_producer& x) {
  std::erase_if(producers, [&](const auto& entry) {
    if (entry.second.id != x.id)
      return false;
    demuxer.remove_producer(entry.first);
    return true;
  });
}

void plain_state::take(net::datagram_batch& datagrams) {
  for (auto& x : datagrams) {
    received.add(x.data->size());
    switch (net::classify(std::as_const(*x.data).bytes())) {
      case net::datagram_kind::rtp:
        take_rtp(x);
        break;
      case net::datagram_kind::rtcp:
        take_rtcp(x);
        break;
      default:
        ++refused;
    }
  }
  while (auto x = demuxer.poll_batch())
    self->send(producers.at(x->producer).actor, std::move(x->packets));
}

bool plain_state::is_clients(const net::datagram& x, rtp::ssrc source) {
  auto& known = client[x.tuple.path == rtcp_path ? 1 : 0];
  const auto& other = client[x.tuple.path == rtcp_path ? 0 : 1];
  if (!known) {
    // Who knows no producer's SSRC, or is on another host than the sender of
    // the other port, is a stranger.
    if (!demuxer.find(source)
        || (other && other->octets() != x.tuple.remote.octets()))
      return false;
    known = x.tuple.remote;
    seat.move_to(&count().transports_in(transport_kind::udp,
                                        transport_phase::connected));
  }
  if (*known != x.tuple.remote)
    return false;
  heard = now();
  return true;
}

void plain_state::take_rtp(net::datagram& x) {
  auto packet = rtp::packet::parse(x.data, x.arrival);
  if (packet && is_clients(x, packet->ssrc()))
    demuxer.handle_packet(std::move(*packet));
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
  dispatcher.handle_rtcp(octets, demuxer);
  while (auto event = dispatcher.poll_event())
    pass_on(*event);
}

void plain_state::pass_on(rtp::rtcp_event& x) {
  std::visit(
      [&](auto& event) {
        if constexpr (requires { event.producer; })
          self->send(producers.at(event.producer).actor, std::move(event));
      },
      x);
}

void plain_state::send_rtcp(const std::vector<uint8_t>& compound) {
  auto& port = ports->rtcp ? *ports->rtcp : *ports->rtp;
  const auto& to = client[ports->rtcp ? 1 : 0];
  if (!to)
    return;
  port.send(compound, *to);
  sent.add(compound.size());
}

protocol::reply::stats plain_state::stats() const {
  protocol::flat_json out;
  out.add("type", "transport")
      .add("id", id.str())
      .add("bytesReceived", received.bytes)
      .add("packetsReceived", received.packets)
      .add("bytesSent", sent.bytes)
      .add("packetsSent", sent.packets)
      .add("packetsDropped", refused + demuxer.drops().total());
  return protocol::reply::stats{protocol::json_text{"[" + out.str() + "]"}};
}

void plain_state::handle_tick() {
  timer.fired(now());
  if (now() - heard >= abandoned_after) {
    log::event(log::level::info, "transport-abandoned",
               {{"transport", id.str()}});
    self->quit();
    return;
  }
  publish();
  timer.arm(self, now() + publish_interval, transport_tick{});
}

void plain_state::publish() {
  transport_totals totals;
  totals.unroutable =
      refused + demuxer.drops().total() + dispatcher.malformed();
  count().transports.publish(self->id(), totals, published);
}

} // namespace

net::result<plain_transport> open_plain_transport(caf::actor_system& system,
                                                  plain_transport_config cfg) {
  const auto& settings = cfg.services->settings.rtc;
  auto& threads = *cfg.services->threads;
  auto at = net::parse_address(settings.plain_address, 0);
  if (!at)
    return std::make_error_code(std::errc::invalid_argument);
  auto ports = std::make_shared<plain_ports>();
  auto opened = net::plain_port::open(threads, *at, rtp_path);
  if (!opened)
    return opened.error();
  ports->rtp = std::move(*opened);
  protocol::plain_address where{at->is_unspecified() ? cfg.reached_at
                                                     : settings.plain_address,
                                ports->rtp->local().port()};
  if (!cfg.rtcp_mux) {
    auto second = net::plain_port::open(threads, *at, rtcp_path);
    if (!second)
      return second.error();
    ports->rtcp = std::move(*second);
    where.rtcp_port = ports->rtcp->local().port();
  }
  auto actor =
      system.spawn([cfg = std::move(cfg), ports](plain_state::pointer self) {
        return self->state.make_behavior(cfg, ports);
      });
  return plain_transport{actor, std::move(where)};
}

} // namespace troupe::actors
