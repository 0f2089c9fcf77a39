#include "http_fixture.hpp"

#include <doctest/doctest.h>

#include <openssl/ssl.h>

using namespace troupe::net;
using namespace troupe::net::testing;

namespace {

http_server_config tls_config() {
  auto config = loopback_config();
  std::string folder = TROUPE_TEST_DATA "/tls/";
  config.tls = tls_files{folder + "certificate.pem", folder + "key.pem"};
  return config;
}

// A client that trusts everyone.
class tls_client {
public:
  explicit tls_client(uint16_t port, int max_version = TLS1_3_VERSION)
      : stream_(port)
      , context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
      , ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_security_level(ssl_.get(), 0);
    SSL_set_max_proto_version(ssl_.get(), max_version);
    SSL_set_fd(ssl_.get(), stream_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }

  bool connected() const {
    return connected_;
  }

  void write(std::string_view octets) {
    SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()));
  }

  std::string read_until(std::string_view end) {
    std::string result;
    char octet;
    while (!result.ends_with(end) && SSL_read(ssl_.get(), &octet, 1) == 1)
      result += octet;
    return result;
  }

private:
  tcp_client stream_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool connected_ = false;
};

} // namespace

TEST_CASE("https and wss work with a certificate") {
  http_fixture x{tls_config()};
  tls_client client{x.port()};
  REQUIRE(client.connected());
  for (int i = 0; i < 2; ++i) {
    client.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.read_until("fine").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  client.write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
               "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  // "hi", masked with zeros.
  client.write(std::string_view{"\x81\x82\0\0\0\0hi", 8});
  CHECK(client.read_until("hi") == "\x81\x02hi");
  CHECK(x.handler.wait_for_open(1).at(0)->request().secure);
}

TEST_CASE("old versions of TLS and plain HTTP are refused on a TLS port") {
  http_fixture x{tls_config()};
  CHECK(!tls_client{x.port(), TLS1_1_VERSION}.connected());
  CHECK(tls_client{x.port(), TLS1_2_VERSION}.connected());
  CHECK(http(x.port(), "GET", "/healthz").status == 0);
}
