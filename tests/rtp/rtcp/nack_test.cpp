#include "rtp/rtcp/nack.hpp"

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::rtp::rtcp;
using rtp::ssrc;

namespace {

using numbers = std::vector<uint16_t>;

numbers read_back(net::byte_span wire) {
  numbers result;
  auto reader = compound_reader{wire};
  while (auto x = reader.next())
    std::get<nack>(*x).for_each([&](uint16_t n) { result.push_back(n); });
  CHECK(reader.malformed() == 0);
  return result;
}

} // namespace

TEST_CASE("seventeen neighbours share an item across the wrap (RFC 4585)") {
  auto lost = numbers{65535, 0, 1, 15};
  auto rest = std::span<const uint16_t>{lost};
  auto item = pack_nack_item(rest);
  CHECK(item == nack_item{65535, 0x8003});
  CHECK(rest.empty());
  numbers back;
  item.for_each([&](uint16_t n) { back.push_back(n); });
  CHECK(back == lost);
}

TEST_CASE("a packet seventeen ahead needs an item of its own") {
  auto lost = numbers{10, 27};
  auto rest = std::span<const uint16_t>{lost};
  CHECK(pack_nack_item(rest) == nack_item{10, 0});
  CHECK(rest.size() == 1);
}

TEST_CASE("NACKs are read octet by octet") {
  auto wire = from_hex("81cd0004 00000001 00000002 0064 0005 ffff 0001");
  CHECK(read_back(wire) == numbers{100, 101, 103, 65535, 0});
}

TEST_CASE("random losses are read back, from several packets if needed") {
  constexpr uint64_t seed = 5;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  for (int round = 0; round < 200; ++round) {
    numbers lost;
    auto n = static_cast<uint16_t>(rng->u32());
    for (auto count = 1 + rng->below(600); count > 0; --count) {
      n = static_cast<uint16_t>(n + 1 + rng->below(round % 40 + 1));
      lost.push_back(n);
    }
    auto rest = std::span<const uint16_t>{lost};
    numbers back;
    while (!rest.empty()) {
      compound_builder b;
      REQUIRE(b.add_nack(ssrc{1}, ssrc{2}, rest));
      auto part = read_back(b.bytes());
      back.insert(back.end(), part.begin(), part.end());
    }
    CHECK(back == lost);
    compound_builder b;
    CHECK_FALSE(b.add_nack(ssrc{1}, ssrc{2}, rest));
  }
}
