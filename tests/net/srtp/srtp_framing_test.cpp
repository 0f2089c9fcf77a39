#include "net/base/rng.hpp"
#include "net/srtp/packet_index.hpp"
#include "net/srtp/packet_layout.hpp"
#include "net/srtp/replay_window.hpp"
#include "net/srtp/source_table.hpp"
#include "net/srtp/ssrc_ranges.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <utility>
#include <vector>

using namespace troupe::net;

TEST_CASE("the replay window agrees with the set of all seen indices") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    auto random = make_seeded_rng(seed);
    replay_window<128> window;
    std::set<uint64_t> seen;
    uint64_t highest = 0;
    for (int i = 0; i < 20000; ++i) {
      auto back = random->below(200);
      auto ahead =
          random->below(50) == 0 ? random->below(400) : random->below(4);
      auto index = highest + ahead >= back && random->below(2) == 0
                       ? highest + ahead - back
                       : highest + ahead;
      auto expected = index + 128 > highest && !seen.contains(index);
      REQUIRE(window.is_fresh(index) == expected);
      if (!expected)
        continue;
      window.mark(index);
      seen.insert(index);
      highest = std::max(highest, index);
      REQUIRE(window.highest() == highest);
    }
  }
}

TEST_CASE("the replay window forgets exactly the indices that leave it") {
  replay_window<128> window;
  for (uint64_t i = 0; i < 128; ++i)
    window.mark(i);
  for (uint64_t jump : {1u, 63u, 64u, 65u, 127u, 128u, 129u, 100000u}) {
    auto moved = window;
    moved.mark(127 + jump);
    for (uint64_t i = 0; i < 127 + jump; ++i) {
      auto inside = i + 128 > 127 + jump;
      REQUIRE(moved.is_fresh(i) == (inside && i > 127));
    }
  }
}

TEST_CASE("packet indices follow the sequence across the wrap and back") {
  uint64_t highest = 65530;
  CHECK(estimate_srtp_index(highest, 65535) == 65535);
  CHECK(estimate_srtp_index(65535, 0) == 65536);
  CHECK(estimate_srtp_index(65536, 65535) == 65535);
  CHECK(estimate_srtp_index(65536 + 100, 65000) == 65000);
  CHECK(estimate_srtp_index(2 * 65536 + 40000, 3) == 3 * 65536 + 3);
  // There is no cycle before the first.
  CHECK(estimate_srtp_index(0, 65535) == 65535);
  CHECK(estimate_srtp_index(3, 65535) == 65535);
  // The end of the key's lifetime shows as an index beyond the limit.
  CHECK(estimate_srtp_index(max_srtp_index, 0) == max_srtp_index + 1);
}

TEST_CASE("the estimate is the nearest index for every distance") {
  for (uint64_t highest : {65536ull * 5, 65536ull * 5 + 1, 65536ull * 5 + 32767,
                           65536ull * 5 + 32768, 65536ull * 5 + 65535,
                           (1ull << 32) - 1, (1ull << 32), (1ull << 47)}) {
    for (int64_t distance = -32767; distance <= 32767; ++distance) {
      auto index = static_cast<uint64_t>(int64_t(highest) + distance);
      REQUIRE(estimate_srtp_index(highest, uint16_t(index)) == index);
    }
  }
}

TEST_CASE("SRTCP indices end after 2^31 - 1") {
  srtcp_index_counter fresh;
  CHECK(fresh.next() == 1);
  CHECK(fresh.next() == 2);
  srtcp_index_counter old{max_srtcp_index - 1};
  CHECK(old.next() == max_srtcp_index);
  CHECK(!old.next());
  CHECK(!old.next());
}

TEST_CASE("the source table finds only inserted sources") {
  auto random = make_seeded_rng(7);
  source_table<int> table{1000};
  std::map<uint32_t, int> expected;
  CHECK(table.find(0) == nullptr);
  while (!table.full()) {
    auto ssrc = random->below(2) == 0 ? random->u32() : random->below(4096);
    if (expected.contains(ssrc))
      continue;
    expected[ssrc] = static_cast<int>(expected.size());
    table.insert(ssrc) = expected[ssrc];
  }
  CHECK(table.size() == 1000);
  for (auto [ssrc, value] : expected) {
    REQUIRE(table.find(ssrc) != nullptr);
    REQUIRE(*table.find(ssrc) == value);
    REQUIRE(std::as_const(table).peek(ssrc) == table.find(ssrc));
  }
  for (int i = 0; i < 10000; ++i) {
    auto ssrc = random->u32();
    REQUIRE((table.find(ssrc) != nullptr) == expected.contains(ssrc));
    REQUIRE((table.peek(ssrc) != nullptr) == expected.contains(ssrc));
  }
}

TEST_CASE("the source table removes only erased sources") {
  auto random = make_seeded_rng(8);
  source_table<int> table{300};
  std::map<uint32_t, int> expected;
  for (int i = 0; i < 20000; ++i) {
    auto ssrc = random->below(700); // forces collisions
    if (expected.erase(ssrc) > 0) {
      table.erase(ssrc);
    } else if (!table.full()) {
      expected[ssrc] = i;
      table.insert(ssrc) = i;
    }
    table.erase(1000);
    REQUIRE(table.size() == expected.size());
    auto other = random->below(700);
    auto known = expected.find(other);
    auto* found = table.find(other);
    REQUIRE((found != nullptr) == (known != expected.end()));
    if (found)
      REQUIRE(*found == known->second);
  }
  for (auto [ssrc, value] : expected)
    REQUIRE(*table.find(ssrc) == value);
}

TEST_CASE("consecutive SSRCs form one range, in any order of insertion") {
  ssrc_ranges x;
  for (uint32_t ssrc : {5u, 7u, 6u, 0u, 1u, UINT32_MAX})
    x.insert(ssrc);
  CHECK(x.size() == 3);
  for (uint32_t ssrc : {5u, 6u, 7u, 0u, 1u, UINT32_MAX})
    CHECK(x.contains(ssrc));
  for (uint32_t ssrc : {2u, 4u, 8u, UINT32_MAX - 1})
    CHECK_FALSE(x.contains(ssrc));
}

TEST_CASE("SSRC ranges never lose an SSRC, and stay bounded") {
  auto random = make_seeded_rng(9);
  ssrc_ranges x;
  std::vector<uint32_t> inserted;
  for (int i = 0; i < 5000; ++i) {
    inserted.push_back(random->u32());
    x.insert(inserted.back());
    REQUIRE(x.size() <= ssrc_ranges::max_ranges);
  }
  for (auto ssrc : inserted)
    REQUIRE(x.contains(ssrc));
  // A million consecutive SSRCs add at most one range.
  ssrc_ranges dense;
  for (uint32_t i = 0; i < 1'000'000; ++i)
    dense.insert(100'000'000 + i);
  CHECK(dense.size() == 1);
}

TEST_CASE("a window that begins late counts all earlier indices as seen") {
  for (uint64_t next : {1ull, 100ull, 65536ull, 70000ull}) {
    replay_window<128> x{next};
    CHECK(x.next() == next);
    for (uint64_t i = next > 300 ? next - 300 : 0; i < next; ++i)
      REQUIRE_FALSE(x.is_fresh(i));
    x.mark(next + 10);
    for (uint64_t i = next; i < next + 10; ++i)
      REQUIRE(x.is_fresh(i));
    CHECK_FALSE(x.is_fresh(next + 10));
    CHECK_FALSE(x.is_fresh(next - 1));
    CHECK(x.next() == next + 11);
  }
  CHECK(replay_window<128>{0}.is_fresh(0));
  CHECK(replay_window<128>{0}.next() == 0);
}

TEST_CASE("an RTP header that exceeds the packet has no length") {
  std::vector<uint8_t> packet(12 + 8 + 4 + 12 + 1);
  packet[0] = 0x92; // two CSRCs and an extension
  store_u16(&packet[22], 3);
  for (size_t size = 0; size < packet.size(); ++size) {
    auto length = rtp_header_length(byte_span{packet}.first(size));
    CHECK(length.has_value() == (size >= 36));
  }
  CHECK(rtp_header_length(packet) == 36u);
}
