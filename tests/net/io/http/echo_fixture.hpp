#pragma once

#include "tests/tools/echo_service.hpp"

#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

namespace troupe::net::testing {

/// The configuration of `echo_fixture`, with pings too rare to interfere.
inline http_server_config quiet_echo_config() {
  auto config = troupe::testing::echo_server_config();
  config.addresses = {"127.0.0.1"};
  config.port = 0;
  config.engineio.ping_interval = std::chrono::seconds{25};
  config.engineio.ping_timeout = std::chrono::seconds{20};
  return config;
}

/// The server that conformance suites test.
struct echo_fixture {
  explicit echo_fixture(
      http_server_config config = quiet_echo_config(),
      std::chrono::milliseconds connect_timeout = std::chrono::seconds{5})
      : service(threads, connect_timeout)
      , server(threads, service, std::move(config)) {
    REQUIRE(server.start());
  }

  ~echo_fixture() {
    server.stop();
    threads.stop();
  }

  uint16_t port() const {
    return server.port();
  }

  io_threads threads{2};
  troupe::testing::echo_service service;
  http_server server;
};

/// A Socket.IO client in the namespace "/".
inline ws_client connected_client(uint16_t port) {
  ws_client client{port, "/socket.io/?EIO=4&transport=websocket"};
  REQUIRE(client.text().starts_with("0{"));
  client.send_text("40");
  REQUIRE(client.text().starts_with("40{\"sid\":\""));
  REQUIRE(client.text() == R"(42["auth",{}])");
  return client;
}

} // namespace troupe::net::testing
