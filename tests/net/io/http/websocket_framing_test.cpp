// Frames, pings, reserved bits, opcodes and fragments: the cases of RFC 6455,
// sections 5.2 to 5.6, in the order of the conformance suites.
#include "tests/net/io/support/http_fixture.hpp"
#include "ws_conversation.hpp"

using namespace troupe::net;
using namespace troupe::net::testing;

namespace {

constexpr uint8_t continuation = 0;
constexpr uint8_t text = 1;
constexpr uint8_t binary = 2;
constexpr uint8_t ping = 9;
constexpr uint8_t pong = 10;

raw_frame part(uint8_t opcode, std::string data) {
  return {opcode, std::move(data), false};
}

raw_frame last(std::string data) {
  return {continuation, std::move(data)};
}

constexpr cut all_cuts[] = {cut::whole, cut::frames, cut::octets};

// The result must not depend on how TCP splits the octets.
void check_all_cuts(http_fixture& x, conversation y) {
  for (auto how : all_cuts) {
    y.how = how;
    check(x.port(), y);
  }
}

} // namespace

TEST_CASE("messages with every length field are echoed, text and binary") {
  http_fixture x;
  for (size_t size : {0, 1, 125, 126, 127, 128, 65535, 65536, 65537}) {
    std::string starred(size, '*');
    std::string octets(size, '\xfe');
    auto name = std::to_string(size) + " octets";
    check(x.port(),
          {name, {{text, starred}}, {"text " + starred, "close 1000"}});
    check(x.port(),
          {name, {{binary, octets}}, {"binary " + octets, "close 1000"}});
  }
}

TEST_CASE("a message may arrive in segments of any size") {
  http_fixture x;
  std::string data(65536, '*');
  auto octets = encode({text, data});
  for (size_t piece : {997, 1300, 4096, 65535}) {
    CAPTURE(piece);
    ws_client client{x.port(), "/ws"};
    for (size_t i = 0; i < octets.size(); i += piece)
      client.stream().write(std::string_view{octets}.substr(i, piece));
    CHECK(client.text() == data);
  }
}

TEST_CASE("each ping is answered by a pong, in order") {
  http_fixture x;
  const std::string odd = "\xff\xfe\xfd\xfc\xfb";
  const std::string longest(125, '\xfe');
  for (const auto& payload : {std::string{}, std::string{"Hello, world!"},
                              odd + std::string(1, '\0'), longest})
    check_all_cuts(
        x, {"a ping", {{ping, payload}}, {"pong " + payload, "close 1000"}});
  conversation ten{"ten pings", {}, {}};
  for (int i = 0; i < 10; ++i) {
    ten.sent.push_back({ping, "payload-" + std::to_string(i)});
    ten.expected.push_back("pong payload-" + std::to_string(i));
  }
  ten.expected.emplace_back("close 1000");
  check_all_cuts(x, ten);
}

TEST_CASE("unsolicited pongs are ignored") {
  http_fixture x;
  check_all_cuts(x, {"an empty pong", {{pong, ""}}, {"close 1000"}});
  check_all_cuts(x, {"a pong", {{pong, "unsolicited"}}, {"close 1000"}});
  check_all_cuts(x, {"a pong and a ping",
                     {{pong, "unsolicited"}, {ping, "mine"}},
                     {"pong mine", "close 1000"}});
}

TEST_CASE("a control frame has at most 125 octets and no fragments") {
  http_fixture x;
  for (uint8_t opcode : {8, 9, 10}) {
    CAPTURE(opcode);
    check(x.port(),
          {"too long", {{opcode, std::string(126, 'x')}}, {"close 1002"}});
    check_all_cuts(
        x, {"in pieces", {part(opcode, "ab"), last("cd")}, {"close 1002"}});
  }
}

TEST_CASE("reserved bits without an extension fail the connection") {
  http_fixture x;
  for (uint8_t rsv = 1; rsv < 8; ++rsv) {
    CAPTURE(rsv);
    for (uint8_t opcode : {1, 2, 8, 9, 10}) {
      CAPTURE(opcode);
      auto data = opcode == 8 ? close_payload(1000) : "bad";
      check(x.port(), {"alone", {{opcode, data, true, rsv}}, {"close 1002"}});
    }
    check_all_cuts(
        x, {"amid others",
            {{text, "first"}, {text, "second", true, rsv}, {ping, "too late"}},
            {"text first", "close 1002"}});
  }
}

TEST_CASE("unknown opcodes fail the connection") {
  http_fixture x;
  for (uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    CAPTURE(opcode);
    for (auto data : {"", "payload"})
      check(x.port(), {"alone", {{opcode, data}}, {"close 1002"}});
    check_all_cuts(x,
                   {"amid others",
                    {{text, "first"}, {opcode, "unknown"}, {ping, "too late"}},
                    {"text first", "close 1002"}});
  }
}

TEST_CASE("unmasked frames of a client fail the connection") {
  http_fixture x;
  for (uint8_t opcode : {1, 2, 9})
    check(x.port(),
          {"not masked", {{opcode, "bare", true, 0, false}}, {"close 1002"}});
}

TEST_CASE("a length in a longer form than necessary is refused") {
  http_fixture x;
  for (const auto& head : {std::string{"\x81\xfe\x00\x05", 4},
                           std::string{"\x81\xff\0\0\0\0\0\0\0\x05", 10}}) {
    ws_client client{x.port(), "/ws"};
    client.stream().write(head + std::string{"\0\0\0\0hello", 9});
    CHECK(client.close_code() == 1002);
  }
}

TEST_CASE("fragments make one message, with control frames between them") {
  http_fixture x;
  check_all_cuts(x, {"two fragments",
                     {part(text, "one "), last("two")},
                     {"text one two", "close 1000"}});
  check_all_cuts(x, {"a ping between",
                     {part(text, "one "), {ping, "p"}, last("two")},
                     {"pong p", "text one two", "close 1000"}});
  check_all_cuts(x, {"two messages in fragments and pings everywhere",
                     {part(text, "a1 "),
                      part(continuation, "a2 "),
                      {ping, "p1"},
                      part(continuation, "a3 "),
                      {ping, "p2"},
                      {continuation, "a4"},
                      part(binary, "b1 "),
                      {ping, "p3"},
                      last("b2")},
                     {"pong p1", "pong p2", "text a1 a2 a3 a4", "pong p3",
                      "binary b1 b2", "close 1000"}});
  check_all_cuts(x, {"empty fragments",
                     {part(text, ""), part(continuation, ""), last("")},
                     {"text ", "close 1000"}});
  check_all_cuts(x, {"empty fragments around one that is not",
                     {part(text, ""), part(continuation, "middle"), last("")},
                     {"text middle", "close 1000"}});
}

TEST_CASE("a continuation needs a first frame, and a first frame an end") {
  http_fixture x;
  check_all_cuts(x, {"a last fragment alone",
                     {last("non-continuation"), {text, "hello"}},
                     {"close 1002"}});
  check_all_cuts(x, {"a fragment alone",
                     {part(continuation, "non-continuation"), {text, "hello"}},
                     {"close 1002"}});
  check_all_cuts(x, {"a continuation after a whole message",
                     {{text, "whole"}, last("more")},
                     {"text whole", "close 1002"}});
  check_all_cuts(
      x,
      {"a continuation after a message in fragments",
       {part(text, "one "), last("two"), part(continuation, "x"), {text, "y"}},
       {"text one two", "close 1002"}});
  for (uint8_t second : {text, binary}) {
    check_all_cuts(x, {"a message within another",
                       {part(text, "one"), {second, "two"}},
                       {"close 1002"}});
    check_all_cuts(x, {"a fragment of another message",
                       {part(text, "one"), part(second, "two"), last("end")},
                       {"close 1002"}});
  }
}
