#include "tests/net/io/support/certificate_files.hpp"
#include "tests/net/io/support/http_fixture.hpp"
#include "tests/net/io/support/tls_client.hpp"

#include "net/io/http/tls_context.hpp"
#include "net/io/http/tls_store.hpp"

#include <boost/asio/ssl/context.hpp>
#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

http_server_config tls_config(const certificate_files& files) {
  auto config = loopback_config();
  config.tls = files.paths();
  config.tls_check_interval = 5ms;
  return config;
}

/// Calls `refresh` as a server does, until it returns a result.
std::optional<result<void>> refresh(tls_store& store) {
  for (int i = 0; i < 3; ++i)
    if (auto x = store.refresh())
      return x;
  return std::nullopt;
}

} // namespace

TEST_CASE("https and wss work with a certificate") {
  certificate_files files;
  http_fixture x{tls_config(files)};
  tls_client client{x.port()};
  REQUIRE(client.connected());
  for (int i = 0; i < 2; ++i) {
    client.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(client.read_until("fine").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  CHECK(client.upgrade("/ws").starts_with("HTTP/1.1 101 "));
  client.send_text("hi");
  CHECK(client.read_until("hi") == "\x81\x02hi");
  CHECK(x.handler.wait_for_open(1).at(0)->request().secure);
}

TEST_CASE("browsers are told to use TLS from now on, but not on loopback") {
  certificate_files files;
  auto config = tls_config(files);
  config.hsts_seconds = 600;
  for (bool local : {false, true}) {
    config.local_only = local;
    http_fixture x{config};
    tls_client client{x.port()};
    client.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto head = client.read_until("\r\n\r\n");
    auto told = head.find("Strict-Transport-Security: max-age=600\r\n");
    CHECK((told == std::string::npos) == local);
  }
}

TEST_CASE("old versions of TLS and plain HTTP are refused on a TLS port") {
  certificate_files files;
  http_fixture x{tls_config(files)};
  CHECK(!tls_client{x.port(), TLS1_1_VERSION}.connected());
  CHECK(tls_client{x.port(), TLS1_2_VERSION}.connected());
  CHECK(http(x.port(), "GET", "/healthz").status == 0);
}

TEST_CASE("new connections use a new certificate; old ones continue") {
  certificate_files files;
  http_fixture x{tls_config(files)};
  auto before = x.server.certificate_expires();
  tls_client old{x.port()};
  CHECK(old.server_name() == "localhost");
  REQUIRE(old.upgrade("/ws").starts_with("HTTP/1.1 101 "));
  files.install("second_");
  CHECK(eventually(
      [&] { return tls_client{x.port()}.server_name() == "second.example"; }));
  CHECK(x.server.certificate_expires() != before);
  old.send_text("hi");
  CHECK(old.read_until("hi") == "\x81\x02hi");
  CHECK(x.handler.certificate_changes() == std::vector<std::error_code>{{}});
}

TEST_CASE("a bad certificate leaves the old one in use") {
  certificate_files files;
  http_fixture x{tls_config(files)};
  files.spoil("certificate.pem");
  CHECK(
      eventually([&] { return x.handler.certificate_changes().size() == 1; }));
  CHECK(x.handler.certificate_changes().at(0) == tls_errc::bad_certificate);
  CHECK(tls_client{x.port()}.server_name() == "localhost");
  // No further error is reported until the files change again.
  files.install("second_");
  CHECK(
      eventually([&] { return x.handler.certificate_changes().size() == 2; }));
  CHECK(!x.handler.certificate_changes().at(1));
  CHECK(tls_client{x.port()}.server_name() == "second.example");
}

TEST_CASE("a store reports what is wrong with its files") {
  certificate_files files;
  SUBCASE("nothing") {
    CHECK(tls_store{files.paths()}.load().has_value());
  }
  SUBCASE("no certificate") {
    files.spoil("certificate.pem");
    CHECK(tls_store{files.paths()}.load().error() == tls_errc::bad_certificate);
  }
  SUBCASE("no key") {
    files.spoil("key.pem");
    CHECK(tls_store{files.paths()}.load().error() == tls_errc::bad_key);
  }
  SUBCASE("a key of another certificate") {
    files.put("second_key.pem", "key.pem");
    CHECK(tls_store{files.paths()}.load().error() == tls_errc::mismatch);
  }
  SUBCASE("no files") {
    CHECK(tls_store{{"/nowhere/a", "/nowhere/b"}}.load().error()
          == tls_errc::bad_certificate);
  }
}

TEST_CASE("files that change between two checks are not read yet") {
  certificate_files files;
  tls_store store{files.paths()};
  REQUIRE(store.load().has_value());
  auto first = store.current();
  CHECK_FALSE(refresh(store).has_value());
  // The certificate was replaced, its key not yet: that is not an error.
  files.put("second_certificate.pem", "certificate.pem");
  CHECK_FALSE(store.refresh().has_value());
  files.put("second_key.pem", "key.pem");
  CHECK_FALSE(store.refresh().has_value());
  auto read = store.refresh();
  REQUIRE(read.has_value());
  CHECK(read->has_value());
  CHECK(store.current() != first);
  CHECK_FALSE(refresh(store).has_value());
}

TEST_CASE("a certificate reports its names and its expiry") {
  auto facts = read_certificate(certificate_files{"second_"}.paths());
  REQUIRE(facts.has_value());
  CHECK(facts->names
        == std::vector<std::string>{"second.example", "*.second.example",
                                    "192.0.2.7"});
  CHECK(facts->self_signed);
  auto good_for = facts->not_after - facts->not_before;
  CHECK(good_for == std::chrono::hours{24 * 36500});
  auto plain = read_certificate(certificate_files{}.paths());
  REQUIRE(plain.has_value());
  CHECK(plain->names == std::vector<std::string>{"localhost"});
}

TEST_CASE("the server keeps no TLS sessions for clients that may return") {
  auto context = make_tls_context(certificate_files{}.paths());
  REQUIRE(context.has_value());
  CHECK(SSL_CTX_get_session_cache_mode((*context)->native_handle())
        == SSL_SESS_CACHE_OFF);
}
