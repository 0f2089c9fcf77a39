#include "rtp/send/egress.hpp"

#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Sends one packet; returns its transport-wide number.
uint16_t send_one(rtp::egress& x, net::time_point now) {
  auto ids = rtp::extension_map::defaults();
  auto fields = rtp::rewritten_fields{};
  fields.ssrc = rtp::ssrc{5555};
  x.handle_batch({std::make_shared<rtp::header_writer>(ids, ids),
                  {{make_packet({}, now), fields, std::nullopt}}},
                 now);
  auto wire = x.poll_packet();
  REQUIRE(wire);
  auto octets = octet_vector(wire->header.begin(), wire->header.end());
  octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
  return rtp::read_transport_cc(*parse_packet(octets, now), ids).value();
}

/// Reports that this packet has arrived.
void report(rtp::egress& x, uint16_t number, net::time_point now) {
  rtp::rtcp::transport_cc_builder builder;
  builder.start(number, now.time_since_epoch());
  builder.add(number, now.time_since_epoch());
  octet_vector wire(1400);
  wire.resize(*builder.build(rtp::ssrc{1}, rtp::ssrc{2}, 0, wire));
  const auto message = rtp::rtcp::compound_reader{wire}.next();
  REQUIRE(message);
  x.handle_transport_feedback(std::get<rtp::rtcp::transport_cc>(*message),
                              now + 20ms);
}

} // namespace

TEST_CASE("the REMB of a receiver without other feedback is the estimate") {
  rtp::egress x;
  CHECK_FALSE(x.link_bps());
  x.handle_remb(2'500'000, at(1s));
  CHECK(x.link_bps() == 2'500'000);
  x.handle_remb(0, at(2s));
  CHECK(x.link_bps() == 30'000);
}

TEST_CASE("beside transport-wide feedback REMB is not the estimate") {
  rtp::egress x;
  x.handle_remb(40'000, at(0s));
  report(x, send_one(x, at(1s)), at(1s));
  CHECK(x.link_bps() == 600'000);
  // Chromium, with audio outside transport-wide feedback, after a moment in
  // which it could not run: one low REMB, and no other.
  x.handle_remb(0, at(2s));
  CHECK(x.link_bps() == 600'000);
  CHECK(x.stats(at(2s)).available_bps == 600'000);
  CHECK(x.stats(at(2s)).remb_bps == 30'000);
}
