#include "rtp/packet/rtx.hpp"

#include "rtp/packet/header_writer.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

TEST_CASE("unwrapping restores the packet that was repeated (RFC 4588)") {
  rtp_builder original;
  original.csrcs = {5};
  original.extensions = {{1, {'0'}}};
  original.sequence_number = 65535;
  original.marker = true;
  original.payload = {10, 20, 30};
  auto rtx = original;
  rtx.ssrc = 99;
  rtx.payload_type = 97;
  rtx.sequence_number = 0;
  rtx.payload = {0xFF, 0xFF, 10, 20, 30};
  rtx.padding = 6;
  auto arrival = net::time_point{4s};
  auto x = unwrap_rtx(rtx.make(arrival), rtp::ssrc{original.ssrc},
                      rtp::payload_type{original.payload_type});
  REQUIRE(x);
  auto all = to_octets(x->header());
  all.insert(all.end(), x->payload().begin(), x->payload().end());
  CHECK(all == original.build());
  CHECK(x->size() == original.build().size());
  CHECK(x->arrival() == arrival);
}

TEST_CASE("an RTX packet without a payload to repeat is a probe") {
  for (auto payload : {octets{}, octets{1}, octets{1, 2}}) {
    rtp_builder b;
    b.payload = payload;
    b.padding = 200;
    CHECK_FALSE(unwrap_rtx(b.make(), rtp::ssrc{1}, rtp::payload_type{2}));
  }
}

TEST_CASE("a wrapped packet is unwrapped to the same") {
  rtp_builder b;
  b.payload = octets(1100, 42);
  b.sequence_number = 65534;
  auto source = b.make();
  rtp::rewritten_fields f;
  f.payload_type = rtp::payload_type{97};
  f.ssrc = rtp::ssrc{77};
  f.sequence_number = 3;
  f.timestamp = source.timestamp();
  octets wire(1600);
  auto layout = rtp::header_writer{}.write(source, f, wire);
  REQUIRE(layout);
  auto room = std::span{wire}.subspan(layout->size);
  auto size = rtp::write_rtx_payload(65534, source.payload(), room);
  REQUIRE(size == 1102);
  wire.resize(layout->size + *size);
  auto x = unwrap_rtx(*parse(wire), source.ssrc(), source.payload_type());
  REQUIRE(x);
  CHECK(x->sequence_number() == 65534);
  CHECK(to_octets(x->payload()) == b.payload);
}

TEST_CASE("an RTX payload that does not fit is refused") {
  octets out(5);
  CHECK_FALSE(rtp::write_rtx_payload(1, octets(4), out));
  CHECK(rtp::write_rtx_payload(1, octets(3), out) == 5);
  CHECK(rtp::write_rtx_payload(0x0102, {}, out) == 2);
  CHECK(out[0] == 1);
  CHECK(out[1] == 2);
}
