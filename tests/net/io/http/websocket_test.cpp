#include "tests/net/io/support/http_fixture.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

TEST_CASE("a WebSocket carries text and binary messages") {
  http_fixture x;
  ws_client client{x.port(), "/ws?room=a"};
  REQUIRE(client.reply().status == 101);
  // The example of RFC 6455, section 1.3.
  CHECK(client.reply().header("Sec-WebSocket-Accept")
        == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(client.reply().header("Sec-WebSocket-Extensions").empty());
  client.send_text("hello");
  CHECK(client.text() == "hello");
  client.send(2, std::string{"\0\1\2", 3});
  auto frame = client.read();
  REQUIRE(frame);
  CHECK(frame->opcode == 2);
  CHECK(frame->data == std::string{"\0\1\2", 3});
  client.send_text("who");
  CHECK(client.text() == "plain from 127.0.0.1 at 127.0.0.1 room=a");
}

TEST_CASE("fragmented messages are reassembled, large ones sent as one frame") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  client.send(1, "one ", false);
  client.send(0, "two ", false);
  client.send(9, "ping");
  client.send(0, "three");
  auto pong = client.read();
  REQUIRE(pong);
  CHECK(pong->opcode == 10);
  CHECK(pong->data == "ping");
  CHECK(client.text() == "one two three");
  std::string large(200000, 'x');
  client.send_text(large);
  auto frame = client.read();
  REQUIRE(frame);
  CHECK(frame->fin);
  CHECK(frame->data == large);
}

TEST_CASE("the upper layer decides on an upgrade before the handshake") {
  http_fixture x;
  ws_client refused{x.port(), "/ws?token=bad"};
  CHECK(refused.reply().status == 401);
  CHECK(refused.reply().body == "who are you?");
  ws_client protoo{x.port(), "/ws", "Sec-WebSocket-Protocol: a, protoo\r\n"};
  CHECK(protoo.reply().status == 101);
  CHECK(protoo.reply().header("Sec-WebSocket-Protocol") == "protoo");
  ws_client full{x.port(), "/ws?full=1"};
  CHECK(full.close_code() == 1013);
}

TEST_CASE("only listed origins may open a WebSocket or poll") {
  auto config = loopback_config();
  config.allowed_origins = {"https://meet.example"};
  http_fixture x{config};
  struct row {
    const char* headers;
    bool allowed;
  };
  const char* poll = "/socket.io/?EIO=4&transport=polling";
  const char* socket = "/socket.io/?EIO=4&transport=websocket";
  for (auto [headers, allowed] :
       {row{"", true}, row{"Origin: https://meet.example\r\n", true},
        row{"Origin: https://evil.example\r\n", false},
        row{"Origin: https://meet.example.evil.example\r\n", false},
        row{"Origin: http://meet.example\r\n", false},
        row{"Origin: null\r\n", false}}) {
    CAPTURE_BOUND(headers);
    ws_client plain{x.port(), "/ws", headers};
    CHECK(plain.reply().status == (allowed ? 101 : 403));
    ws_client engineio{x.port(), socket, headers};
    CHECK(engineio.reply().status == (allowed ? 101 : 403));
    auto polled = http(x.port(), "GET", poll, headers);
    CHECK(polled.status == (allowed ? 200 : 403));
    if (!allowed) {
      CHECK(
          polled.body.starts_with(R"({"code":4,"message":"Forbidden. Origin)"));
      CHECK(plain.reply().body.find("not allowed") != std::string::npos);
      CHECK(polled.header("Access-Control-Allow-Origin").empty());
    }
  }
}

TEST_CASE("a message that is too large closes with 1009") {
  http_fixture x;
  ws_client whole{x.port(), "/ws"};
  whole.send_text(std::string((256 << 10) + 1, 'x'));
  CHECK(whole.close_code() == 1009);
  ws_client pieces{x.port(), "/ws"};
  pieces.send(1, std::string(200 << 10, 'x'), false);
  pieces.send(0, std::string(100 << 10, 'x'), false);
  CHECK(pieces.close_code() == 1009);
  CHECK(x.handler.wait_for_closed(2) == std::vector<uint16_t>{1009, 1009});
}

TEST_CASE("a message with too many fragments closes with 1009") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  client.send(1, "x", false);
  for (int i = 0; i < 1200 && client.send(0, "x", false); ++i)
    ;
  CHECK(client.close_code() == 1009);
  // Half as many are allowed.
  ws_client patient{x.port(), "/ws"};
  patient.send(1, "x", false);
  for (int i = 0; i < 500; ++i)
    patient.send(0, "x", false);
  patient.send(0, "x");
  CHECK(patient.text() == std::string(502, 'x'));
}

TEST_CASE("text that is not UTF-8 closes with 1007, a bad frame with 1002") {
  http_fixture x;
  ws_client text{x.port(), "/ws"};
  text.send_text("\xc3\x28");
  CHECK(text.close_code() == 1007);
  ws_client frame{x.port(), "/ws"};
  frame.send(3, "reserved");
  CHECK(frame.close_code() == 1002);
}

TEST_CASE("both sides can close, with code and reason") {
  http_fixture x;
  ws_client told{x.port(), "/ws"};
  told.send_text("close");
  auto frame = told.read();
  REQUIRE(frame);
  CHECK(frame->opcode == 8);
  CHECK(frame->code() == 4000);
  CHECK(frame->data.substr(2) == "as you wish");
  told.send(8, frame->data);
  CHECK(told.stream().reads_end());
  told.stream().close();
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{4000});
  ws_client leaving{x.port(), "/ws"};
  leaving.send(8, "\x03\xe8");
  CHECK(leaving.close_code() == 1000);
  CHECK(x.handler.wait_for_closed(2) == std::vector<uint16_t>{4000, 1000});
  ws_client disconnecting{x.port(), "/ws"};
  disconnecting.stream().close();
  CHECK(x.handler.wait_for_closed(3).at(2) == 1006);
}

TEST_CASE("queued messages are sent before a close") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  auto conn = x.handler.wait_for_open(1).at(0);
  conn->send_text("first");
  conn->send_text("second");
  conn->close(1000, std::string(500, 'r'));
  conn->send_text("too late");
  CHECK(client.text() == "first");
  CHECK(client.text() == "second");
  CHECK(client.text() == "[close 1000]");
}

TEST_CASE("a client that does not answer a close frame is cut") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  client.send_text("close");
  CHECK(client.text() == "[close 4000]");
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{4000});
  CHECK(client.stream().reads_end());
}

TEST_CASE("a slow reader is closed with 1013, for octets and for time") {
  http_fixture x;
  ws_client slow_reader{x.port(), "/ws", {}, 4096};
  slow_reader.send_text("flood");
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1013});
  CHECK(x.server.stats().slow_readers_closed == 1);

  auto config = loopback_config();
  config.max_write_queue = 16 << 20;
  config.max_write_delay = 100ms;
  http_fixture y{config};
  ws_client sleeper{y.port(), "/ws", {}, 4096};
  for (int i = 0; i < 3; ++i)
    sleeper.send_text("flood");
  CHECK(y.handler.wait_for_closed(1) == std::vector<uint16_t>{1013});
}

TEST_CASE("a silent client is pinged and then dropped") {
  auto config = loopback_config();
  config.websocket_idle_timeout = 200ms;
  http_fixture x{config};
  ws_client client{x.port(), "/ws"};
  auto ping = client.read();
  REQUIRE(ping);
  CHECK(ping->opcode == 9);
  client.send(10, ping->data);
  CHECK(client.text() == "[9]");
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1006});
}

TEST_CASE(
    "a client whose media lives is pinged later, and dropped all the same") {
  auto config = loopback_config();
  config.websocket_idle_timeout = 600ms;
  http_fixture x{config};
  auto start = std::chrono::steady_clock::now();
  ws_client client{x.port(), "/ws"};
  auto conn = x.handler.wait_for_open(1).front();
  REQUIRE(conn->liveness());
  conn->liveness()->note(start + 1h);
  auto ping = client.read();
  REQUIRE(ping);
  CHECK(ping->opcode == 9);
  CHECK(std::chrono::steady_clock::now() - start >= 600ms);
  CHECK(x.handler.wait_for_closed(1) == std::vector<uint16_t>{1006});
  CHECK(std::chrono::steady_clock::now() - start >= 900ms);
  CHECK(x.server.rejects()[reject_reason::ping_timeout] == 1);
}

TEST_CASE("a message may be sent to many connections") {
  http_fixture x;
  ws_client a{x.port(), "/ws"};
  ws_client b{x.port(), "/ws"};
  auto text = std::make_shared<const std::string>("to all");
  for (auto& conn : x.handler.wait_for_open(2))
    conn->send_text(text);
  CHECK(a.text() == "to all");
  CHECK(b.text() == "to all");
}
