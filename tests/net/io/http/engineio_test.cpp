#include "poller.hpp"
#include "tests/net/io/support/http_fixture.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

const std::string base = "/socket.io/?EIO=4&transport=";

http_server_config quick_config() {
  auto config = loopback_config();
  config.engineio.ping_interval = 100ms;
  config.engineio.ping_timeout = 80ms;
  return config;
}

} // namespace

TEST_CASE("bad handshakes are refused with their codes") {
  http_fixture x;
  auto check = [&](const char* method, const char* query, int status,
                   const char* body) {
    auto reply = http(x.port(), method, std::string{"/socket.io/"} + query);
    CHECK_MESSAGE(reply.status == status, query);
    CHECK_MESSAGE(reply.body == body, query);
  };
  check("GET", "?EIO=4", 400, R"({"code":0,"message":"Transport unknown"})");
  check("GET", "?EIO=4&transport=abc", 400,
        R"({"code":0,"message":"Transport unknown"})");
  check("GET", "?EIO=4&transport=polling&sid=abc", 400,
        R"({"code":1,"message":"Session ID unknown"})");
  check("POST", "?EIO=4&transport=polling", 400,
        R"({"code":2,"message":"Bad handshake method"})");
  check("GET", "?EIO=4&transport=websocket", 400,
        R"({"code":3,"message":"Bad request"})");
  check("GET", "?EIO=3&transport=polling", 400,
        R"({"code":5,"message":"Unsupported protocol version"})");
  check("GET", "?transport=polling", 400,
        R"({"code":5,"message":"Unsupported protocol version"})");
  for (auto query : {"?transport=websocket", "?EIO=3&transport=websocket",
                     "?EIO=4&transport=websocket&sid=abc", "?EIO=4"}) {
    ws_client client{x.port(), std::string{"/socket.io/"} + query};
    CHECK_MESSAGE(client.reply().status == 400, query);
  }
  auto refused = http(x.port(), "GET", base + "polling&token=bad");
  CHECK(refused.status == 401);
  CHECK(refused.body == "who are you?");
  CHECK(x.server.stats().engineio_sessions == 0);
  CHECK(x.server.rejects()[reject_reason::handshake] == 12);
}

TEST_CASE("a polling session echoes text and binary messages") {
  http_fixture x;
  poller client{x.port()};
  auto posted = client.post("4hello");
  CHECK(posted.status == 200);
  CHECK(posted.body == "ok");
  auto polled = client.get();
  CHECK(polled.status == 200);
  CHECK(polled.header("Content-Type") == "text/plain; charset=UTF-8");
  CHECK(polled.body == "4hello");
  CHECK(client
            .post("4a\x1e"
                  "bAQIDBA==\x1e"
                  "4c")
            .body
        == "ok");
  std::string all;
  while (all.size() < 16)
    all += client.get().body + "\x1e";
  CHECK(all
        == "4a\x1e"
           "bAQIDBA==\x1e"
           "4c\x1e");
}

TEST_CASE("a poll waits for a message") {
  http_fixture x;
  poller client{x.port()};
  auto waiting = client.begin_get();
  x.handler.wait_for_open(1).at(0)->send_text("news");
  CHECK(read_reply(waiting).body == "4news");
}

TEST_CASE("a session that opens on a WebSocket works likewise") {
  http_fixture x;
  ws_client client{x.port(), base + "websocket&room=1"};
  REQUIRE(client.reply().status == 101);
  auto open = client.text();
  CHECK(open.starts_with("0{\"sid\":\""));
  CHECK(open.find("\"upgrades\":[]") != std::string::npos);
  client.send_text("4hello");
  CHECK(client.text() == "4hello");
  client.send(2, std::string{"\1\2\3", 3});
  auto frame = client.read();
  REQUIRE(frame);
  CHECK(frame->opcode == 2);
  CHECK(frame->data == "\1\2\3");
  client.send_text("4who");
  CHECK(client.text().starts_with("4plain from 127.0.0.1 at 127.0.0.1 EIO=4"));
  client.send_text("abc");
  CHECK(client.close_code() > 0);
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1002});
}

TEST_CASE("a polling session upgrades to a WebSocket") {
  http_fixture x;
  poller client{x.port()};
  auto waiting = client.begin_get();
  ws_client socket{x.port(), client.target("websocket")};
  REQUIRE(socket.reply().status == 101);
  socket.send_text("2probe");
  CHECK(socket.text() == "3probe");
  CHECK(read_reply(waiting).body == "6");
  socket.send_text("5");
  socket.send_text("4hello");
  CHECK(socket.text() == "4hello");
  // Neither the old transport nor a second WebSocket disturbs the session.
  CHECK(client.get().status == 400);
  CHECK(client.post("4x").status == 400);
  ws_client second{x.port(), client.target("websocket")};
  CHECK(second.reply().status == 101);
  CHECK(second.close_code() > 0);
  socket.send_text("4still here");
  CHECK(socket.text() == "4still here");
  CHECK(x.handler.wait_for_open(1).size() == 1);
  CHECK(x.handler.wait_for_closed(0).empty());
}

TEST_CASE("a second poll or a broken poll ends the session") {
  http_fixture x;
  poller twice{x.port()};
  auto waiting = twice.begin_get();
  // The network decides which of the two polls arrives second.
  auto second = twice.get();
  auto first = read_reply(waiting);
  CHECK(first.status + second.status == 600);
  CHECK((first.status == 200 ? first : second).body == "1");
  CHECK(twice.get().status == 400);

  poller aborted{x.port()};
  {
    auto gone = aborted.begin_get(x.server);
    x.handler.wait_for_open(2);
  }
  CHECK(x.handler.wait_for_closed(2) == std::vector<uint16_t>{1002, 1006});
  CHECK(aborted.get().body == R"({"code":1,"message":"Session ID unknown"})");
}

TEST_CASE("a second POST during another one ends the session") {
  http_fixture x;
  poller client{x.port()};
  tcp_client slow{x.port()};
  slow.write("POST " + client.target()
             + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n4he");
  CHECK(eventually([&] { return x.server.stats().requests == 2; }));
  std::this_thread::sleep_for(10ms);
  CHECK(client.post("4x").status == 400);
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1002});
  slow.write("llo");
  CHECK(read_reply(slow).status == 400);
}

TEST_CASE("a malformed or oversized POST ends the session") {
  http_fixture x;
  poller malformed{x.port()};
  CHECK(malformed.post("abc").status == 400);
  CHECK(malformed.get().status == 400);
  poller oversized{x.port()};
  CHECK(oversized.post("4" + std::string(1000000, 'a')).status == 413);
  CHECK(x.handler.wait_for_closed(2) == std::vector<uint16_t>{1002, 1002});
  CHECK(oversized.get().status == 400);
  poller large{x.port()};
  CHECK(large.post("4" + std::string(200000, 'a')).status == 200);
  CHECK(large.get().body.size() == 200001);
}

TEST_CASE("the server pings, and a client that answers stays connected") {
  http_fixture x{quick_config()};
  poller client{x.port()};
  for (int i = 0; i < 3; ++i) {
    CHECK(client.get().body == "2");
    CHECK(client.post("3").status == 200);
  }
  ws_client socket{x.port(), base + "websocket"};
  CHECK(socket.text().starts_with("0"));
  for (int i = 0; i < 3; ++i) {
    CHECK(socket.text() == "2");
    socket.send_text("3");
  }
  // From here both clients are silent.
  CHECK(x.handler.wait_for_closed(2) == std::vector<uint16_t>{1006, 1006});
  CHECK(client.get().status == 400);
  CHECK(socket.close_code() > 0);
}

TEST_CASE("a client may close, and the server may too") {
  http_fixture x;
  poller leaving{x.port()};
  auto waiting = leaving.begin_get(x.server);
  CHECK(leaving.post("1").body == "ok");
  CHECK(read_reply(waiting).body == "6");
  CHECK(leaving.get().status == 400);
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1000});

  poller told{x.port()};
  CHECK(told.post("4close").body == "ok");
  CHECK(told.get().body == "1");
  CHECK(x.handler.wait_for_closed(2).at(1) == 4000);
  ws_client socket{x.port(), base + "websocket"};
  socket.send_text("4close");
  CHECK(socket.close_code() == 4000);
  CHECK(x.handler.wait_for_closed(3).at(2) == 4000);
  ws_client broken{x.port(), base + "websocket"};
  CHECK(broken.text().starts_with("0"));
  broken.stream().close();
  CHECK(x.handler.wait_for_closed(4).at(3) == 1006);
}

TEST_CASE("a session that the upper layer rejects is closed") {
  http_fixture x;
  ws_client socket{x.port(), base + "websocket&full=1"};
  CHECK(socket.text().starts_with("0"));
  CHECK(socket.close_code() == 1013);
}

TEST_CASE("pages of a listed origin may use the endpoint, with credentials") {
  auto config = loopback_config();
  config.allowed_origins = {"https://meet.example"};
  http_fixture x{config};
  const char* origin = "Origin: https://meet.example\r\n"
                       "Access-Control-Request-Headers: x-token\r\n";
  auto preflight = http(x.port(), "OPTIONS", base + "polling", origin);
  CHECK(preflight.status == 204);
  CHECK(preflight.header("Access-Control-Allow-Origin")
        == "https://meet.example");
  CHECK(preflight.header("Access-Control-Allow-Credentials") == "true");
  CHECK(preflight.header("Access-Control-Allow-Methods").find("POST")
        != std::string::npos);
  CHECK(preflight.header("Access-Control-Allow-Headers") == "x-token");
  auto reply = http(x.port(), "GET", base + "polling", origin);
  CHECK(reply.header("Access-Control-Allow-Origin") == "https://meet.example");
  CHECK(reply.header("Access-Control-Allow-Credentials") == "true");
  CHECK(reply.header("Vary") == "Origin");
  // An error response must be readable by the page, too.
  auto error = http(x.port(), "GET", base + "polling&sid=x", origin);
  CHECK(error.header("Access-Control-Allow-Origin") == "https://meet.example");
}

TEST_CASE("session ids are long and unique") {
  http_fixture x;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.insert(poller{x.port()}.sid());
  CHECK(ids.size() == 100);
  CHECK(ids.begin()->size() >= 22);
}

TEST_CASE("a stopping server ends polling sessions") {
  http_fixture x;
  poller client{x.port()};
  auto waiting = client.begin_get(x.server);
  x.handler.wait_for_open(1);
  x.server.stop();
  CHECK(read_reply(waiting).body == "1");
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1001});
}

TEST_CASE("the endpoint's path is configurable") {
  auto config = loopback_config();
  config.engineio.paths = {"/engine.io/"};
  http_fixture x{config};
  CHECK(http(x.port(), "GET", "/engine.io/?EIO=4&transport=polling").status
        == 200);
  CHECK(http(x.port(), "GET", "/engine.io?EIO=4&transport=polling").status
        == 200);
  CHECK(http(x.port(), "GET", base + "polling").status == 404);
}
