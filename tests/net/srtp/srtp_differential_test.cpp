// Compares each backend with libsrtp2, packet by packet, in both directions.

#include "tests/net/srtp/srtp_differential.hpp"

#include <algorithm>

using namespace troupe::net;
using namespace troupe::test;

TEST_CASE("every size, with CSRCs and extensions, equals the reference") {
  for_each_suite([](backend_pair& r, rng& random) {
    for (size_t size = 0; size <= 1400; ++size) {
      auto header = make_rtp_header(0x1234, static_cast<uint16_t>(size + 1),
                                    random, random.below(16),
                                    static_cast<int>(random.below(12)) - 1);
      auto payload = random_octets(size, random);
      auto wire = r.send(header, payload);
      REQUIRE(!wire.empty());
      REQUIRE(r.receive(wire));
      REQUIRE(r.last == joined(header, payload));
    }
    for (size_t size = 8; size <= 1400; ++size) {
      auto plain = make_rtcp(0x1234, size, random);
      auto wire = r.send_rtcp(plain);
      REQUIRE(!wire.empty());
      REQUIRE(r.receive_rtcp(wire));
      REQUIRE(r.last == plain);
    }
  });
}

TEST_CASE("rollover through several cycles equals the reference") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto payload = random_octets(20, random);
    // Cross the wrap several times, starting just before the first; steps leave
    // gaps.
    uint32_t sequence = 65500;
    while (sequence < 65536 * 4 + 100) {
      auto near_wrap = sequence % 65536 < 40 || sequence % 65536 > 65490;
      auto header = make_rtp_header(9, uint16_t(sequence), random);
      REQUIRE(r.receive(r.send(header, payload)));
      sequence += near_wrap ? 1 : 1 + random.below(3000);
    }
  });
}

TEST_CASE("each first sequence number is accepted, and the wrap after it") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto payload = random_octets(10, random);
    uint32_t ssrc = 1;
    for (uint16_t first : {0, 1, 32767, 32768, 32769, 65534, 65535}) {
      ++ssrc;
      for (uint16_t i = 0; i < 8; ++i) {
        auto header =
            make_rtp_header(ssrc, static_cast<uint16_t>(first + i), random);
        REQUIRE(r.receive(r.send(header, payload)));
      }
    }
  });
}

TEST_CASE("reorder, loss and duplicates equal the reference") {
  for_each_suite([](backend_pair& r, rng& random) {
    std::vector<packet> flight;
    int accepted = 0;
    for (uint32_t i = 0; i < 6000; ++i) {
      auto header = make_rtp_header(5 + i % 3, uint16_t(64000 + i / 3), random);
      flight.push_back(r.send(header, random_octets(random.below(60), random)));
      if (flight.size() < 40)
        continue;
      auto at = random.below(uint32_t(flight.size()));
      if (random.below(10) != 0)
        accepted += r.receive(flight[at]) ? 1 : 0;
      if (random.below(5) != 0) // one in five is also sent again
        flight.erase(flight.begin() + at);
      if (flight.size() > 80)
        flight.erase(flight.begin());
    }
    CHECK(accepted > 3000);
  });
}

TEST_CASE("the sender refuses a used sequence number, like the reference") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto payload = random_octets(30, random);
    for (uint32_t i = 0; i < 4000; ++i) {
      auto sequence = static_cast<uint16_t>(65000 + i / 2 - random.below(1100));
      r.send(make_rtp_header(1, sequence, random), payload);
    }
    auto header = make_rtp_header(2, 7, random);
    CHECK(!r.send(header, payload).empty());
    CHECK(r.send(header, payload).empty());
    CHECK(r.send(header, random_octets(31, random)).empty());
  });
}

TEST_CASE("replaying an old capture changes nothing") {
  for_each_suite([](backend_pair& r, rng& random) {
    std::vector<packet> capture;
    std::vector<packet> rtcp_capture;
    for (uint32_t i = 0; i < 3000; ++i) {
      capture.push_back(r.send(make_rtp_header(1, uint16_t(64000 + i), random),
                               random_octets(40, random)));
      REQUIRE(r.receive(capture.back()));
      if (i % 10 == 0) {
        rtcp_capture.push_back(r.send_rtcp(make_rtcp(1, 28, random)));
        REQUIRE(r.receive_rtcp(rtcp_capture.back()));
      }
    }
    for (auto& wire : capture)
      REQUIRE(!r.receive(wire));
    for (auto& wire : rtcp_capture)
      REQUIRE(!r.receive_rtcp(wire));
    auto header = make_rtp_header(1, uint16_t(64000 + 3000), random);
    CHECK(r.receive(r.send(header, random_octets(40, random))));
  });
}

TEST_CASE("a flipped bit or a truncation anywhere is refused") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto header = make_rtp_header(1, 65535, random, 2, 3);
    auto wire = r.send(header, random_octets(33, random));
    auto rtcp = r.send_rtcp(make_rtcp(1, 44, random));
    for (size_t bit = 0; bit < wire.size() * 8; ++bit) {
      auto bad = wire;
      bad[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
      // Version, padding, marker, type and timestamp are authenticated, too.
      REQUIRE(!r.receive(bad));
    }
    for (size_t bit = 0; bit < rtcp.size() * 8; ++bit) {
      auto bad = rtcp;
      bad[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
      REQUIRE(!r.receive_rtcp(bad));
    }
    for (size_t size = 0; size < wire.size(); ++size)
      REQUIRE(!r.receive({wire.begin(), wire.begin() + long(size)}));
    for (size_t size = 0; size < rtcp.size(); ++size)
      REQUIRE(!r.receive_rtcp({rtcp.begin(), rtcp.begin() + long(size)}));
    // None of these created state that refuses the real packets.
    CHECK(r.receive(wire));
    CHECK(r.receive_rtcp(rtcp));
  });
}

TEST_CASE("many sources are independent") {
  for_each_suite([](backend_pair& r, rng& random) {
    auto payload = random_octets(50, random);
    for (uint16_t round = 0; round < 4; ++round) {
      for (uint32_t source = 0; source < 300; ++source) {
        auto sequence = static_cast<uint16_t>(65000 + source * 2 + round);
        auto header = make_rtp_header(source * 7919, sequence, random);
        REQUIRE(r.receive(r.send(header, payload)));
        auto plain = make_rtcp(source * 7919, 12, random);
        REQUIRE(r.receive_rtcp(r.send_rtcp(plain)));
      }
    }
  });
}

TEST_CASE("an incomplete header or a small output buffer protects nothing") {
  auto random = make_seeded_rng(8);
  for (auto backend : own_backends()) {
    for (auto profile : all_profiles) {
      backend_pair r{backend, profile, *random};
      auto header = make_rtp_header(1, 1, *random, 1, 2);
      auto cut = header;
      cut.pop_back();
      CHECK(r.send(cut, packet(20)).empty());
      packet out(header.size() + 20 + 3);
      CHECK(!r.sender->protect_rtp(header, packet(20), out));
      CHECK(!r.sender->protect_rtcp(packet(7), out));
      CHECK(!r.send(header, packet(20)).empty());
    }
  }
}
