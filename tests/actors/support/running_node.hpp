#pragma once

#include "actors/node/node.hpp"
#include "net/dtls/certificate.hpp"
#include "quiet_log.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

/// A whole server in this process, on loopback and free ports.
namespace troupe::test {

inline actors::config loopback() {
  actors::config out;
  out.http.listen_addresses = {"127.0.0.1"};
  out.http.port = 0;
  out.http.static_root = "";
  out.rtc.listen_addresses = {"127.0.0.1"};
  out.rtc.port = 0;
  out.threads.scheduler = 2;
  return out;
}

inline const net::dtls_context& client_dtls() {
  static auto instance = std::move(*net::dtls_context::make());
  return *instance;
}

/// Waits for a condition that other threads make true.
template <class F>
bool eventually(F condition) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::yield();
  }
  return true;
}

struct running_node {
  explicit running_node(actors::config settings = loopback())
      : server(std::move(settings)) {
    quiet_log();
    auto failure = server.start();
    REQUIRE_MESSAGE(!failure, *failure);
    baseline = server.live_actors();
  }

  uint16_t port() const {
    return server.http_port();
  }

  actors::node server;
  size_t baseline = 0;
};

} // namespace troupe::test
