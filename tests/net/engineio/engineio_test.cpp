#include "net/engineio/engineio.hpp"

#include <doctest/doctest.h>

using namespace troupe::net::engineio;
using namespace std::chrono_literals;
using troupe::net::time_point;

namespace {

const time_point start{1000s};

// Takes the next event, which must be of that kind.
template <class T>
T expect(session& x) {
  auto event = x.poll_event();
  REQUIRE(event);
  REQUIRE(std::holds_alternative<T>(*event));
  return std::get<T>(*event);
}

session opened_by_polling(session_config config = {}) {
  auto x = session::open_polling(config, "sid", start);
  expect<poll_answered>(x);
  return x;
}

session opened_by_websocket(session_config config = {}) {
  auto x = session::open_websocket(config, "sid", 1, start);
  expect<frame_ready>(x);
  return x;
}

void expect_closed(session& x, close_reason reason) {
  CHECK(expect<session_closed>(x).reason == reason);
  CHECK(!x.poll_event());
  CHECK(x.closed());
  CHECK(!x.poll_timeout());
}

} // namespace

TEST_CASE("base64 follows the vectors of RFC 4648, section 10") {
  struct row {
    const char* plain;
    const char* encoded;
  };
  for (auto [plain, encoded] :
       {row{"", ""}, row{"f", "Zg=="}, row{"fo", "Zm8="}, row{"foo", "Zm9v"},
        row{"foob", "Zm9vYg=="}, row{"fooba", "Zm9vYmE="},
        row{"foobar", "Zm9vYmFy"}}) {
    CHECK(base64_encode(plain) == encoded);
    CHECK(base64_decode(encoded) == plain);
  }
  CHECK(base64_decode("Zm9vYg") == "foob");
  CHECK(base64_encode("\xff\xfe\xfd") == "//79");
  CHECK(base64_decode("//79") == "\xff\xfe\xfd");
  for (auto bad : {"A", "Zm9v!", "Zm=9", "=", "===="})
    CHECK_MESSAGE(!base64_decode(bad).has_value(), bad);
}

TEST_CASE("a payload keeps packets apart and binary ones encoded") {
  std::string payload;
  append_packet(payload, {packet_type::message, false, "hello"});
  append_packet(payload, {packet_type::message, true, {"\1\2\3\4", 4}});
  append_packet(payload, {packet_type::ping, false, {}});
  CHECK(payload
        == "4hello\x1e"
           "bAQIDBA==\x1e"
           "2");
  auto packets = parse_payload(payload, 3);
  REQUIRE(packets);
  CHECK(packets->size() == 3);
  CHECK((*packets)[1].binary);
  CHECK((*packets)[1].data == std::string{"\1\2\3\4", 4});
  CHECK(!parse_payload(payload, 2));
}

TEST_CASE("a malformed payload is refused as a whole") {
  for (auto bad : {"", "abc", "7", "4a\x1e", "\x1e", "b%",
                   "4a\x1e\x1e"
                   "4b"})
    CHECK_MESSAGE(!parse_payload(bad, 100), bad);
}

TEST_CASE("refusals carry the code and text that clients know") {
  CHECK(render(refusal::unknown_sid)
        == R"({"code":1,"message":"Session ID unknown"})");
  CHECK(http_status(refusal::unknown_sid) == 400);
  CHECK(http_status(refusal::forbidden) == 403);
}

TEST_CASE("a poll opens a session that offers the upgrade") {
  auto x = session::open_polling({}, "abc", start);
  CHECK(expect<poll_answered>(x).body
        == R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,)"
           R"("pingTimeout":20000,"maxPayload":1000000})");
}

TEST_CASE("a WebSocket opens a session that offers no upgrade") {
  auto x = session::open_websocket({}, "abc", 7, start);
  auto frame = expect<frame_ready>(x);
  CHECK(frame.socket == 7);
  CHECK(frame.data.find(R"("upgrades":[])") != std::string::npos);
}

TEST_CASE("a poll waits for messages and then takes all of them") {
  auto x = opened_by_polling();
  CHECK(x.handle_poll(start));
  CHECK(!x.poll_event());
  x.handle_send(false, "a", start);
  CHECK(expect<poll_answered>(x).body == "4a");
  x.handle_send(false, "b", start);
  x.handle_send(true, "c", start);
  CHECK(!x.poll_event());
  CHECK(x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body
        == "4b\x1e"
           "bYw==");
}

TEST_CASE("a POST brings messages in order") {
  auto x = opened_by_polling();
  CHECK(x.handle_post("4a\x1e"
                      "bYg==",
                      start)
        == post_outcome::ok);
  auto a = expect<message_received>(x);
  CHECK(!a.binary);
  CHECK(a.data == "a");
  auto b = expect<message_received>(x);
  CHECK(b.binary);
  CHECK(b.data == "b");
}

TEST_CASE("a second poll beside a waiting one ends the session") {
  auto x = opened_by_polling();
  CHECK(x.handle_poll(start));
  CHECK(!x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body == "1");
  expect_closed(x, close_reason::overlapping_requests);
  CHECK(!x.handle_poll(start));
}

TEST_CASE("an aborted poll ends the session") {
  auto x = opened_by_polling();
  CHECK(x.handle_poll(start));
  x.handle_poll_aborted();
  expect_closed(x, close_reason::transport_closed);
}

TEST_CASE("a malformed or oversized POST ends the session") {
  auto x = opened_by_polling();
  CHECK(x.handle_post("abc", start) == post_outcome::bad_request);
  expect_closed(x, close_reason::bad_packet);

  auto y = opened_by_polling();
  CHECK(y.handle_post("4" + std::string(1000000, 'a'), start)
        == post_outcome::too_large);
  expect_closed(y, close_reason::bad_packet);

  auto z = opened_by_polling();
  CHECK(z.handle_post("4" + std::string(300000, 'a'), start)
        == post_outcome::ok);
  expect_closed(z, close_reason::bad_packet);
}

TEST_CASE("the server pings and waits for a pong") {
  auto x = opened_by_websocket();
  CHECK(x.poll_timeout() == start + 25s);
  x.handle_timeout(start + 25s - 1ms);
  CHECK(!x.poll_event());
  x.handle_timeout(start + 25s);
  CHECK(expect<frame_ready>(x).data == "2");
  x.handle_socket_text(1, "3", start + 26s);
  CHECK(x.poll_timeout() == start + 51s);
  x.handle_timeout(start + 51s);
  CHECK(expect<frame_ready>(x).data == "2");
  CHECK(x.poll_timeout() == start + 71s);
  x.handle_timeout(start + 71s);
  CHECK(expect<socket_finished>(x).socket == 1);
  expect_closed(x, close_reason::ping_timeout);
}

TEST_CASE("a client that never polls again is closed") {
  auto x = opened_by_polling();
  x.handle_timeout(start + 25s);
  CHECK(!x.poll_event());
  x.handle_timeout(start + 45s);
  expect_closed(x, close_reason::ping_timeout);
}

TEST_CASE("a client must not ping") {
  auto x = opened_by_websocket();
  x.handle_socket_text(1, "2", start);
  CHECK(expect<socket_finished>(x).socket == 1);
  expect_closed(x, close_reason::bad_packet);
}

TEST_CASE("an upgrade moves a session to its WebSocket without loss") {
  auto x = opened_by_polling();
  CHECK(x.handle_poll(start));
  x.handle_socket(5, start);
  x.handle_socket_text(5, "2probe", start);
  CHECK(expect<frame_ready>(x).data == "3probe");
  CHECK(expect<poll_answered>(x).body == "6");
  x.handle_send(false, "between", start);
  CHECK(!x.poll_event());
  CHECK(!x.on_websocket());
  x.handle_socket_text(5, "5", start);
  CHECK(x.on_websocket());
  auto frame = expect<frame_ready>(x);
  CHECK(frame.socket == 5);
  CHECK(frame.data == "4between");

  // Polling is refused now, yet the session lives.
  CHECK(!x.handle_poll(start));
  CHECK(x.handle_post("4late", start) == post_outcome::bad_request);
  x.handle_socket(6, start);
  CHECK(expect<socket_finished>(x).socket == 6);
  x.handle_socket_text(5, "4hello", start);
  CHECK(expect<message_received>(x).data == "hello");
}

TEST_CASE("a poll during an upgrade returns at once with the queued messages") {
  auto x = opened_by_polling();
  x.handle_socket(5, start);
  x.handle_socket_text(5, "2probe", start);
  expect<frame_ready>(x);
  CHECK(x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body == "6");
  x.handle_send(false, "a", start);
  CHECK(x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body == "4a");
}

TEST_CASE("a failed upgrade leaves the session on polling") {
  auto check = [](auto misbehave, bool finished) {
    auto x = opened_by_polling();
    x.handle_socket(5, start);
    x.handle_socket_text(5, "2probe", start);
    expect<frame_ready>(x);
    misbehave(x);
    if (finished)
      CHECK(expect<socket_finished>(x).socket == 5);
    CHECK(x.handle_poll(start));
    x.handle_send(false, "a", start);
    CHECK(expect<poll_answered>(x).body == "4a");
    x.handle_socket(6, start);
    CHECK(!x.poll_event());
  };
  check([](session& x) { x.handle_timeout(start + 10s); }, true);
  check([](session& x) { x.handle_socket_closed(5, start); }, false);
  check([](session& x) { x.handle_socket_text(5, "4early", start); }, true);
  check([](session& x) { x.handle_socket_text(5, "abc", start); }, true);
  check([](session& x) { x.handle_socket_binary(5, "x", start); }, true);
}

TEST_CASE("an upgrade without a probe is refused") {
  auto x = opened_by_polling();
  x.handle_socket(5, start);
  x.handle_socket_text(5, "5", start);
  CHECK(expect<socket_finished>(x).socket == 5);
  CHECK(!x.on_websocket());
}

TEST_CASE("a WebSocket carries binary messages without a type") {
  auto x = opened_by_websocket();
  x.handle_send(true, "\1\2", start);
  auto frame = expect<frame_ready>(x);
  CHECK(frame.binary);
  CHECK(frame.data == "\1\2");
  x.handle_socket_binary(1, "\3", start);
  auto message = expect<message_received>(x);
  CHECK(message.binary);
  CHECK(message.data == "\3");
}

TEST_CASE("a client's close ends the session and answers its poll") {
  auto x = opened_by_polling();
  CHECK(x.handle_poll(start));
  CHECK(x.handle_post("1", start) == post_outcome::ok);
  CHECK(expect<poll_answered>(x).body == "6");
  expect_closed(x, close_reason::closed_by_client);

  auto y = opened_by_websocket();
  y.handle_socket_text(1, "1", start);
  CHECK(expect<socket_finished>(y).socket == 1);
  expect_closed(y, close_reason::closed_by_client);
}

TEST_CASE("the server's close sends the queued messages first") {
  auto x = opened_by_polling();
  x.handle_send(false, "bye", start);
  x.handle_close(start);
  x.handle_send(false, "too late", start);
  CHECK(!x.poll_event());
  CHECK(x.handle_poll(start + 1s));
  CHECK(expect<poll_answered>(x).body
        == "4bye\x1e"
           "1");
  expect_closed(x, close_reason::closed_by_server);

  auto y = opened_by_polling();
  y.handle_close(start);
  CHECK(y.poll_timeout() == start + 5s);
  y.handle_timeout(start + 5s);
  expect_closed(y, close_reason::closed_by_server);

  auto z = opened_by_websocket();
  z.handle_close(start);
  CHECK(expect<socket_finished>(z).socket == 1);
  expect_closed(z, close_reason::closed_by_server);
}

TEST_CASE("a client that leaves too many octets unread is closed") {
  session_config config;
  config.max_queue = 10;
  auto x = opened_by_polling(config);
  x.handle_send(false, "12345", start);
  x.handle_send(false, "67890", start);
  CHECK(!x.poll_event());
  x.handle_send(false, "", start);
  expect_closed(x, close_reason::queue_full);
}

TEST_CASE("messages sent together do not exceed the queue's limit") {
  session_config config;
  config.max_queue = 10;
  auto x = opened_by_polling(config);
  x.handle_send({{false, "a long list"}, {true, "of any length"}}, start);
  CHECK(!x.poll_event());
  CHECK(x.queued_octets() == 26);
  // Messages sent later count in full.
  x.handle_send(false, "news", start);
  CHECK(!x.poll_event());
  x.handle_send(false, "", start);
  expect_closed(x, close_reason::queue_full);
}

TEST_CASE("a long list is sent in several responses") {
  session_config config;
  config.max_answer = 10;
  config.max_queue_delay = 5s;
  auto x = opened_by_polling(config);
  x.handle_send({{false, "123"},
                 {false, "456"},
                 {false, "longer than an answer"},
                 {false, "7"}},
                start);
  CHECK(x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body
        == "4123\x1e"
           "4456");
  CHECK(x.handle_poll(start + 1s));
  CHECK(expect<poll_answered>(x).body == "4longer than an answer");
  // The remaining messages have a deadline of their own.
  CHECK(x.poll_timeout() == start + 6s);
  // A close sends them first.
  x.handle_close(start + 2s);
  CHECK(x.handle_poll(start + 2s));
  CHECK(expect<poll_answered>(x).body
        == "47\x1e"
           "1");
  expect_closed(x, close_reason::closed_by_server);
}

TEST_CASE("a client has the time that a long response takes to receive") {
  session_config config;
  config.min_read_rate = 1000;
  config.max_queue_delay = 5s;
  config.ping_interval = 3s;
  config.ping_timeout = 2s;
  auto x = opened_by_polling(config);
  x.handle_send(false, std::string(9999, 'x'), start);
  CHECK(x.handle_poll(start));
  CHECK(expect<poll_answered>(x).body.size() == 10'000);
  // The response takes 10 s, so the message need not be polled before 15 s, nor
  // the ping be answered before 12 s.
  x.handle_send(false, "news", start + 1s);
  CHECK(x.poll_timeout() == start + 3s);
  x.handle_timeout(start + 3s);
  CHECK(x.poll_timeout() == start + 12s);
  x.handle_timeout(start + 11s);
  CHECK(!x.poll_event());
  // A client that polls has received the response.
  CHECK(x.handle_poll(start + 11s));
  CHECK(expect<poll_answered>(x).body
        == "4news\x1e"
           "2");
  x.handle_send(false, "more", start + 11s);
  x.handle_timeout(start + 12s);
  expect_closed(x, close_reason::ping_timeout);
}

TEST_CASE("a client that leaves a message unread for too long is closed") {
  session_config config;
  config.max_queue_delay = 5s;
  auto x = opened_by_polling(config);
  x.handle_send(false, "a", start + 1s);
  // Newer messages do not extend the time of the first.
  x.handle_send(false, "b", start + 4s);
  CHECK(x.poll_timeout() == start + 6s);
  x.handle_timeout(start + 5s);
  CHECK(!x.poll_event());
  x.handle_timeout(start + 6s);
  expect_closed(x, close_reason::queue_full);

  auto y = opened_by_polling(config);
  y.handle_send(false, "a", start + 1s);
  CHECK(y.handle_poll(start + 5s));
  CHECK(expect<poll_answered>(y).body == "4a");
  y.handle_send(false, "b", start + 6s);
  y.handle_timeout(start + 7s);
  CHECK(!y.poll_event());
  CHECK(y.poll_timeout() == start + 11s);
}

TEST_CASE("text in a POST must be UTF-8") {
  for (auto body : {"4\xff", "4\xc0\xaf",
                    "4ok\x1e"
                    "4\xed\xa0\x80"}) {
    auto x = opened_by_polling();
    CHECK(x.handle_post(body, start) == post_outcome::bad_request);
    expect_closed(x, close_reason::bad_packet);
  }
  auto x = opened_by_polling();
  CHECK(x.handle_post("4\xe2\x82\xac", start) == post_outcome::ok);
}

TEST_CASE("a broken WebSocket ends its session without finishing it again") {
  auto x = opened_by_websocket();
  x.handle_socket_closed(1, start);
  expect_closed(x, close_reason::transport_closed);
}
