#include "net/io/cluster/cluster_dialer.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

// A dialler of node "b", whose port this scene owns. Each connection to it
// breaks before it is a link. No round of the dialler comes in time to help.
struct dialling_scene {
  dialling_scene() {
    auto listening = listen_on(loop, *parse_address("127.0.0.1", 0));
    REQUIRE(listening.has_value());
    port.emplace(std::move(*listening));
    address = *bound_address(port->native_handle());
    cluster_dialer::calls calls;
    calls.wanted = [this](const std::string&) {
      return wanted;
    };
    calls.connected = [this](loop_socket, const socket_address& to) {
      if (++connections == accepted)
        port.reset();
      dialer->ended(to, {}, link_refusal::tls);
    };
    calls.refused = [this](const std::string& node) {
      refused = node;
      loop.stop();
    };
    dialer = std::make_shared<cluster_dialer>(loop, 1h, 1h, std::move(calls));
    dialer->know("b", address);
    dialer->start();
  }

  ~dialling_scene() {
    dialer->stop();
  }

  boost::asio::io_context loop{1};
  std::optional<loop_acceptor> port;
  socket_address address;
  std::shared_ptr<cluster_dialer> dialer;
  bool wanted = false;
  int connections = 0;
  // The port closes after so many.
  int accepted = 2;
  std::string refused;
};

} // namespace

TEST_CASE("a port that accepts while its process ends is dialled until it "
          "refuses") {
  dialling_scene at;
  at.wanted = true;
  at.dialer->node_lost("b");
  at.loop.run_for(10s);
  CHECK(at.connections == 2);
  CHECK(at.refused == "b");
}

TEST_CASE("a node whose link is not lost is left alone after a refusal") {
  dialling_scene at;
  at.wanted = true;
  at.dialer->start();
  at.loop.run_for(100ms);
  CHECK(at.connections == 1);
  CHECK(at.refused.empty());
}
