#include "rtp/receive/demuxer.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using rtp::demuxer;
using rtp::demuxer_errc;
using rtp::stream_handle;

namespace {

const auto a = stream_handle{1};
const auto b = stream_handle{2};

rtp::producer_identity identity(std::string mid, std::vector<uint32_t> ssrcs,
                                std::vector<std::string> rids = {}) {
  auto result = rtp::producer_identity{};
  result.mid = std::move(mid);
  for (auto x : ssrcs)
    result.ssrcs.push_back(rtp::ssrc{x});
  result.rids = std::move(rids);
  result.extensions = rtp::extension_map::defaults();
  return result;
}

packet_spec with(uint32_t ssrc, uint8_t id = 0, std::string value = {}) {
  auto x = packet_spec{};
  x.ssrc = ssrc;
  if (id != 0)
    x.extensions.push_back({id, {value.begin(), value.end()}});
  return x;
}

std::optional<stream_handle> route(demuxer& x, const packet_spec& spec) {
  x.handle_packet(make_packet(spec, at(0ms)));
  auto batch = x.poll_batch();
  CHECK_FALSE(x.poll_batch());
  if (!batch)
    return std::nullopt;
  CHECK(batch->packets->size() == 1);
  return batch->producer;
}

} // namespace

TEST_CASE("packets find their producer by SSRC, else MID, else RID") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {10, 11})));
  REQUIRE(x.add_producer(b, identity("1", {}, {"r0", "r1"})));
  CHECK(route(x, with(10)) == a);
  CHECK(route(x, with(20, 1, "1")) == b);
  CHECK(route(x, with(20)) == b); // learned
  CHECK(route(x, with(21, 2, "r1")) == b);
  CHECK(route(x, with(22, 3, "r1")) == b);
  CHECK_FALSE(route(x, with(30)));
  CHECK_FALSE(route(x, with(30, 1, "7")));
  CHECK(x.drops().of(rtp::drop_reason::unknown_source) == 2);
  CHECK(x.find(rtp::ssrc{21}) == b);
}

TEST_CASE("a RID counts only where there is no MID") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {}, {"r0"})));
  REQUIRE(x.add_producer(b, identity("1", {}, {"r0"})));
  CHECK_FALSE(route(x, with(5, 2, "r0"))); // ambiguous
  auto both = with(6, 2, "r0");
  both.extensions.push_back({1, {'1'}});
  CHECK(route(x, both) == b);
  both = with(7, 2, "r0");
  both.extensions.push_back({1, {'9'}});
  CHECK_FALSE(route(x, both));
}

TEST_CASE("a producer with identities in use is refused and leaves no trace") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {10})));
  CHECK(x.add_producer(b, identity("1", {12, 10})).error()
        == demuxer_errc::duplicate_ssrc);
  CHECK(x.add_producer(b, identity("0", {12})).error()
        == demuxer_errc::duplicate_mid);
  CHECK(x.add_producer(b, identity("", {})).error()
        == demuxer_errc::no_identity);
  CHECK(x.add_producer(a, identity("2", {12})).error()
        == demuxer_errc::duplicate_handle);
  CHECK(x.add_producer(b, identity("2", {12, 12})).error()
        == demuxer_errc::duplicate_ssrc);
  CHECK_FALSE(x.find(rtp::ssrc{12}));
  CHECK(x.add_producer(b, identity("1", {12})));
  x.remove_producer(b);
  x.remove_producer(b);
  CHECK_FALSE(route(x, with(12)));
  CHECK(x.add_producer(b, identity("1", {12})));
}

TEST_CASE("a flood of SSRCs is routed but not remembered") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {})));
  for (auto i = uint32_t{0}; i < 10'000; ++i)
    CHECK(route(x, with(i, 1, "0")) == a);
  CHECK(x.learned() == demuxer::max_learned);
  x.remove_producer(a);
  CHECK(x.learned() == 0);
}

TEST_CASE(
    "SSRCs are reported when learned and when their producer is removed") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {10, 11})));
  REQUIRE(x.add_producer(b, identity("1", {20})));
  route(x, with(10));
  CHECK_FALSE(x.poll_learned()); // it was signaled
  route(x, with(12, 1, "0"));
  route(x, with(12, 1, "0"));
  route(x, with(22, 1, "1"));
  CHECK(x.poll_learned() == rtp::ssrc{12});
  CHECK(x.poll_learned() == rtp::ssrc{22});
  CHECK_FALSE(x.poll_learned());
  auto gone = x.remove_producer(a);
  std::ranges::sort(gone);
  CHECK(gone == std::vector{rtp::ssrc{10}, rtp::ssrc{11}, rtp::ssrc{12}});
  CHECK(x.remove_producer(a).empty());
}

TEST_CASE("a burst is returned in one batch per producer") {
  demuxer x;
  REQUIRE(x.add_producer(a, identity("0", {10})));
  REQUIRE(x.add_producer(b, identity("1", {20})));
  for (auto i = uint16_t{0}; i < 6; ++i) {
    auto spec = with(i % 2 == 0 ? 10 : 20);
    spec.sequence = i;
    x.handle_packet(make_packet(spec, at(0ms)));
  }
  auto first = x.poll_batch();
  auto second = x.poll_batch();
  REQUIRE((first && second));
  CHECK_FALSE(x.poll_batch());
  CHECK(first->producer == a);
  REQUIRE(first->packets->size() == 3);
  CHECK((*first->packets)[2].sequence_number() == 4);
  CHECK(second->packets->size() == 3);
}
