#include "tests/actors/support/probe_client.hpp"
#include "tests/support/rtp_packets.hpp"
#include "tests/support/transport_pair.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/// Transports with lenient ICE, which a dialect creates for clients that send
/// no consent checks (docs/adr/0046-consent-by-media.md).
using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;

namespace {

// A member with one transport, whose datagrams the test delivers. The answers
// of its actor come to a socket on loopback.
struct publisher {
  explicit publisher(bool lenient) {
    use_fake_sockets();
    open_socket();
    ann = std::make_unique<probe_client>(world);
    ann->get<reply::joined>(join_as("ann"));
    verb::create_transport wanted;
    wanted.direction = protocol::direction::send;
    wanted.lenient_ice = lenient;
    auto made = ann->get<reply::transport_created>(wanted);
    id = made.id.str();
    verb::connect_transport connect;
    connect.dtls.role = protocol::dtls_role::client;
    const auto& print = client_certificate().fingerprint();
    connect.dtls.fingerprints = {{print.algorithm, print.value}};
    ann->get<reply::transport_connected>(connect);
    client.start({made.ice.username_fragment, made.ice.password},
                 {actor_world::dtls().fingerprint()}, now());
    for (int i = 0; i < 100 && client.dtls() != net::dtls_state::connected; ++i)
      pass(std::chrono::milliseconds{20});
    REQUIRE(client.dtls() == net::dtls_state::connected);
    client.stop_checks();
  }

  ~publisher() {
    ann->hang_up();
    world.run();
    // The world's own actors remain.
    to = nullptr;
    caf::anon_send_exit(fake_sockets, caf::exit_reason::user_shutdown);
    fake_sockets = nullptr;
    ann.reset();
    world.services.reset();
    world.run();
    ::close(fd);
  }

  // Hands out the transport's mailbox in place of routes.
  void use_fake_sockets() {
    using actors::socket_actor;
    fake_sockets = world.system->spawn(
        [this](socket_actor::pointer) -> socket_actor::behavior_type {
          return {
              [this](const actors::route_fragment& x) { to = x.to; },
              [](const actors::unroute_fragment&) {},
              [](const actors::route_tuple&) {},
              [](const actors::unroute_tuple&) {},
              [](const actors::route_trunk&) {},
              [](const actors::unroute_trunk&) {},
              [this](const actors::add_check_responder&) { ++responders; },
              [](const actors::close_sockets&) {},
          };
        });
    auto services = *world.services;
    services.sockets = fake_sockets;
    world.services =
        std::make_shared<const actors::media_services>(std::move(services));
  }

  void open_socket() {
    fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof any};
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&any), size) == 0);
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&any), &size) == 0);
    path.local = *net::parse_address("127.0.0.1", 1);
    path.remote = *net::parse_address("127.0.0.1", ntohs(any.sin_port));
  }

  net::time_point now() {
    return world.scheduler().clock().now();
  }

  void deliver(const octets& x) {
    auto datagrams = std::make_shared<net::datagram_batch>();
    datagrams->push_back({to_buffer(x), path, now()});
    caf::anon_send(to, actors::burst{datagrams});
    world.run();
  }

  // Exchanges what waits, and then lets time pass.
  void pass(net::duration time) {
    if (auto due = client.poll_timeout(); due && *due <= now())
      client.handle_timeout(now());
    while (auto x = client.poll_datagram())
      deliver(*x);
    uint8_t room[2048];
    for (ssize_t n; (n = ::recv(fd, room, sizeof room, MSG_DONTWAIT)) >= 0;)
      client.handle_datagram({room, static_cast<size_t>(n)}, now());
    world.pass(time);
  }

  // Sends a packet each second.
  void send_for(std::chrono::seconds time) {
    for (auto i = std::chrono::seconds{0}; i < time; ++i) {
      deliver(*client.protect_rtp(make_rtp(next++)));
      pass(std::chrono::seconds{1});
    }
  }

  std::string ice_state() {
    auto stats = ann->get<reply::stats>(verb::get_stats{id}).report.text;
    auto key = std::string{R"("iceState":")"};
    auto at = stats.find(key);
    REQUIRE(at != std::string::npos);
    at += key.size();
    return stats.substr(at, stats.find('"', at) - at);
  }

  actor_world world;
  actors::socket_actor fake_sockets;
  actors::burst_receiver_actor to;
  int responders = 0;
  int fd = -1;
  net::transport_tuple path;
  std::unique_ptr<probe_client> ann;
  std::string id;
  std::unique_ptr<net::rng> random = net::make_seeded_rng(5);
  webrtc_client client{{.dtls = &client_certificate()}, *random};
  uint16_t next = 1;
};

} // namespace

TEST_CASE("a lenient transport lives as long as its client sends media") {
  publisher at{true};
  at.send_for(std::chrono::seconds{70});
  CHECK(at.ice_state() == "completed");
  at.pass(std::chrono::seconds{28});
  CHECK(at.ice_state() == "completed");
  at.pass(std::chrono::seconds{2});
  CHECK(at.ice_state() == "disconnected");
  // It answers its checks itself, since media wakes it anyway.
  CHECK(at.responders == 0);
}

TEST_CASE("an ordinary transport needs checks, whatever media it gets") {
  publisher at{false};
  CHECK(at.responders == 1);
  at.send_for(std::chrono::seconds{29});
  CHECK(at.ice_state() == "completed");
  // The I/O threads tell a transport when the time has come.
  at.send_for(std::chrono::seconds{2});
  caf::anon_send(caf::actor_cast<caf::actor>(at.to), actors::transport_tick{});
  at.world.run();
  CHECK(at.ice_state() == "disconnected");
}
