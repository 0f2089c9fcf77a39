// Floods and slow readers, on WebSockets and polling.
#include "poller.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;

http_server_config paced_config() {
  auto config = loopback_config();
  config.limits.address_message_rate = 100;
  config.limits.address_message_burst = 10;
  return config;
}

// The time until `n` messages have been echoed.
auto time_of(ws_client& client, int n) {
  auto begin = steady_clock::now();
  for (int i = 0; i < n; ++i)
    client.send_text(std::to_string(i));
  for (int i = 0; i < n; ++i)
    CHECK(client.text() == std::to_string(i));
  return steady_clock::now() - begin;
}

} // namespace

TEST_CASE("an address that sends too much is read more slowly") {
  http_fixture x{paced_config()};
  ws_client first{x.port(), "/ws"};
  ws_client second{x.port(), "/ws"};
  ws_client other{x.port(), "/ws", {}, 0, "127.0.0.2"};
  REQUIRE(other.reply().status == 101);
  // The messages of one read are answered, and the next one waits.
  auto alone = time_of(first, 30);
  alone += time_of(first, 1);
  CHECK(alone >= 150ms);
  // The rate is the address's, not the connection's.
  auto shared = time_of(second, 10);
  shared += time_of(second, 1);
  CHECK(shared >= 50ms);
  CHECK(time_of(other, 5) < alone);
  CHECK(x.server.rejects()[reject_reason::address_paced] > 0);
  CHECK(x.server.rejects()[reject_reason::message_rate] == 0);
}

TEST_CASE("an address that posts too much gets its answers later") {
  http_fixture x{paced_config()};
  poller client{x.port()};
  std::string many = "4a";
  for (int i = 1; i < 30; ++i)
    many += "\x1e"
            "4a";
  auto begin = steady_clock::now();
  CHECK(client.post(many).body == "ok");
  CHECK(steady_clock::now() - begin >= 150ms);
  CHECK(client.get().status == 200);
}

TEST_CASE("a session that polls too rarely is closed with 1013") {
  auto config = loopback_config();
  config.max_write_delay = 100ms;
  http_fixture x{config};
  poller client{x.port()};
  auto conn = x.handler.wait_for_open(1).at(0);
  conn->send_text("news");
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1013});
  CHECK(client.get().status == 400);
  CHECK(x.server.rejects()[reject_reason::slow_reader] == 1);
  poller greedy{x.port()};
  auto full = x.handler.wait_for_open(2).at(1);
  for (int i = 0; i < 3; ++i)
    full->send_text(std::string(512 << 10, 'x'));
  CHECK(x.handler.wait_for_closed(2).at(1) == 1013);
  CHECK(x.server.rejects()[reject_reason::slow_reader] == 2);
}

TEST_CASE("a POST with text that is not UTF-8 ends the session") {
  http_fixture x;
  for (auto body : {"4\xff",
                    "4hello\x1e"
                    "4\xc0\xaf",
                    "4\xed\xa0\x80"}) {
    poller client{x.port()};
    CHECK(client.post(body).status == 400);
    CHECK(client.get().status == 400);
  }
  CHECK(x.server.rejects()[reject_reason::frame_malformed] == 3);
}

TEST_CASE("a polling session that floods is closed with 1008") {
  auto config = loopback_config();
  config.message_rate = 1;
  config.message_burst = 10;
  config.message_patience = 5s;
  http_fixture x{config};
  poller client{x.port()};
  std::string many = "4a";
  for (int i = 1; i < 20; ++i)
    many += "\x1e"
            "4a";
  client.post(many);
  CHECK(client.get().body.ends_with("1"));
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1008});
  CHECK(x.server.rejects()[reject_reason::message_rate] == 1);
}

TEST_CASE(
    "a client that posts too much gets its answer later, and loses nothing") {
  auto config = loopback_config();
  config.message_rate = 100;
  config.message_burst = 10;
  http_fixture x{config};
  poller client{x.port()};
  std::string many = "4a";
  for (int i = 1; i < 30; ++i)
    many += "\x1e"
            "4a";
  auto begin = steady_clock::now();
  CHECK(client.post(many).body == "ok");
  CHECK(steady_clock::now() - begin >= 150ms);
  CHECK(client.get().status == 200);
  CHECK(x.server.rejects()[reject_reason::message_paced] == 1);
  CHECK(x.server.rejects()[reject_reason::message_rate] == 0);
}

TEST_CASE("an immediate answer precedes a later error") {
  http_fixture x;
  for (int i = 0; i < 20; ++i) {
    ws_client client{x.port(), "/ws"};
    client.stream().write(encode({1, "first"}) + encode({3, "unknown"}));
    CHECK(client.text() == "first");
    CHECK(client.close_code() == 1002);
  }
}

TEST_CASE(
    "a client that sends frames before the handshake is answered is refused") {
  http_fixture x;
  ws_client client{x.port(), "/ws", {}, 0};
  REQUIRE(client.reply().status == 101);
  tcp_client eager{x.port()};
  eager.write("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
              "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
              + encode({1, "too early"}));
  CHECK(read_reply(eager).status == 400);
}

TEST_CASE("every reject reason has a unique name") {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < reject_reason_count; ++i)
    names.push_back(to_string(static_cast<reject_reason>(i)));
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(to_string(reject_reason::server_full) == "server_full");
  CHECK(to_string(reject_reason::protocol_violation) == "protocol_violation");
}
