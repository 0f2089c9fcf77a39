#include "tests/rtp/send/paced_egress.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("padding probes the link if more is wanted than the estimate") {
  paced_egress x{20e6};
  x.engine.set_probing(true);
  x.send(300e3, 2s);
  CHECK(x.engine.stats(x.now).probe_packets == 0);
  x.engine.set_wanted(3'000'000);
  x.send(300e3, 3s);
  auto padding = x.engine.stats(x.now).probe_packets;
  CHECK(padding > 5);
  CHECK(x.engine.link_bps().value_or(0) >= 3'000'000);
  // The estimate suffices now.
  x.send(300e3, 20s);
  CHECK(x.engine.stats(x.now).probe_packets == padding);
  paced_egress y{20e6};
  y.engine.set_wanted(3'000'000);
  y.send(300e3, 5s);
  CHECK(y.engine.stats(y.now).probe_packets == 0);
}

TEST_CASE("a probe's packets are padding on the probation stream") {
  paced_egress x{20e6};
  x.engine.set_probing(true);
  x.send(300e3, 1s);
  x.engine.set_wanted(3'000'000);
  auto ids = rtp::extension_map::defaults();
  auto found = 0;
  for (auto i = 0; i < 100; ++i, x.now += 5ms) {
    x.engine.handle_timeout(x.now);
    while (auto wire = x.engine.poll_packet()) {
      auto octets = octet_vector(wire->header.begin(), wire->header.end());
      octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
      auto p = parse_packet(octets, x.now);
      REQUIRE(p);
      if (p->ssrc() != rtp::egress::probation_ssrc)
        continue;
      ++found;
      CHECK(rtp::value(p->payload_type()) == 127);
      CHECK(p->payload().empty());
      CHECK(p->padding() == 255);
      CHECK(p->sequence_number() < 1 << 15);
      CHECK(rtp::read_mid(*p, ids) == "probator");
      CHECK(rtp::read_transport_cc(*p, ids));
    }
  }
  CHECK(found >= 5);
}

TEST_CASE("padding on a stream of retransmissions shares its numbers") {
  paced_egress x{20e6};
  x.engine.set_probing(true);
  x.engine.pad_on({rtp::ssrc{5556}, rtp::payload_type{97}, headers()});
  x.send(300e3, 1s);
  x.engine.set_wanted(3'000'000);
  uint16_t expected = 0;
  auto padding = 0;
  for (auto i = 0; i < 100; ++i, x.now += 5ms) {
    if (i % 10 == 0) {
      auto repeated = x.make(rtp::media_kind::video, 1, 5556);
      repeated.packets[0].original_sequence_number = uint16_t{1};
      x.engine.handle_batch(std::move(repeated), x.now);
    }
    x.engine.handle_timeout(x.now);
    while (auto p = take(x.engine, x.now)) {
      CHECK(p->ssrc() == rtp::ssrc{5556});
      CHECK(p->sequence_number() == expected++);
      if (!p->payload().empty())
        continue;
      ++padding;
      CHECK(p->payload_type() == rtp::payload_type{97});
      CHECK(rtp::read_mid(*p, rtp::extension_map::defaults()) == "12");
    }
  }
  CHECK(padding >= 2);
  CHECK(expected == 10 + padding);
}
