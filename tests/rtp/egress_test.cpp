#include "rtp/egress.hpp"

#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

std::shared_ptr<const rtp::header_writer> headers() {
  auto ids = rtp::extension_map::defaults();
  auto result = std::make_shared<rtp::header_writer>(ids, ids);
  result->set_mid("12");
  return result;
}

rtp::outgoing_packet outgoing(uint16_t sequence) {
  auto fields = rtp::rewritten_fields{};
  fields.payload_type = rtp::payload_type{101};
  fields.sequence_number = sequence;
  fields.timestamp = 4711;
  fields.ssrc = rtp::ssrc{5555};
  return {make_packet({}, at(0ms)), fields, std::nullopt};
}

std::optional<rtp::packet> take(rtp::egress& x, net::time_point now) {
  auto wire = x.poll_packet();
  if (!wire)
    return std::nullopt;
  auto octets = octet_vector(wire->header.begin(), wire->header.end());
  octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
  return parse_packet(octets, now);
}

} // namespace

TEST_CASE("packets leave in order, numbered transport-wide and stamped") {
  rtp::egress x;
  auto ids = rtp::extension_map::defaults();
  x.handle_batch({headers(), {outgoing(1), outgoing(2)}}, at(1s));
  x.handle_batch({headers(), {outgoing(3)}}, at(2s));
  auto last = std::optional<uint16_t>{};
  for (auto i = uint16_t{1}; i <= 3; ++i) {
    auto p = take(x, at(2s));
    REQUIRE(p);
    CHECK(p->sequence_number() == i);
    CHECK(rtp::value(p->ssrc()) == 5555);
    CHECK(rtp::read_mid(*p, ids) == "12");
    CHECK(rtp::read_abs_send_time(*p, ids) == rtp::to_abs_send_time(at(2s)));
    auto number = rtp::read_transport_cc(*p, ids);
    REQUIRE(number);
    if (last)
      CHECK(*number == *last + 1);
    last = number;
  }
  CHECK_FALSE(x.poll_packet());
  CHECK(x.stats(at(2s)).packets == 3);
}

TEST_CASE("a retransmission carries the original number in its payload") {
  rtp::egress x;
  auto p = outgoing(9);
  p.original_sequence_number = 0x1234;
  x.handle_batch({headers(), {p}}, at(1s));
  auto sent = take(x, at(1s));
  REQUIRE(sent);
  CHECK(sent->sequence_number() == 9);
  auto payload = sent->payload();
  CHECK(octet_vector(payload.begin(), payload.end())
        == octet_vector{0x12, 0x34, 0x10, 0x01, 2, 3});
  CHECK(x.stats(at(1s)).rtx_packets == 1);
}

TEST_CASE("feedback is matched with what was sent, once") {
  rtp::egress x;
  for (auto i = uint16_t{0}; i < 5; ++i)
    x.handle_batch({headers(), {outgoing(i)}}, at(i * 10ms));
  auto ids = rtp::extension_map::defaults();
  auto first = rtp::read_transport_cc(*take(x, at(0ms)), ids);
  while (x.poll_packet()) {
  }
  REQUIRE(first);
  rtp::rtcp::transport_cc_builder builder;
  builder.start(*first, 100ms);
  builder.add(*first, 100ms);
  builder.add(*first + 2, 120ms);
  builder.add(*first + 900, 130ms);
  rtp::rtcp::compound_builder packet;
  // More than we sent is told of; it must not match anything.
  REQUIRE((packet.add_transport_cc(rtp::ssrc{1}, rtp::ssrc{2}, 0, builder)
           || builder.size() > 0));
  auto reader = rtp::rtcp::compound_reader{packet.bytes()};
  auto message = reader.next();
  REQUIRE(message);
  auto& feedback = std::get<rtp::rtcp::transport_cc>(*message);
  auto results = x.handle_transport_feedback(feedback, at(200ms));
  REQUIRE(results.size() >= 3);
  CHECK(results[0].received);
  CHECK_FALSE(results[1].received);
  CHECK(results[2].received);
  CHECK(results.size() <= 5);
  auto again = x.handle_transport_feedback(feedback, at(201ms));
  for (auto& r : again)
    CHECK_FALSE(r.received);
}
