#include "tests/actors/support/running_node.hpp"
#include "tests/net/io/support/certificate_files.hpp"
#include "tests/net/io/support/tls_client.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace troupe;
using namespace troupe::test;
using net::testing::certificate_files;
using net::testing::tls_client;

namespace {

actors::config loopback_with(const net::tls_files& files) {
  auto out = loopback();
  out.http.tls_certificate = files.certificate;
  out.http.tls_key = files.key;
  out.http.tls_check_interval = std::chrono::milliseconds{10};
  return out;
}

bool answers(tls_client& client) {
  client.send_text(R"({"id":1,"type":"get-producers","data":{}})");
  return client.read_until("\"producers\"").ends_with("\"producers\"");
}

} // namespace

TEST_CASE(
    "a member stays connected over wss while the certificate is replaced") {
  quiet_log();
  certificate_files files;
  actors::node server{loopback_with(files.paths())};
  REQUIRE(!server.start());
  tls_client ann{server.http_port()};
  REQUIRE(
      ann.upgrade("/socket?auth=ann&channelId=r").starts_with("HTTP/1.1 101 "));
  CHECK(answers(ann));
  files.install("second_");
  REQUIRE(eventually([&] {
    return tls_client{server.http_port()}.server_name() == "second.example";
  }));
  CHECK(answers(ann));
  tls_client bob{server.http_port()};
  CHECK(
      bob.upgrade("/socket?auth=bob&channelId=r").starts_with("HTTP/1.1 101 "));
  CHECK(answers(bob));
}

TEST_CASE("a server does not start with an invalid certificate") {
  quiet_log();
  certificate_files files;
  SUBCASE("the certificate") {
    files.spoil("certificate.pem");
    actors::node server{loopback_with(files.paths())};
    auto failure = server.start();
    REQUIRE(failure);
    CHECK(failure->starts_with("http.tls-certificate "
                               + files.paths().certificate));
  }
  SUBCASE("the key") {
    files.put("second_key.pem", "key.pem");
    actors::node server{loopback_with(files.paths())};
    auto failure = server.start();
    REQUIRE(failure);
    CHECK(failure->starts_with("http.tls-key " + files.paths().key));
  }
}
