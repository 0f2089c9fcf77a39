#include "net/ice/tcp_framing.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::net;

namespace {

using octets = std::vector<uint8_t>;

void append_frame(octets& stream, const octets& frame) {
  octets out(frame.size() + 2);
  REQUIRE(write_tcp_frame(frame, out) == out.size());
  stream.insert(stream.end(), out.begin(), out.end());
}

// Passes at most `step` octets at a time.
std::vector<octets> deframe(tcp_deframer& deframer, byte_span stream,
                            size_t step) {
  std::vector<octets> out;
  while (!stream.empty() && !deframer.failed()) {
    const auto space = deframer.free_space();
    REQUIRE(!space.empty());
    const auto n = std::min({space.size(), stream.size(), step});
    std::ranges::copy(stream.first(n), space.begin());
    deframer.commit(n);
    stream = stream.subspan(n);
    while (auto frame = deframer.poll_frame())
      out.emplace_back(frame->begin(), frame->end());
  }
  return out;
}

} // namespace

TEST_CASE("frames survive any segmentation of the stream") {
  auto random = make_seeded_rng(7);
  std::vector<octets> frames;
  octets stream;
  for (size_t size : {1, 2, 1600, 20, 1599, 1200, 3, 1600, 1600}) {
    auto& frame = frames.emplace_back(size);
    random->fill(frame);
    append_frame(stream, frame);
  }
  for (size_t step : {1, 2, 3, 7, 1000, 1602, 4096, 100'000}) {
    CAPTURE(step);
    tcp_deframer deframer;
    CHECK(deframe(deframer, stream, step) == frames);
    CHECK_FALSE(deframer.failed());
  }
}

TEST_CASE("empty frames are skipped") {
  octets stream(3000);
  append_frame(stream, {1, 2, 3});
  tcp_deframer deframer;
  CHECK(deframe(deframer, stream, 100) == std::vector<octets>{{1, 2, 3}});
}

TEST_CASE("a frame too long for a datagram fails the stream") {
  octets stream;
  append_frame(stream, {1});
  append_frame(stream, octets(tcp_deframer::max_frame_size + 1));
  append_frame(stream, {2});
  tcp_deframer deframer;
  CHECK(deframe(deframer, stream, 5).size() == 1);
  CHECK(deframer.failed());
  CHECK(deframer.free_space().empty());
  CHECK_FALSE(deframer.poll_frame());
}

TEST_CASE("a frame that does not fit is not written") {
  octets out(10);
  CHECK(write_tcp_frame(octets(8), out) == 10);
  CHECK_FALSE(write_tcp_frame(octets(9), out));
  octets huge(70'000);
  CHECK_FALSE(write_tcp_frame(octets(65'536), huge));
  CHECK(write_tcp_frame(octets(65'535), huge) == 65'537);
  CHECK(tcp_frame_header(0x1234) == std::array<uint8_t, 2>{0x12, 0x34});
}
