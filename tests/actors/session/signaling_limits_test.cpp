#include "tests/actors/support/live_client.hpp"
#include "tests/actors/support/running_node.hpp"

using namespace troupe;
using namespace troupe::test;
using net::testing::ws_client;

namespace {

const char* const socketio = "/socket.io/?EIO=4&transport=websocket";

} // namespace

TEST_CASE("a Socket.IO client that joins no namespace is closed in time") {
  auto settings = loopback();
  settings.http.connect_timeout = std::chrono::milliseconds{200};
  running_node node{settings};
  ws_client silent{node.port(), socketio};
  ws_client connected{node.port(), socketio};
  connected.send_text("40");
  CHECK(silent.close_code() == 1008);
  CHECK(connected.text().starts_with("0{"));
  CHECK(connected.text().starts_with("40{"));
  connected.send_text("41");
  CHECK(connected.close_code() == 1008);
}

TEST_CASE("a flood of messages is read at the configured rate") {
  auto settings = loopback();
  settings.http.message_rate = 50;
  running_node node{settings};
  auto begin = std::chrono::steady_clock::now();
  live_client client{node.port(), "r", "u"};
  // 500 at once, the rest at 50 a second.
  for (int i = 0; i < 540; ++i)
    client.request("get-producers");
  CHECK(std::chrono::steady_clock::now() - begin
        >= std::chrono::milliseconds{700});
}

TEST_CASE("a thousand requests at once get a thousand responses") {
  running_node node;
  ws_client client{node.port(), "/socket?auth=u&channelId=r"};
  std::string all;
  for (int i = 1; i <= 1000; ++i)
    all += net::testing::encode({1, make_request(i, "get-producers", "{}")});
  REQUIRE(client.stream().write(all));
  for (uint32_t i = 1; i <= 1000;) {
    auto answer = parse_json(client.text());
    if (!answer.HasMember("id"))
      continue; // an event
    REQUIRE(number_at(answer, "/id") == i);
    ++i;
  }
}

TEST_CASE("a client that floods is disconnected, and no other is affected") {
  auto settings = loopback();
  settings.http.message_rate = 1;
  running_node node{settings};
  live_client bob{node.port(), "r", "bob"};
  bob.request("get-producers");
  {
    ws_client ann{node.port(), "/socket?auth=ann&channelId=r"};
    bob.push("participant-joined");
    // More at once than the budget of half a minute.
    std::string all;
    for (int i = 0; i < 100; ++i)
      all += net::testing::encode({1, "{}"});
    ann.stream().write(all);
    CHECK(ann.close_code() == 1008);
  }
  live_client again{node.port(), "r", "ann"};
  again.request("get-producers");
  bob.request("get-producers");
  CHECK(bob.forget_pushes() == 0);
}

TEST_CASE("a name in the query that is not UTF-8 is refused") {
  running_node node;
  ws_client client{node.port(), "/socket?auth=u%ff&channelId=r"};
  CHECK(client.reply().status >= 400);
}
