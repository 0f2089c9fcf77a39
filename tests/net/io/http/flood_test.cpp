// A client that exceeds its rate is read more slowly and loses nothing.
#include "tests/net/io/support/http_fixture.hpp"
#include "ws_conversation.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

using std::chrono::steady_clock;

http_server_config config_of(double rate, double burst) {
  auto config = loopback_config();
  config.message_rate = rate;
  config.message_burst = burst;
  return config;
}

std::string repeated(const raw_frame& x, int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += encode(x);
  return out;
}

} // namespace

TEST_CASE("a burst of a thousand requests passes at once") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  std::string all;
  for (int i = 0; i < 1000; ++i)
    all += encode({1, std::to_string(i)});
  client.stream().write(all);
  for (int i = 0; i < 1000; ++i)
    CHECK(client.text() == std::to_string(i));
  CHECK(x.server.rejects()[reject_reason::message_paced] == 0);
}

TEST_CASE("requests beyond the burst are answered in order, at the rate") {
  http_fixture x{config_of(100, 10)};
  ws_client client{x.port(), "/ws"};
  ws_client other{x.port(), "/ws"};
  std::string all;
  for (int i = 0; i < 40; ++i)
    all += encode({1, std::to_string(i)});
  auto begin = steady_clock::now();
  client.stream().write(all);
  for (int i = 0; i < 40; ++i)
    CHECK(client.text() == std::to_string(i));
  // The messages of the first read are answered; the next one waits for them.
  client.send_text("next");
  CHECK(client.text() == "next");
  CHECK(steady_clock::now() - begin >= 250ms);
  CHECK(x.server.rejects()[reject_reason::message_paced] > 0);
  CHECK(x.server.rejects()[reject_reason::message_rate] == 0);
  other.send_text("mine");
  CHECK(other.text() == "mine");
}

TEST_CASE("pings, pongs and fragments count towards the rate like messages") {
  for (const auto& what :
       {repeated({9, "x"}, 40), repeated({10, "x"}, 40),
        encode({1, "x", false}) + repeated({0, "x", false}, 38)
            + encode({0, "x"})}) {
    http_fixture x{config_of(100, 10)};
    ws_client client{x.port(), "/ws"};
    auto begin = steady_clock::now();
    client.stream().write(what);
    // Send it in a later read, which waits until the rate covers the frames.
    std::this_thread::sleep_for(20ms);
    client.send_text("last");
    for (;;) {
      auto next = client.read();
      REQUIRE(next);
      if (next->data == "last")
        break;
    }
    CHECK(steady_clock::now() - begin >= 250ms);
  }
}

TEST_CASE("a client that exceeds the rate for too long is closed with 1008") {
  auto config = config_of(1000, 10);
  config.message_patience = 500ms;
  for (uint8_t opcode : {1, 9}) {
    http_fixture x{config};
    ws_client client{x.port(), "/ws"};
    auto begin = steady_clock::now();
    client.stream().write(repeated({opcode, "x"}, 5000));
    CHECK(client.close_code() == 1008);
    CHECK(steady_clock::now() - begin >= 200ms);
    CHECK(x.server.rejects()[reject_reason::message_rate] == 1);
  }
}

TEST_CASE(
    "a client that exceeds message_patience in one read is closed at once") {
  auto config = config_of(1, 10);
  config.message_patience = 10s;
  http_fixture x{config};
  ws_client client{x.port(), "/ws"};
  client.stream().write(repeated({1, "x"}, 100));
  auto begin = steady_clock::now();
  CHECK(client.close_code() == 1008);
  CHECK(steady_clock::now() - begin < 5s);
}

TEST_CASE("a client that pauses between bursts stays connected") {
  auto config = config_of(1000, 10);
  config.message_patience = 100ms;
  http_fixture x{config};
  ws_client client{x.port(), "/ws"};
  for (int i = 0; i < 10; ++i) {
    client.stream().write(repeated({1, "x"}, 20));
    for (int k = 0; k < 20; ++k)
      CHECK(client.text() == "x");
    std::this_thread::sleep_for(100ms);
  }
  CHECK(x.server.rejects()[reject_reason::message_rate] == 0);
}
