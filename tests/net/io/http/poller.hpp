#pragma once

#include "tests/net/io/support/client.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace troupe::net::testing {

/// A polling Engine.IO session.
class poller {
public:
  explicit poller(uint16_t port, std::string path = "/socket.io/")
      : port_(port)
      , path_(std::move(path)) {
    auto reply = http(port_, "GET", path_ + "?EIO=4&transport=polling");
    REQUIRE(reply.status == 200);
    REQUIRE(reply.body.starts_with("0{\"sid\":\""));
    open_ = reply.body;
    sid_ = open_.substr(9, open_.find('"', 9) - 9);
  }

  std::string target(const std::string& transport = "polling") const {
    return path_ + "?EIO=4&transport=" + transport + "&sid=" + sid_;
  }

  http_reply get() const {
    return http(port_, "GET", target());
  }

  http_reply post(std::string_view body) const {
    return http(port_, "POST", target(), {}, body);
  }

  /// Sends a GET whose response is not read yet.
  tcp_client begin_get() const {
    tcp_client client{port_};
    client.write("GET " + target() + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client;
  }

  /// The same, and waits until the server has it. No other client may send
  /// requests meanwhile.
  tcp_client begin_get(const http_server& server) const {
    auto before = server.stats().requests;
    auto client = begin_get();
    REQUIRE(eventually([&] { return server.stats().requests > before; }));
    return client;
  }

  /// The packet that opened the session.
  const std::string& open_packet() const {
    return open_;
  }

  const std::string& sid() const {
    return sid_;
  }

private:
  uint16_t port_;
  std::string path_;
  std::string open_;
  std::string sid_;
};

} // namespace troupe::net::testing
