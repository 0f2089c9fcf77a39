#include "rtp/send/egress.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

rtp::outgoing_batch batch_from(uint32_t source, rtp::media_kind kind,
                               size_t packets) {
  rtp::outgoing_batch out;
  out.headers = std::make_shared<const rtp::header_writer>();
  out.kind = kind;
  for (size_t i = 0; i < packets; ++i) {
    rtp::rewritten_fields fields;
    fields.ssrc = rtp::ssrc{source};
    fields.sequence_number = static_cast<uint16_t>(i);
    out.packets.push_back(
        {make_packet(packet_spec{}, at(0ms)), fields, std::nullopt});
  }
  return out;
}

} // namespace

TEST_CASE("a queue names the source of its next packet") {
  rtp::send_queue x;
  CHECK_FALSE(x.source());
  x.push(batch_from(7, rtp::media_kind::video, 2));
  x.push(batch_from(8, rtp::media_kind::video, 1));
  CHECK(x.source() == rtp::ssrc{7});
  for (auto source : {7u, 7u, 8u}) {
    REQUIRE(x.front());
    CHECK(x.source() == rtp::ssrc{source});
    x.pop();
  }
  CHECK_FALSE(x.source());
}

TEST_CASE("a queue holds a stream until its last packet is taken") {
  rtp::send_queue x;
  auto first = batch_from(7, rtp::media_kind::video, 1);
  auto second = batch_from(8, rtp::media_kind::video, 1);
  auto of_first = first.headers;
  auto of_second = second.headers;
  CHECK_FALSE(x.holds(*of_first));
  x.push(std::move(first));
  x.push(std::move(second));
  CHECK(x.holds(*of_first));
  CHECK(x.holds(*of_second));
  x.pop();
  CHECK_FALSE(x.holds(*of_first));
  CHECK(x.holds(*of_second));
}

TEST_CASE("egress expects audio before video") {
  rtp::egress x;
  x.prefetch_queue(rtp::media_kind::audio); // empty queues have no memory
  CHECK_FALSE(x.next_source());
  x.handle_batch(batch_from(7, rtp::media_kind::video, 1), at(0ms));
  CHECK(x.next_source() == rtp::ssrc{7});
  x.handle_batch(batch_from(8, rtp::media_kind::audio, 1), at(0ms));
  CHECK(x.next_source() == rtp::ssrc{8});
  x.prefetch_queue(rtp::media_kind::video);
  x.prefetch_more();
  size_t packets = 0;
  while (x.poll_packet())
    ++packets;
  CHECK(packets == 2);
  CHECK_FALSE(x.next_source());
}
