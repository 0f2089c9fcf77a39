// The closing handshake (RFC 6455, sections 5.5.1 and 7).
#include "tests/net/io/support/http_fixture.hpp"
#include "ws_conversation.hpp"

using namespace troupe::net;
using namespace troupe::net::testing;

namespace {

raw_frame close_frame(int code, std::string_view reason = {}) {
  return {8, close_payload(code, reason)};
}

} // namespace

TEST_CASE("messages after a close frame are ignored") {
  http_fixture x;
  auto over = close_frame(1000);
  for (auto how : {cut::whole, cut::frames, cut::octets}) {
    check(x.port(), {"a message before",
                     {{1, "hello"}, over},
                     {"text hello", "close 1000"},
                     how});
    ws_client twice{x.port(), "/ws"};
    speak(twice, {over, over}, how);
    CHECK(listen(twice) == transcript{"close 1000", "end"});
    for (const auto& late :
         {raw_frame{9, "ping"}, raw_frame{1, "text"}, raw_frame{3, "bad"}}) {
      ws_client client{x.port(), "/ws"};
      speak(client, {over, late}, how);
      CHECK(listen(client) == transcript{"close 1000", "end"});
    }
    ws_client torn{x.port(), "/ws"};
    speak(torn, {{1, "frag", false}, over, {0, "ment"}}, how);
    CHECK(listen(torn) == transcript{"close 1000", "end"});
  }
}

TEST_CASE("the answer to a close follows the echo of a large message") {
  http_fixture x;
  std::string large(250 << 10, '*');
  check(x.port(), {"large",
                   {{1, large}, close_frame(1000)},
                   {"text " + large, "close 1000"}});
}

TEST_CASE("a close frame may be empty, or have a code and up to 123 octets") {
  http_fixture x;
  ws_client empty{x.port(), "/ws"};
  empty.send(8, "");
  auto answer = listen(empty);
  REQUIRE(answer.size() == 2);
  CHECK((answer[0] == "close 1005" || answer[0] == "close 1000"));
  for (const auto& reason :
       {std::string{}, std::string{"Hello"}, std::string(123, '*')})
    check(x.port(), {"reason", {close_frame(1000, reason)}, {"close 1000"}});
  check(x.port(), {"one octet", {{8, "a"}}, {"close 1002"}});
  check(
      x.port(),
      {"too long", {close_frame(1000, std::string(124, '*'))}, {"close 1002"}});
}

TEST_CASE("a reason must be UTF-8") {
  http_fixture x;
  ws_client client{x.port(), "/ws"};
  client.send(close_frame(1000, "\xce\xba\xed\xa0\x80"));
  auto code = client.close_code();
  CHECK((code == 1007 || code == 1002));
}

TEST_CASE("valid close codes are echoed, others are an error") {
  http_fixture x;
  for (int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000,
                   3999, 4000, 4999}) {
    CAPTURE(code);
    ws_client client{x.port(), "/ws"};
    client.send(close_frame(code));
    CHECK(listen(client) == transcript{"close " + std::to_string(code), "end"});
  }
  for (int code :
       {0, 1, 500, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999}) {
    CAPTURE(code);
    check(x.port(), {"forbidden", {close_frame(code)}, {"close 1002"}});
  }
}

TEST_CASE("the upper layer gets the client's close code") {
  http_fixture x;
  std::vector<uint16_t> given{1000, 1001, 3000, 4321};
  for (size_t i = 0; i < given.size(); ++i) {
    ws_client client{x.port(), "/ws"};
    client.send(close_frame(given[i], "because"));
    CHECK(x.handler.wait_for_closed(i + 1).at(i) == given[i]);
  }
}
