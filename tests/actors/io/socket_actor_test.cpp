#include "actors/io/socket_actor.hpp"

#include "actors/base/messages.hpp"
#include "actors/io/media_sockets.hpp"
#include "net/ice/ice_check_responder.hpp"
#include "net/io/loop/io_threads.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/support/ice_check.hpp"
#include "tests/support/rtp_packets.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace troupe;
using namespace troupe::actors;

namespace {

net::media_port_config loopback_port() {
  net::media_port_config out;
  out.addresses = {"127.0.0.1"};
  out.port = 0;
  return out;
}

// A client that counts the STUN success responses that it receives.
class client final : public net::media_receiver {
public:
  explicit client(net::io_threads& threads)
      : port_(threads, *this, loopback_port()) {
    REQUIRE(port_.start());
  }

  ~client() override {
    port_.stop();
  }

  void on_burst(std::span<net::datagram> burst, net::datagram_sink&) override {
    for (const auto& x : burst)
      responses += std::as_const(*x.data).bytes()[0] == 1;
  }

  void on_tcp_closed(const net::transport_tuple&) override {}

  net::socket_address address() const {
    return *net::parse_address("127.0.0.1", port_.port());
  }

  void send(const std::vector<uint8_t>& data, const net::socket_address& to) {
    net::outgoing_datagram out{
        data, {net::transport_protocol::udp, 0, address(), to}};
    port_.send_batch({&out, 1});
  }

  std::atomic<int> responses{0};

private:
  net::media_port port_;
};

// The socket actor over open sockets.
struct scene {
  scene() {
    REQUIRE(sockets.port().start());
    socket = spawn_socket(system, sockets);
  }

  ~scene() {
    caf::anon_send(socket, close_sockets{});
    system.await_actors_before_shutdown(false);
    while (system.registry().running() > 0)
      std::this_thread::yield();
    socket = nullptr;
    sockets.stop();
    threads.stop();
  }

  net::socket_address address() {
    return *net::parse_address("127.0.0.1", sockets.port().port());
  }

  net::io_threads threads{1};
  media_sockets sockets{threads, loopback_port()};
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  socket_actor socket;
};

} // namespace

TEST_CASE("checks are answered while the sockets have a responder for them") {
  test::quiet_log();
  net::io_threads threads{1};
  client browser{threads};
  scene x;
  net::ice_credentials credentials{"ours", "password"};
  auto check = test::ice_check::to(credentials).build();
  auto responder = std::make_shared<net::ice_check_responder>(
      credentials,
      net::transport_tuple{net::transport_protocol::udp, 0, x.address(),
                           browser.address()},
      net::time_point{});
  caf::anon_send(x.socket, add_check_responder{responder});
  CHECK(test::eventually([&] {
    browser.send(check, x.address());
    return browser.responses > 0;
  }));
  caf::anon_send(x.socket, unroute_fragment{"ours"});
  auto before = x.sockets.stats().unroutable;
  CHECK(test::eventually([&] {
    browser.send(check, x.address());
    return x.sockets.stats().unroutable > before;
  }));
}

TEST_CASE("a transport is notified when no check has come for its consent") {
  test::quiet_log();
  std::atomic<int> ticks{0};
  scene x; // ends the actor that uses this
  auto transport = x.system.spawn([&](caf::event_based_actor*) {
    return caf::behavior{[&](const transport_tick&) {
      ++ticks;
    }};
  });
  auto responder = std::make_shared<net::ice_check_responder>(
      net::ice_credentials{"ours", "password"},
      net::transport_tuple{net::transport_protocol::udp, 0, x.address(),
                           x.address()},
      std::chrono::steady_clock::now());
  caf::anon_send(x.socket,
                 add_check_responder{
                     responder, caf::actor_cast<caf::weak_actor_ptr>(transport),
                     std::chrono::milliseconds{1}});
  CHECK(test::eventually([&] { return ticks > 0; }));
  responder->revoke();
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

TEST_CASE("packets of a source that no consumer attends end at the sockets") {
  test::quiet_log();
  net::io_threads threads{1};
  client browser{threads};
  std::atomic<int> arrived{0};
  auto intake = std::make_shared<transport_intake>(max_waiting_datagrams);
  scene x; // ends the actor that uses these
  auto transport = x.system.spawn([&](burst_receiver_actor::pointer)
                                      -> burst_receiver_actor::behavior_type {
    return {
        [&](const burst& y) {
          arrived += static_cast<int>(y->size());
          intake->leave(y->size());
        },
        [](const tuple_closed&) {},
    };
  });
  caf::anon_send(x.socket, route_tuple{net::transport_tuple{
                                           net::transport_protocol::udp, 0,
                                           x.address(), browser.address()},
                                       transport, intake});
  test::rtp_builder packet;
  auto send = [&](uint32_t ssrc) {
    packet.ssrc = ssrc;
    browser.send(packet.build(), x.address());
  };
  REQUIRE(test::eventually([&] {
    send(1);
    return arrived > 0;
  }));
  const std::vector<unattended_source> camera{{1, 0}};
  intake->set_unattended(camera);
  std::optional<skipped_packet> skipped;
  REQUIRE(test::eventually([&] {
    send(1);
    skipped = intake->poll_skipped();
    return skipped.has_value();
  }));
  CHECK(skipped->ssrc == 1);
  // Others arrive as ever.
  const int before = arrived;
  CHECK(test::eventually([&] {
    send(2);
    return arrived > before;
  }));
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}

TEST_CASE("datagrams of RTCP for a transport are counted") {
  test::quiet_log();
  std::atomic<uint64_t> reports{0};
  std::atomic<uint64_t> others{0};
  net::io_threads threads{1};
  client browser{threads};
  scene x;
  auto transport = x.system.spawn([&](burst_receiver_actor::pointer)
                                      -> burst_receiver_actor::behavior_type {
    return {[&](const burst& all) {
              for (const auto& one : *all)
                ++(std::as_const(*one.data).bytes()[1] == 201 ? reports
                                                              : others);
            },
            [](const tuple_closed&) {
            }};
  });
  caf::anon_send(x.socket,
                 route_tuple{{net::transport_protocol::udp, 0, x.address(),
                              browser.address()},
                             transport,
                             std::make_shared<transport_intake>(100'000)});
  // A receiver report, and an RTP packet (RFC 5761).
  std::vector<uint8_t> report{0x80, 201, 0, 1, 0, 0, 0, 1};
  std::vector<uint8_t> media{0x80, 96, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  CHECK(test::eventually([&] {
    browser.send(report, x.address());
    browser.send(media, x.address());
    return reports > 0 && others > 0;
  }));
  CHECK(test::eventually([&] { return x.sockets.stats().rtcp == reports; }));
  caf::anon_send_exit(transport, caf::exit_reason::user_shutdown);
}
