#include "tests/net/io/support/http_fixture.hpp"

#include "net/io/http/tls_context.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

// Limits this process's descriptors within its scope.
class rlimit_guard {
public:
  rlimit_guard() {
    getrlimit(RLIMIT_NOFILE, &before_);
  }

  ~rlimit_guard() {
    restore();
  }

  void set(rlim_t limit) {
    auto changed = before_;
    changed.rlim_cur = limit;
    setrlimit(RLIMIT_NOFILE, &changed);
  }

  void restore() {
    setrlimit(RLIMIT_NOFILE, &before_);
  }

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("browsers are told not to guess content types") {
  http_fixture x;
  for (const auto* path : {"/healthz", "/absent", "/socket.io/?EIO=4"})
    CHECK(http(x.port(), "GET", path).header("X-Content-Type-Options")
          == "nosniff");
  CHECK(http(x.port(), "GET", "/healthz")
            .header("Strict-Transport-Security")
            .empty());
}

TEST_CASE("a server on loopback accepts only loopback names") {
  auto config = loopback_config();
  config.local_only = true;
  http_fixture x{config};
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
  for (std::string path : {"/healthz", "/", "/ws", "/socket.io/?EIO=4"}) {
    tcp_client rebound{x.port()};
    rebound.write("GET " + path
                  + " HTTP/1.1\r\nHost: evil.example:3000\r\n"
                    "Origin: http://evil.example:3000\r\n\r\n");
    auto reply = read_reply(rebound);
    CHECK(reply.status == 403);
    CHECK(reply.body.find("Host evil.example:3000 not allowed: set "
                          "http.allowed-origins = http://evil.example:3000")
          != std::string::npos);
  }
  CHECK(x.server.rejects()[reject_reason::origin] == 4);
  ws_client page{x.port(), "/ws", "Origin: http://127.0.0.1:5173\r\n"};
  CHECK(page.reply().status == 101);
}

TEST_CASE("small requests are answered at once") {
  http_fixture x;
  auto reply = http(x.port(), "GET", "/healthz");
  CHECK(reply.status == 200);
  CHECK(reply.body == "fine");
  CHECK(http(x.port(), "POST", "/echo", {}, "hello").body == "POST hello");
  auto head = http(x.port(), "HEAD", "/healthz");
  CHECK(head.header("Content-Length") == "4");
  CHECK(http(x.port(), "GET", "/unknown").status == 404);
}

TEST_CASE("a connection is kept for further requests") {
  http_fixture x;
  tcp_client client{x.port()};
  for (int i = 0; i < 3; ++i)
    CHECK(http(client, "GET", "/healthz").status == 200);
  CHECK(x.server.stats().accepted == 1);
  CHECK(x.server.stats().requests == 3);
  CHECK(http(client, "GET", "/healthz", "Connection: close\r\n").status == 200);
  CHECK(client.reads_end());
}

TEST_CASE("pipelined requests are answered in order") {
  http_fixture x;
  tcp_client client{x.port()};
  client.write("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
               "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb");
  auto later = x.handler.wait_for_later(1);
  REQUIRE(later.size() == 1);
  later[0](text_response(200, "first"));
  CHECK(read_reply(client).body == "first");
  CHECK(read_reply(client).body == "POST b");
}

TEST_CASE("an answer may come later, from another thread") {
  http_fixture x;
  tcp_client client{x.port()};
  client.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  auto later = x.handler.wait_for_later(1);
  REQUIRE(later.size() == 1);
  later[0](json_response(201, "{}"));
  later[0](json_response(500, "[]"));
  auto reply = read_reply(client);
  CHECK(reply.status == 201);
  CHECK(reply.header("Content-Type") == "application/json");
  CHECK(http(client, "GET", "/healthz").status == 200);
}

TEST_CASE("a request whose responder is destroyed gets 500") {
  http_fixture x;
  CHECK(http(x.port(), "GET", "/never").status == 500);
}

TEST_CASE("a request that waits too long gets 503") {
  auto config = loopback_config();
  config.response_timeout = 50ms;
  http_fixture x{config};
  tcp_client client{x.port()};
  client.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  auto held = x.handler.wait_for_later(1);
  CHECK(read_reply(client).status == 503);
}

TEST_CASE("too large a header or body is refused") {
  http_fixture x;
  auto header = "X: " + std::string(9000, 'a') + "\r\n";
  CHECK(http(x.port(), "GET", "/healthz", header).status == 431);
  CHECK(http(x.port(), "POST", "/echo", {}, std::string((1 << 20) + 1, 'a'))
            .status
        == 413);
  CHECK(http(x.port(), "POST", "/echo", {}, std::string(1 << 20, 'a')).status
        == 200);
  CHECK(http(x.port(), "GET", "/healthz", "bad header\r\n").status == 400);
  // A chunked body grows until it exceeds the limit.
  tcp_client chunked{x.port()};
  chunked.write(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  auto chunk = "80000\r\n" + std::string(0x80000, 'a') + "\r\n";
  for (int i = 0; i < 3; ++i)
    chunked.write(chunk);
  CHECK(read_reply(chunked).status == 413);
}

TEST_CASE("slow headers, slow bodies and idle connections are cut") {
  auto config = loopback_config();
  config.header_timeout = 100ms;
  config.body_timeout = 100ms;
  config.keep_alive_timeout = 100ms;
  http_fixture x{config};
  tcp_client silent{x.port()};
  tcp_client header{x.port()};
  header.write("GET / HTTP/1.1\r\nHost: x\r\nX:");
  tcp_client body{x.port()};
  body.write("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  tcp_client idle{x.port()};
  CHECK(http(idle, "GET", "/healthz").status == 200);
  for (auto c : {&silent, &header, &body, &idle})
    CHECK(c->reads_end());
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
}

TEST_CASE("an address may have a limited number of connections") {
  auto config = loopback_config();
  config.limits.max_per_address = 2;
  http_fixture x{config};
  tcp_client a{x.port()};
  ws_client b{x.port(), "/ws"};
  CHECK(http(a, "GET", "/healthz").status == 200);
  tcp_client c{x.port()};
  CHECK(c.reads_end());
  CHECK(x.server.stats().refused == 1);
  auto told = x.handler.refusals();
  REQUIRE(told.size() == 1);
  CHECK(told[0].why == reject_reason::address_full);
  // A WebSocket frees its connection slot, too.
  b.stream().close();
  CHECK(eventually([&] { return x.server.stats().connections == 1; }));
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("connections that come too fast wait, and are then served") {
  auto config = loopback_config();
  config.accept_rate = 50;
  config.accept_burst = 2;
  http_fixture x{config};
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i)
    CHECK(http(x.port(), "GET", "/healthz").status == 200);
  CHECK(std::chrono::steady_clock::now() - begin >= 60ms);
}

TEST_CASE("a server without descriptors pauses and recovers") {
  http_fixture x;
  CHECK(http(x.port(), "GET", "/healthz").status == 200);
  CHECK(eventually([&] { return x.server.stats().connections == 0; }));
  auto free = ::dup(0);
  ::close(free);
  rlimit_guard guard;
  guard.set(static_cast<rlim_t>(free) + 1);
  // This takes the last descriptor, so the server has none left.
  tcp_client starved{x.port()};
  starved.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(eventually([&] { return x.server.stats().accept_errors > 0; }));
  std::this_thread::sleep_for(30ms);
  CHECK(x.server.stats().accept_errors < 3);
  auto told = x.handler.refusals();
  // UBSan needs a descriptor of its own to check a virtual call.
  guard.restore();
  REQUIRE(told.size() == 1);
  CHECK(told[0].why == reject_reason::accept_failed);
  CHECK(told[0].count == 1);
  CHECK(told[0].error == std::errc::too_many_files_open);
  CHECK(read_reply(starved).status == 200);
}

TEST_CASE("an address in use is an error at the start") {
  http_fixture x;
  auto config = loopback_config();
  config.port = x.port();
  http_server other{x.threads, x.handler, config};
  CHECK(other.start().error() == std::errc::address_in_use);
}

TEST_CASE("a missing certificate is an error at the start") {
  http_fixture x;
  auto config = loopback_config();
  config.tls = tls_files{"/nonexistent/cert.pem", "/nonexistent/key.pem"};
  http_server other{x.threads, x.handler, config};
  CHECK(other.start().error() == tls_errc::bad_certificate);
}

TEST_CASE("a stopping server closes its connections within one second") {
  auto x = std::make_unique<http_fixture>();
  ws_client answering_client{x->port(), "/ws"};
  ws_client silent_client{x->port(), "/ws"};
  tcp_client idle{x->port()};
  CHECK(http(idle, "GET", "/healthz").status == 200);
  tcp_client waiting{x->port()};
  waiting.write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  auto held = x->handler.wait_for_later(1);
  x->handler.wait_for_open(2);
  std::thread answering{[&] {
    CHECK(answering_client.close_code() == 1001);
    answering_client.send(8, "\x03\xe9");
    CHECK(idle.reads_end());
  }};
  auto begin = std::chrono::steady_clock::now();
  x->server.stop();
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
  answering.join();
  CHECK(x->handler.wait_for_closed(2) == std::vector<uint16_t>{1001, 1001});
  CHECK(waiting.reads_end());
  CHECK(!tcp_client{x->port()}.connected());
  // A late answer and a handle kept too long have no effect.
  held[0](text_response(200, "late"));
  auto opened = x->handler.wait_for_open(2);
  opened[0]->send_text("late");
}
