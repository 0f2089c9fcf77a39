// Text is UTF-8 (RFC 6455, sections 5.6 and 8.1; RFC 3629).
#include "tests/net/io/support/http_fixture.hpp"
#include "ws_conversation.hpp"

using namespace troupe::net;
using namespace troupe::net::testing;

namespace {

const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

std::string utf8(uint32_t code_point) {
  auto tail = [&](int shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  };
  if (code_point < 0x80)
    return {static_cast<char>(code_point)};
  if (code_point < 0x800)
    return {static_cast<char>(0xc0 | code_point >> 6), tail(0)};
  if (code_point < 0x10000)
    return {static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6),
          tail(0)};
}

// Splits `data` into frames of `size` octets each.
std::vector<raw_frame> in_frames(const std::string& data, size_t size) {
  std::vector<raw_frame> out;
  for (size_t i = 0; i < data.size() || out.empty(); i += size)
    out.push_back({static_cast<uint8_t>(out.empty() ? 1 : 0),
                   data.substr(i, size), i + size >= data.size()});
  return out;
}

void check_valid(http_fixture& x, const std::string& data) {
  for (size_t size : {data.size() + 1, size_t{1}})
    check(x.port(),
          {"valid", in_frames(data, size), {"text " + data, "close 1000"}});
}

void check_invalid(http_fixture& x, const std::string& data) {
  for (size_t size : {data.size() + 1, size_t{1}})
    check(x.port(), {"invalid", in_frames(data, size), {"close 1007"}});
}

// Sequences that RFC 3629 forbids and a decoder may wrongly accept.
const std::string invalid[] = {
    "\x80",
    "\xbf",
    "\x80\xbf",
    "\x80\xbf\x80\xbf\x80\xbf", // lone continuation octets
    "\xc2",
    "\xdf ",
    "\xe0\xa0",
    "\xef\xbf ",
    "\xf0\x90\x80",
    "\xf4\x8f\xbf ", // truncated
    "\xfe",
    "\xff",
    "\xfe\xfe\xff\xff", // never used
    "\xc0\xaf",
    "\xe0\x80\xaf",
    "\xf0\x80\x80\xaf",
    "\xf8\x80\x80\x80\xaf",
    "\xfc\x80\x80\x80\x80\xaf", // overlong '/'
    "\xc1\xbf",
    "\xe0\x9f\xbf",
    "\xf0\x8f\xbf\xbf",
    "\xf8\x87\xbf\xbf\xbf",
    "\xfc\x83\xbf\xbf\xbf\xbf", // overlong maxima
    "\xc0\x80",
    "\xe0\x80\x80",
    "\xf0\x80\x80\x80", // overlong NUL
    "\xed\xa0\x80",
    "\xed\xad\xbf",
    "\xed\xae\x80",
    "\xed\xaf\xbf",
    "\xed\xb0\x80",
    "\xed\xbe\x80",
    "\xed\xbf\xbf", // surrogates
    "\xed\xa0\x80\xed\xb0\x80",
    "\xed\xaf\xbf\xed\xbf\xbf", // in pairs
    "\xf4\x90\x80\x80",
    "\xf7\xbf\xbf\xbf",
    "\xf8\x88\x80\x80\x80",
    "\xfb\xbf\xbf\xbf\xbf",
    "\xfd\xbf\xbf\xbf\xbf\xbf", // above U+10FFFF
};

} // namespace

TEST_CASE("valid text is echoed, however it is split") {
  http_fixture x;
  check_valid(x, "");
  check_valid(x, greek);
  check_valid(x, "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0"
                 "\xc3\xa1-UTF-8!!");
  check_valid(x, std::string{"a\0b", 3});
  for (size_t size = 2; size < greek.size(); ++size)
    check(
        x.port(),
        {"fragments", in_frames(greek, size), {"text " + greek, "close 1000"}});
}

TEST_CASE("the first and last code point of each length is valid") {
  http_fixture x;
  for (uint32_t code_point :
       {0x00u,    0x7fu,     0x80u,    0x7ffu,   0x800u,   0xd7ffu,
        0xe000u,  0xfffdu,   0xfffeu,  0xffffu,  0xfdd0u,  0xfdefu,
        0x10000u, 0x1fffeu,  0x1ffffu, 0x2fffeu, 0x8ffffu, 0xffffeu,
        0xfffffu, 0x10fffeu, 0x10ffffu}) {
    CAPTURE(code_point);
    check_valid(x, utf8(code_point));
  }
}

TEST_CASE("invalid text closes with 1007, however it is split") {
  http_fixture x;
  for (const auto& bad : invalid) {
    check_invalid(x, bad);
    check_invalid(x, greek + bad + "edited");
  }
  CHECK(eventually([&] {
    return x.server.rejects()[reject_reason::not_utf8]
           == 4 * std::size(invalid);
  }));
}

TEST_CASE("binary messages may contain any octets") {
  http_fixture x;
  for (const auto& bad : invalid)
    check(x.port(), {"binary", {{2, bad}}, {"binary " + bad, "close 1000"}});
}

TEST_CASE("text that can no longer be valid is refused before its end") {
  http_fixture x;
  // Only the first fragment, or a part of a frame, is ever sent.
  for (const auto& bad :
       {greek + "\xf4\x90", greek + "\xed\xa0", std::string{"\xc0"}}) {
    ws_client fragment{x.port(), "/ws"};
    fragment.send(1, bad, false);
    CHECK(fragment.close_code() == 1007);
    ws_client piece{x.port(), "/ws"};
    auto frame = encode({1, bad + std::string(1000, 'x')});
    piece.stream().write(std::string_view{frame}.substr(0, bad.size() + 12));
    CHECK(piece.close_code() == 1007);
  }
}

TEST_CASE(
    "fragments may split a code point, but a message must end after one") {
  http_fixture x;
  check(x.port(), {"cut by a fragment",
                   {{1, "\xe2\x82", false}, {9, "p"}, {0, "\xac"}},
                   {"pong p", "text \xe2\x82\xac", "close 1000"}});
  check(x.port(),
        {"cut by the end", {{1, "\xe2\x82"}, {1, "\xac"}}, {"close 1007"}});
}
