// The requirements of the Engine.IO protocol, version 4, on a server, case by
// case, for both endpoints that use it.
#include "echo_fixture.hpp"
#include "poller.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

const std::string paths[] = {"/engine.io/", "/socket.io/"};

std::string on_websocket(const std::string& path) {
  return path + "?EIO=4&transport=websocket";
}

// Checks that an open packet has exactly the required members.
void check_open_packet(const std::string& packet, const std::string& upgrades) {
  auto sid_end = packet.find('"', 9);
  CHECK(packet.starts_with("0{\"sid\":\""));
  CHECK(packet.substr(sid_end + 1)
        == ",\"upgrades\":" + upgrades
               + ",\"pingInterval\":300,\"pingTimeout\":200,"
                 "\"maxPayload\":1000000}");
}

// The timers of the conformance suites.
http_server_config quick_config() {
  auto config = troupe::testing::echo_server_config();
  config.addresses = {"127.0.0.1"};
  config.port = 0;
  return config;
}

bool is_closed(const poller& x) {
  return x.get().status == 400;
}

} // namespace

TEST_CASE("Engine.IO handshake: both transports open a session") {
  echo_fixture x{quick_config()};
  for (const auto& path : paths) {
    check_open_packet(poller{x.port(), path}.open_packet(), "[\"websocket\"]");
    ws_client client{x.port(), on_websocket(path)};
    check_open_packet(client.text(), "[]");
  }
}

TEST_CASE("Engine.IO handshake: a wrong version, transport or method fails") {
  echo_fixture x;
  for (const auto& path : paths) {
    for (auto query : {"?transport=polling", "?EIO=abc&transport=polling",
                       "?EIO=4", "?EIO=4&transport=abc"})
      CHECK_MESSAGE(http(x.port(), "GET", path + query).status == 400, query);
    for (auto method : {"POST", "PUT"})
      CHECK(http(x.port(), method, path + "?EIO=4&transport=polling").status
            == 400);
    for (auto query : {"?transport=websocket", "?EIO=abc&transport=websocket",
                       "?EIO=4", "?EIO=4&transport=abc"}) {
      ws_client client{x.port(), path + query};
      CHECK_MESSAGE(client.reply().status == 400, query);
      CHECK(client.stream().reads_end());
    }
  }
}

TEST_CASE(
    "Engine.IO messages: polling echoes text, several messages and binary") {
  echo_fixture x;
  for (std::string payload : {"4hello",
                              "4test1\x1e"
                              "4test2\x1e"
                              "4test3",
                              "4hello\x1e"
                              "bAQIDBA=="}) {
    poller client{x.port(), paths[0]};
    auto posted = client.post(payload);
    CHECK(posted.status == 200);
    CHECK(posted.body == "ok");
    auto polled = client.get();
    CHECK(polled.status == 200);
    CHECK(polled.body == payload);
  }
}

TEST_CASE("Engine.IO messages: a WebSocket echoes text and binary") {
  echo_fixture x;
  ws_client client{x.port(), on_websocket(paths[0])};
  CHECK(client.text().starts_with("0{"));
  client.send_text("4hello");
  CHECK(client.text() == "4hello");
  client.send(2, "\1\2\3\4");
  auto frame = client.read();
  REQUIRE(frame);
  CHECK(frame->opcode == 2);
  CHECK(frame->data == "\1\2\3\4");
}

TEST_CASE("Engine.IO messages: a malformed packet ends the session") {
  echo_fixture x;
  for (const auto& path : paths) {
    poller polling{x.port(), path};
    CHECK(polling.post("abc").status == 400);
    CHECK(is_closed(polling));
    ws_client client{x.port(), on_websocket(path)};
    CHECK(client.text().starts_with("0{"));
    client.send_text("abc");
    CHECK(client.close_code() > 0);
  }
}

TEST_CASE("Engine.IO messages: a second or aborted poll ends the session") {
  echo_fixture x;
  for (const auto& path : paths) {
    {
      poller twice{x.port(), path};
      auto waiting = twice.begin_get(x.server);
      CHECK(is_closed(twice));
      auto first = read_reply(waiting);
      CHECK(first.status == 200);
      CHECK(first.body == "1");
      CHECK(is_closed(twice));
    }
    poller aborted{x.port(), path};
    { auto gone = aborted.begin_get(x.server); }
    CHECK(eventually([&] { return x.server.stats().connections == 0; }));
    CHECK(is_closed(aborted));
  }
}

TEST_CASE("Engine.IO heartbeat: the server pings, and silence ends a session") {
  echo_fixture x{quick_config()};
  poller polling{x.port(), paths[0]};
  ws_client client{x.port(), on_websocket(paths[0])};
  CHECK(client.text().starts_with("0{"));
  for (int i = 0; i < 3; ++i) {
    auto polled = polling.get();
    CHECK(polled.status == 200);
    CHECK(polled.body == "2");
    CHECK(polling.post("3").status == 200);
    CHECK(client.text() == "2");
    client.send_text("3");
  }
  auto begin = std::chrono::steady_clock::now();
  ws_client silent{x.port(), on_websocket(paths[0])};
  poller still{x.port(), paths[0]};
  CHECK(silent.close_code() > 0);
  CHECK(std::chrono::steady_clock::now() - begin >= 500ms);
  std::this_thread::sleep_for(20ms);
  CHECK(is_closed(still));
  CHECK(x.server.rejects()[reject_reason::ping_timeout] >= 2);
}

TEST_CASE("Engine.IO close: a client may close its session") {
  echo_fixture x;
  for (const auto& path : paths) {
    poller polling{x.port(), path};
    auto waiting = polling.begin_get(x.server);
    CHECK(polling.post("1").status == 200);
    auto polled = read_reply(waiting);
    CHECK(polled.status == 200);
    CHECK(polled.body == "6");
    CHECK(is_closed(polling));
    ws_client client{x.port(), on_websocket(path)};
    CHECK(client.text().starts_with("0{"));
    client.send_text("1");
    CHECK(client.close_code() > 0);
  }
}

TEST_CASE("Engine.IO upgrade: a session upgrades only once") {
  echo_fixture x;
  for (const auto& path : paths) {
    poller polling{x.port(), path};
    ws_client client{x.port(), polling.target("websocket")};
    client.send_text("2probe");
    CHECK(client.text() == "3probe");
    client.send_text("5");
    // "5" has no response, so only the next packet shows that it was read.
    client.send(9, "read");
    REQUIRE(client.read());
    CHECK(eventually([&] { return is_closed(polling); }));
    ws_client second{x.port(), polling.target("websocket")};
    CHECK(second.close_code() > 0);
    if (path == paths[0]) {
      client.send_text("4hello");
      CHECK(client.text() == "4hello");
    }
  }
}
