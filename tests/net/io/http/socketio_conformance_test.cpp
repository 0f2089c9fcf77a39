// The requirements of the Socket.IO protocol, version 5, on a server.
#include "echo_fixture.hpp"
#include "poller.hpp"

#include "tests/support/capture.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

const char* const target = "/socket.io/?EIO=4&transport=websocket";

const std::string two_attachments =
    R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";

// A session on a WebSocket that is in no namespace.
ws_client opened_client(uint16_t port) {
  ws_client client{port, target};
  REQUIRE(client.text().starts_with("0{"));
  return client;
}

void send_attachments(ws_client& client) {
  client.send(2, "\1\2\3");
  client.send(2, "\4\5\6");
}

void expect_attachments(ws_client& client) {
  for (auto data : {"\1\2\3", "\4\5\6"}) {
    auto frame = client.read();
    REQUIRE(frame);
    CHECK(frame->opcode == 2);
    CHECK(frame->data == data);
  }
}

} // namespace

TEST_CASE("Socket.IO connect: to either namespace, with and without payload") {
  echo_fixture x;
  struct row {
    std::string sent;
    std::string prefix;
    std::string event;
  };
  for (const auto& [sent, prefix, event] :
       {row{"40", "40", R"(42["auth",{}])"},
        row{R"(40{"token":"123"})", "40", R"(42["auth",{"token":"123"}])"},
        row{"40/custom,", "40/custom,", R"(42/custom,["auth",{}])"},
        row{R"(40/custom,{"token":"abc"})", "40/custom,",
            R"(42/custom,["auth",{"token":"abc"}])"}}) {
    CAPTURE_BOUND(sent);
    auto client = opened_client(x.port());
    client.send_text(sent);
    auto answer = client.text();
    CHECK(answer.starts_with(prefix + "{\"sid\":\""));
    CHECK(answer.find('"', prefix.size() + 8) == answer.size() - 2);
    CHECK(client.text() == event);
  }
}

TEST_CASE("Socket.IO connect: an unknown namespace is refused") {
  echo_fixture x;
  auto client = opened_client(x.port());
  client.send_text("40/random");
  CHECK(client.text() == R"(44/random,{"message":"Invalid namespace"})");
  client.send_text("40");
  CHECK(client.text().starts_with("40{"));
}

TEST_CASE("Socket.IO connect: an invalid or missing handshake closes") {
  echo_fixture x{quiet_echo_config(), 100ms};
  auto invalid = opened_client(x.port());
  invalid.send_text("4abc");
  CHECK(invalid.close_code() > 0);
  auto silent = opened_client(x.port());
  CHECK(silent.close_code() == 1008);
  poller polling{x.port()};
  auto reply = polling.get();
  CHECK(reply.status == 200);
  CHECK(reply.body == "1");
  CHECK(x.server.rejects()[reject_reason::protocol_violation] == 3);
}

TEST_CASE("Socket.IO disconnect: one namespace closes, the other stays") {
  echo_fixture x;
  auto client = connected_client(x.port());
  client.send_text("40/custom");
  CHECK(client.text().starts_with("40/custom,{"));
  CHECK(client.text() == R"(42/custom,["auth",{}])");
  client.send_text("41/custom");
  client.send_text(R"(42["message","message to main namespace"])");
  CHECK(client.text() == R"(42["message-back","message to main namespace"])");
  client.send_text("41");
  // There is no response; the connection stays open for another CONNECT.
  client.send_text("40");
  CHECK(client.text().starts_with("40{"));
}

TEST_CASE("Socket.IO message: text, with and without acknowledgement") {
  echo_fixture x;
  auto client = connected_client(x.port());
  client.send_text(R"(42["message",1,"2",{"3":[true]}])");
  CHECK(client.text() == R"(42["message-back",1,"2",{"3":[true]}])");
  client.send_text(R"(42456["message-with-ack",1,"2",{"3":[false]}])");
  CHECK(client.text() == R"(43456[1,"2",{"3":[false]}])");
}

TEST_CASE("Socket.IO message: binary, with and without acknowledgement") {
  echo_fixture x;
  auto client = connected_client(x.port());
  client.send_text(R"(452-["message",)" + two_attachments);
  send_attachments(client);
  CHECK(client.text() == R"(452-["message-back",)" + two_attachments);
  expect_attachments(client);
  client.send_text(R"(452-789["message-with-ack",)" + two_attachments);
  send_attachments(client);
  CHECK(client.text() == "462-789[" + two_attachments);
  expect_attachments(client);
}

TEST_CASE("Socket.IO message: polling carries attachments too") {
  echo_fixture x;
  poller client{x.port()};
  CHECK(client.post("40").body == "ok");
  std::string answer = client.get().body;
  if (answer.find("auth") == std::string::npos)
    answer += client.get().body;
  CHECK(answer.find(R"(42["auth",{}])") != std::string::npos);
  CHECK(client
            .post(R"(452-["message",)" + two_attachments
                  + "\x1e"
                    "bAQID\x1e"
                    "bBAUG")
            .body
        == "ok");
  auto expected = R"(452-["message-back",)" + two_attachments
                  + "\x1e"
                    "bAQID\x1e"
                    "bBAUG";
  std::string heard;
  while (heard.size() < expected.size()) {
    auto polled = client.get();
    REQUIRE(polled.status == 200);
    heard += (heard.empty() ? "" : "\x1e") + polled.body;
  }
  CHECK(heard == expected);
}

TEST_CASE("Socket.IO message: each malformed frame closes its own session") {
  echo_fixture x;
  auto other = connected_client(x.port());
  const std::string rows[] = {
      "4abc",
      "42{}",
      "42abc[\"message-with-ack\",1]",
      "47",
      "42",
      "42[]",
      "42[1]",
      "42[{\"toString\":\"x\"}]",
      "42[null,1]",
      "42[\"connect\"]",
      "42[\"disconnect\"]",
      "42[\"disconnecting\"]",
      "42[\"newListener\"]",
      "42[\"removeListener\"]",
      "42[\"message\"",
      "42[\"message\",\"\\ud800\"]",
      "42[\"message\",{\"a\":1,\"a\":2}]",
      "42[\"message\",1e999]",
      "42" + std::string(40, '[') + std::string(40, ']'),
      "42[\"message\"," + std::string(200 << 10, '[') + "]",
      "4299999999999999999999[\"message\"]",
      "42-1[\"message\"]",
      "44{}",
      "43[1]",
      "40",
      "42/nowhere,[\"message\"]",
      "45[\"message\"]",
      "45-[\"message\"]",
      "4511-[\"message\"]",
      "45999999999-[\"message\"]",
      "451-[\"message\"]",
      "451-[\"message\",{\"_placeholder\":true,\"num\":1}]",
      "451-[\"message\",{\"_placeholder\":true,\"num\":-1}]",
      "451-[\"message\",{\"_placeholder\":true,\"num\":0.5}]",
      "451-[\"message\",{\"_placeholder\":true,\"num\":\"splice\"}]",
      "451-[\"message\",{\"_placeholder\":true}]",
      R"(452-["message",{"_placeholder":true,"num":0},)"
      R"({"_placeholder":true,"num":0}])",
  };
  for (const auto& row : rows) {
    CAPTURE(row.substr(0, 60));
    auto client = connected_client(x.port());
    client.send_text(row);
    CHECK(client.close_code() > 0);
  }
  auto unasked = connected_client(x.port());
  unasked.send(2, "attachment of nothing");
  CHECK(unasked.close_code() > 0);
  auto amid = connected_client(x.port());
  amid.send_text(R"(452-["message",)" + two_attachments);
  amid.send_text("42[\"message\"]");
  CHECK(amid.close_code() > 0);
  // A well-behaved client is not affected.
  other.send_text(R"(42["message","still here"])");
  CHECK(other.text() == R"(42["message-back","still here"])");
}

TEST_CASE("Socket.IO message: a limit applies to all attachments together") {
  echo_fixture x;
  auto client = connected_client(x.port());
  client.send_text(R"(452-["message",)" + two_attachments);
  client.send(2, std::string(200 << 10, 'a'));
  client.send(2, std::string(100 << 10, 'b'));
  CHECK(client.close_code() == 1009);
}
