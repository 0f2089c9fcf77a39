#include "net/io/http/request_rules.hpp"

#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::string_literals;

namespace {

const std::string post = "POST /echo HTTP/1.1\r\nHost: x\r\n";

// The data after the first response until the stream ends.
std::string rest_of(tcp_client& client) {
  return client.read_until("HTTP/1.1 ");
}

// The status of a request for /healthz with these header fields.
int health_status(http_fixture& x, std::string_view fields,
                  std::string_view target = "/healthz") {
  tcp_client client{x.port()};
  client.write("GET " + std::string{target} + " HTTP/1.1\r\n"
               + std::string{fields} + "\r\n");
  return read_reply(client).status;
}

} // namespace

TEST_CASE("data after a body without a clear end is never a request") {
  http_fixture x;
  for (const auto& fields :
       {"Transfer-Encoding: xchunked"s,
        "Transfer-Encoding: identity"s,
        "Transfer-Encoding: gzip"s,
        "Transfer-Encoding: chunked, chunked"s,
        "Transfer-Encoding: chunked, gzip"s,
        "Transfer-Encoding: gzip, chunked"s,
        "Transfer-Encoding: chunked;q=1"s,
        "Transfer-Encoding: \"chunked\""s,
        "Transfer-Encoding: "s,
        "Transfer-Encoding: ,chunked"s,
        "Transfer-Encoding: \x0b"s + "chunked",
        "Transfer-Encoding : chunked"s,
        " Transfer-Encoding: chunked"s,
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"s,
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked"s,
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"s,
        "Transfer-Encoding: chunked\r\nContent-Length: 0"s,
        "Content-Length: 0\r\nTransfer-Encoding: chunked"s,
        "Content-Length: 0\r\nTransfer-Encoding: xchunked"s,
        "Transfer-Encoding: xchunked\r\nContent-Length: 0"s,
        "Transfer-Encoding:\r\n identity"s,
        "Transfer-Encoding: chunked\r\n , identity"s,
        "X: a\rTransfer-Encoding: chunked"s,
        "X: a\nTransfer-Encoding: chunked"s,
        "X: a\0Transfer-Encoding: chunked"s,
        "Content-Length: 0, 0"s,
        "Content-Length: 0\r\nContent-Length: 0"s,
        "Content-Length: 0,"s,
        "Content-Length: 0x5"s,
        "Content-Length: 5 5"s,
        "Content-Length: "s,
        "Content-Length: +0"s,
        "Content-Length : 0"s}) {
    CAPTURE(fields);
    tcp_client client{x.port()};
    client.write(post + fields
                 + "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(read_reply(client).status == 400);
    CHECK(rest_of(client) == "");
    CHECK(client.reads_end());
  }
  CHECK(x.server.rejects()[reject_reason::request_malformed] == 33);
}

TEST_CASE("a chunked body needs HTTP/1.1, in any spelling of chunked") {
  http_fixture x;
  const auto body = "\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n"s;
  for (std::string field :
       {"Transfer-Encoding: chunked", "transfer-encoding:\tCHUNKED ",
        "Transfer-Encoding:\r\n chunked"}) {
    CAPTURE(field);
    tcp_client client{x.port()};
    client.write(post + field + body);
    CHECK(read_reply(client).body == "POST hello");
    CHECK(http(client, "GET", "/healthz").status == 200);
  }
  tcp_client old{x.port()};
  old.write("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked" + body);
  CHECK(read_reply(old).status == 400);
  CHECK(rest_of(old) == "");
}

TEST_CASE("invalid chunks end the connection") {
  http_fixture x;
  for (std::string body :
       {"5;a\nb\r\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
        "\r\nhello\r\n0\r\n\r\n", "0\r\nContent-Length: 5\r\n\r\n"}) {
    CAPTURE(body);
    tcp_client client{x.port()};
    client.write(post + "Transfer-Encoding: chunked\r\n\r\n" + body
                 + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(read_reply(client).status == 400);
    CHECK(rest_of(client) == "");
    CHECK(client.reads_end());
  }
}

TEST_CASE("a request has exactly one host") {
  http_fixture x;
  for (auto fields :
       {"", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n", "Host: a b\r\n",
        "Host: a, b\r\n", "Host: a/b\r\n", "Host: a@b\r\n", "Host: a?b\r\n",
        "Host: a#b\r\n", "Host: a\\b\r\n", "Host: \xff\r\n"}) {
    CAPTURE(fields);
    CHECK(health_status(x, fields) == 400);
  }
  for (auto fields : {"Host: a\r\n", "HOST:a.example:3000\r\n", "Host:\r\n",
                      "Host: [2001:db8::1]:3000\r\n", "Host: a_b-c~d%21\r\n"}) {
    CAPTURE(fields);
    CHECK(health_status(x, fields) == 200);
  }
  tcp_client old{x.port()};
  old.write("GET /healthz HTTP/1.0\r\n\r\n");
  CHECK(read_reply(old).status == 200);
}

TEST_CASE("an absolute target is served like its path") {
  http_fixture x;
  for (auto target : {"http://x/healthz", "HTTP://y:80/healthz?a=http://b/c",
                      "https://[::1]/healthz", "http://x/healthz?"}) {
    CAPTURE(target);
    CHECK(health_status(x, "Host: x\r\n", target) == 200);
  }
  for (auto target : {"http:///healthz", "http://", "http://u@x/healthz",
                      "http://x\\/healthz", "ftp://x/healthz", "healthz",
                      "x:80", "*", "?healthz", "http:/healthz"}) {
    CAPTURE(target);
    CHECK(health_status(x, "Host: x\r\n", target) == 400);
  }
  // A Host header is also required if the target names a host.
  CHECK(health_status(x, "", "http://x/healthz") == 400);
  CHECK(ws_client{x.port(), "http://localhost/ws"}.reply().status == 101);
}

TEST_CASE("the authority of an absolute target replaces the Host") {
  http_request x;
  x.method = "GET";
  x.target = "https://b.example:8443/p/q?r=s";
  x.headers = {{"X", "y"}, {"host", "a"}};
  CHECK(!apply_request_rules(x, http_version::http_1_1));
  CHECK(x.header("Host") == "b.example:8443");
  CHECK(x.headers.size() == 2);
  CHECK(x.target == "/p/q?r=s");
  CHECK(x.path == "/p/q");
  CHECK(x.query == "r=s");
  http_request bare;
  bare.method = "GET";
  bare.target = "http://b?c";
  CHECK(!apply_request_rules(bare, http_version::http_1_0));
  CHECK(bare.header("Host") == "b");
  CHECK(bare.target == "/?c");
  http_request all;
  all.method = "OPTIONS";
  all.target = "*";
  all.headers = {{"Host", ""}};
  CHECK(!apply_request_rules(all, http_version::http_1_1));
  CHECK(all.path == "*");
}

TEST_CASE("a client that waits for 100 Continue gets one") {
  http_fixture x;
  for (auto length : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
    CAPTURE(length);
    tcp_client client{x.port()};
    client.write(post + "Expect: 100-Continue\r\n" + length + "\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.write(length[0] == 'C' ? "hello" : "5\r\nhello\r\n0\r\n\r\n");
    CHECK(read_reply(client).body == "POST hello");
    CHECK(http(client, "GET", "/healthz").status == 200);
  }
}

TEST_CASE("a client that does not wait for 100 Continue gets none") {
  http_fixture x;
  const auto expect = "Expect: 100-continue\r\n"s;
  for (auto request :
       {post + expect + "Content-Length: 5\r\n\r\nhello",
        post + expect + "Content-Length: 0\r\n\r\n", post + expect + "\r\n",
        post + "Expect:\r\nContent-Length: 5\r\n\r\nhello",
        "POST /echo HTTP/1.0\r\nContent-Length: 0\r\n" + expect + "\r\n",
        "POST /echo HTTP/1.0\r\nExpect: tea\r\n\r\n"s}) {
    CAPTURE(request);
    tcp_client client{x.port()};
    client.write(request);
    CHECK(read_reply(client).status == 200);
  }
  tcp_client large{x.port()};
  large.write(post + expect + "Content-Length: 99999999\r\n\r\n");
  CHECK(read_reply(large).status == 413);
}

TEST_CASE("an unknown expectation is refused") {
  http_fixture x;
  for (std::string expected :
       {"tea", "100-continue, tea", "100-continue\r\nExpect: tea"}) {
    CAPTURE(expected);
    tcp_client client{x.port()};
    client.write(post + "Expect: " + expected
                 + "\r\nContent-Length: 2\r\n\r\nhi");
    CHECK(read_reply(client).status == 417);
    CHECK(rest_of(client) == "");
    CHECK(client.reads_end());
  }
}
