#include "net/io/http/frame_meter.hpp"

#include "tests/net/io/support/client.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using troupe::net::testing::encode;

namespace {

// A message of `count` frames with `size` octets each.
std::string message(size_t count, size_t size) {
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += encode({static_cast<uint8_t>(i == 0 ? 1 : 0),
                   std::string(size, '\x81'), i + 1 == count});
  return out;
}

} // namespace

TEST_CASE("frames are counted per message, for every length field") {
  for (size_t size : {0, 1, 125, 126, 65535, 65536})
    for (size_t count : {1, 2, 7}) {
      CAPTURE(size);
      CAPTURE(count);
      CHECK(frame_meter{}.observe(as_bytes(message(count, size))) == count);
    }
}

TEST_CASE("the count does not depend on how the stream is split") {
  auto all = message(3, 126) + encode({9, "ping"}) + message(5, 0)
             + message(2, 65536) + message(1, 1);
  for (size_t piece : {1, 2, 3, 7, 100, 65536}) {
    frame_meter x;
    size_t most = 0;
    for (size_t i = 0; i < all.size(); i += piece)
      most = std::max(
          most, x.observe(as_bytes(std::string_view{all}.substr(i, piece))));
    CHECK(most == 5);
    // The last message had only one frame.
    CHECK(x.observe({}) == 1);
  }
}

TEST_CASE("every frame is counted once, control frames too") {
  auto all = message(3, 126) + encode({9, "ping"}) + message(5, 0)
             + encode({10, ""}) + message(1, 65536);
  for (size_t piece : {1, 3, 100, 70000}) {
    frame_meter x;
    size_t begun = 0;
    for (size_t i = 0; i < all.size(); i += piece) {
      x.observe(as_bytes(std::string_view{all}.substr(i, piece)));
      begun += x.take_begun();
    }
    CHECK(begun == 11);
    CHECK(x.take_begun() == 0);
  }
}

TEST_CASE("control frames within a message do not count for it") {
  frame_meter x;
  auto begin = encode({2, "a", false});
  auto ping = encode({9, "b"});
  auto more = encode({0, "c", false});
  CHECK(x.observe(as_bytes(begin + ping + more + ping + more)) == 3);
  CHECK(x.observe(as_bytes(ping + ping)) == 3);
  CHECK(x.observe(as_bytes(begin)) == 3);
  CHECK(x.observe(as_bytes(more)) == 2);
}
