#include "actors/transport/plain_transport_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/stats/scoped_gauge.hpp"
#include "actors/transport/plain_networks.hpp"
#include "actors/transport/plain_sender.hpp"
#include "actors/transport/rtp_routes.hpp"
#include "net/base/classify.hpp"
#include "net/webrtc_transport.hpp"
#include "protocol/json/json_writer.hpp"

#include <caf/stateful_actor.hpp>

#include <array>

namespace troupe::actors {

namespace {

using protocol::error_code;

constexpr auto abandoned_after = std::chrono::seconds{60};

constexpr uint32_t rtp_path = 0;
constexpr uint32_t rtcp_path = 1;

struct plain_state {
  using pointer = plain_transport_actor::stateful_pointer<plain_state>;

  static inline const char* name = "plain-transport";

  explicit plain_state(pointer self_ptr)
      : self(self_ptr)
      , routes(key(), false) {}

  ~plain_state() {
    if (!services)
      return;
    publish();
    caf::anon_send(shard, remove_transport{key()});
  }

  plain_transport_actor::behavior_type
  make_behavior(const plain_transport_config& cfg,
                const std::shared_ptr<plain_ports>& opened);

  // Sets the address that the client names.
  caf::result<done> connect(const connect_plain& x);

  caf::result<done> add(const add_transport_producer& x);
  void add(const add_transport_consumer& x);

  // Lets the shard send, once there are consumers and the client's address is
  // known; again, once a better address is known.
  void begin_sending();

  // The client has proven that it wants what is sent to it.
  void note_proven();

  bool is_over() const;

  void take(net::datagram_batch& datagrams);

  // Whether it comes from the client, whose address the first packet sets.
  bool is_clients(const net::datagram& x, rtp::ssrc source);
  void take_rtp(net::datagram& x);
  void take_rtcp(const net::datagram& x);
  void note(rtp::rtcp_event& x);

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

  transport_key key() const {
    return transport_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::transport};
  transport_id id;
  std::shared_ptr<const media_services> services;
  std::shared_ptr<void> quota_token;
  std::shared_ptr<plain_ports> ports;
  shard_actor shard;
  std::shared_ptr<plain_sender> sender;           // once it sends to the client
  std::shared_ptr<plain_destination> destination; // with the sender
  bool given_up = false;                          // the destination, reported
  bool comedia = true;
  bool answered = false; // the client has sent something
  std::array<std::optional<net::socket_address>, 2> client; // by path
  rtp_routes routes;
  // Counts the datagrams in flight from the ports.
  std::shared_ptr<in_flight_gauge> arrivals =
      std::make_shared<in_flight_gauge>(max_waiting_datagrams);
  net::traffic received;
  net::traffic sent;
  uint64_t refused = 0; // not the client's, or neither RTP nor RTCP
  uint64_t late = 0;    // RTP that waited too long
  net::time_point last_received;
  transport_totals published;
  scoped_gauge phase_gauge;
  actor_timer timer;
};

// Whether it can be one host's: neither unspecified nor multicast.
bool is_host(const net::socket_address& x) {
  constexpr size_t v4_begin = 12;
  constexpr uint8_t first_group = 224;
  const auto& ip = x.octets();
  return !x.is_unspecified()
         && (x.is_v4() ? ip[v4_begin] < first_group : ip[0] != 0xff);
}

plain_transport_actor::behavior_type
plain_state::make_behavior(const plain_transport_config& cfg,
                           const std::shared_ptr<plain_ports>& opened) {
  allow_on_io_threads(self);
  id = cfg.id;
  services = cfg.services;
  quota_token = cfg.quota_token;
  shard = cfg.shard;
  comedia = cfg.comedia;
  ports = opened;
  last_received = now();
  self->set_error_handler([](caf::error&) {});
  phase_gauge.move_to(
      &count().transports_in(transport_kind::udp, transport_phase::waiting));
  auto to = caf::weak_actor_ptr{self->ctrl()};
  auto receive = [to, gauge = arrivals](net::datagram_batch x) {
    if (auto target = to.lock(); target && gauge->admit(x.size()))
      caf::anon_send(
          caf::actor_cast<plain_transport_actor>(target),
          burst{std::make_shared<net::datagram_batch>(std::move(x))});
  };
  ports->rtp->start(receive);
  if (ports->rtcp)
    ports->rtcp->start(receive);
  timer.arm(self, last_received + publish_interval, transport_tick{});
  return {
      [this](burst& x) { take(*x); },
      [this](const rtcp_to_send& x) { send_rtcp(x.packet); },
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
  if (comedia)
    return refuse_plain();
  if (client[rtp_path])
    return to_caf({error_code::wrong_state, "Transport already connected"});
  const auto& given = x.client;
  auto where = net::parse_address(given.ip, given.port);
  if (!where || !is_host(*where))
    return to_caf(
        protocol::bad_member("ip", "must be the address of one host"));
  if (given.port == 0)
    return to_caf(protocol::bad_member("port", "must be 1 to 65535"));
  const plain_networks networks{services->settings.rtc};
  if (!networks.allows(*where) && !networks.trusts(*where)) {
    count().note(plain_refusal::not_listed);
    return to_caf(
        {error_code::forbidden, "ip: not allowed by rtc.plain-destinations"});
  }
  auto rtcp = *where;
  if (ports->rtcp && given.rtcp_port.value_or(0) == 0)
    return to_caf(protocol::bad_member("rtcpPort", "missing"));
  if (ports->rtcp)
    rtcp.set_port(*given.rtcp_port);
  client = {*where, rtcp};
  last_received = now();
  begin_sending();
  return done{};
}

void plain_state::begin_sending() {
  if (!routes.has_consumers() || !client[rtp_path])
    return;
  if (sender) {
    sent.packets += sender->packets();
    sent.bytes += sender->octets();
  } else {
    const plain_networks networks{services->settings.rtc};
    destination = std::make_shared<plain_destination>(
        *net::make_secure_rng(), networks.trusts(*client[rtp_path]));
  }
  // Until the client sends RTCP, that goes to the port after RTP (RFC 3550).
  auto rtcp = client[rtp_path];
  if (ports->rtcp)
    rtcp->set_port(static_cast<uint16_t>(rtcp->port() + 1));
  if (client[rtcp_path])
    rtcp = client[rtcp_path];
  sender = std::make_shared<plain_sender>(
      ports, plain_client{*client[rtp_path], *rtcp}, destination);
  self->send(shard, set_plain_sender{key(), sender});
}

void plain_state::add(const add_transport_consumer& x) {
  routes.add(x);
  if (!sender)
    begin_sending();
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
  auto& known = client[x.tuple.path == rtcp_path ? 1 : 0];
  const auto& other = client[x.tuple.path == rtcp_path ? 0 : 1];
  if (!known && !comedia)
    return false;
  if (!known) {
    // A sender that knows no producer's SSRC, or is on another host than the
    // sender of the other port, is not the client.
    if (!routes.find(source)
        || (other && other->octets() != x.tuple.remote.octets()))
      return false;
    known = x.tuple.remote;
    begin_sending();
  }
  if (*known != x.tuple.remote)
    return false;
  if (!std::exchange(answered, true))
    phase_gauge.move_to(&count().transports_in(transport_kind::udp,
                                               transport_phase::connected));
  last_received = now();
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
  auto* report = std::get_if<rtp::report_block_received>(&x);
  if (report && destination && destination->take_report(report->block))
    note_proven();
}

void plain_state::note_proven() {
  log::event(log::level::debug, "plain-destination-proven",
             {{"transport", id.str()}});
  // Before this, it was sent only a few packets.
  routes.request_key_frames();
}

void plain_state::send_rtcp(const std::vector<uint8_t>& compound) {
  // These report what has arrived from the client: without that, send none.
  const auto& to = client[ports->rtcp ? 1 : 0];
  if (!to || !answered)
    return;
  ports->for_rtcp().send(compound, *to);
  sent.add(compound.size());
}

protocol::reply::stats plain_state::stats() const {
  protocol::json_writer out;
  out.begin_array()
      .begin_object()
      .add("type", "transport")
      .add("id", id.str())
      .add("bytesReceived", received.bytes)
      .add("packetsReceived", received.packets)
      .add("bytesSent", sent.bytes + (sender ? sender->octets() : 0))
      .add("packetsSent", sent.packets + (sender ? sender->packets() : 0))
      .add("packetsDropped", refused + late + routes.unknown_packets())
      .end_object()
      .end_array();
  return protocol::reply::stats{protocol::json_text{out.str()}};
}

void plain_state::handle_tick() {
  timer.fired(now());
  if (destination && destination->given_up(now())
      && !std::exchange(given_up, true)) {
    auto why = destination->guessed() ? plain_refusal::guessed
                                      : plain_refusal::unproven;
    count().note(why);
    log::event(log::level::warn, "plain-destination-refused",
               {{"transport", id.str()},
                {"why", std::string{to_string(why)}},
                {"set", "rtc.plain-trusted"}});
  }
  if (is_over()) {
    log::event(log::level::info, "transport-abandoned",
               {{"transport", id.str()}});
    self->quit();
    return;
  }
  publish();
  timer.arm(self, now() + publish_interval, transport_tick{});
}

bool plain_state::is_over() const {
  if (given_up && !comedia)
    return true;
  const auto listens =
      destination && destination->trusted() && routes.has_consumers();
  return !listens && now() - last_received >= abandoned_after;
}

void plain_state::publish() {
  transport_totals totals;
  totals.add(net::drop_reason::queue_full,
             arrivals->refused() + routes.refused_compounds());
  totals.add(net::drop_reason::too_late, late);
  totals.unroutable = refused + routes.unroutable();
  count().transports.publish(self->id(), totals, published);
}

} // namespace

caf::error refuse_plain() {
  return to_caf({error_code::wrong_state, "This is a plain transport"});
}

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
