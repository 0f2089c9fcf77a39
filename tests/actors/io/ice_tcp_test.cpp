// ICE-TCP connections over real sockets, from the port to the routing.
#include "actors/io/media_sockets.hpp"
#include "actors/io/socket_actor.hpp"
#include "net/io/loop/io_threads.hpp"
#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/client.hpp"
#include "tests/support/ice_check.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;
using net::testing::tcp_client;

namespace {

net::media_port_config impatient_port() {
  net::media_port_config out;
  out.addresses = {"127.0.0.1"};
  out.port = 0;
  out.tcp_validation_timeout = 500ms;
  return out;
}

std::shared_ptr<transport_intake> no_limit() {
  return std::make_shared<transport_intake>(max_waiting_datagrams);
}

// Accepts every check that reaches it, as a transport does after it has
// authenticated the check, and counts them.
burst_receiver_actor spawn_acceptor(caf::actor_system& system,
                                    const socket_actor& sockets,
                                    std::atomic<int>& accepted) {
  return system.spawn([sockets, &accepted](burst_receiver_actor::pointer self)
                          -> burst_receiver_actor::behavior_type {
    auto intake = no_limit();
    return {
        [=, &accepted](const burst& x) {
          caf::anon_send(sockets,
                         route_tuple{x->front().tuple,
                                     burst_receiver_actor{self}, intake});
          ++accepted;
        },
        [](const tuple_closed&) {},
    };
  });
}

std::string framed_check(const std::string& fragment) {
  auto check = test::ice_check::to({fragment, "password"}).build();
  std::string out;
  out += static_cast<char>(check.size() >> 8);
  out += static_cast<char>(check.size() & 0xff);
  return out.append(check.begin(), check.end());
}

} // namespace

TEST_CASE("an ICE-TCP connection stays open once a transport has taken it") {
  test::quiet_log();
  net::io_threads threads{1};
  media_sockets sockets{threads, impatient_port()};
  REQUIRE(sockets.port().start());
  caf::actor_system_config settings;
  {
    caf::actor_system system{settings};
    auto socket = spawn_socket(system, sockets);
    std::atomic<int> accepted{0};
    auto acceptor = spawn_acceptor(system, socket, accepted);
    caf::anon_send(socket, route_fragment{"ours", acceptor, no_limit()});
    auto port = sockets.port().port();
    REQUIRE(test::eventually([&] {
      tcp_client scout{port};
      scout.write(framed_check("ours"));
      return accepted > 0;
    }));
    tcp_client ours{port};
    ours.write(framed_check("ours"));
    tcp_client stranger{port};
    stranger.write(framed_check("nobody's"));
    // It was accepted later, so the time limit of the other has passed as well.
    CHECK(stranger.reads_end());
    int before = accepted;
    ours.write(framed_check("ours"));
    CHECK(test::eventually([&] { return accepted > before; }));
    caf::anon_send_exit(acceptor, caf::exit_reason::user_shutdown);
    caf::anon_send(socket, close_sockets{});
    system.await_actors_before_shutdown(false);
    while (system.registry().running() > 0)
      std::this_thread::yield();
    socket = nullptr;
    acceptor = nullptr;
    sockets.stop();
    threads.stop();
  }
}
