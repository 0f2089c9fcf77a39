#include "rtp/send/decision_log.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<rtp::decision> all_of(const rtp::decision_log& log) {
  std::vector<rtp::decision> out;
  log.for_each([&](const rtp::decision& x) { out.push_back(x); });
  return out;
}

rtp::decision on_link(net::time_point at, uint64_t bps) {
  return {at, rtp::decision_reason::link, rtp::layers{2, 7}, bps, 0.25f};
}

} // namespace

TEST_CASE("a logged decision is read as it was written") {
  rtp::decision_log log;
  log.add(on_link(at(123456us), 2'500'001));
  auto out = log.newest();
  CHECK(out.at == at(123456us));
  CHECK(out.reason == rtp::decision_reason::link);
  CHECK(out.target == rtp::layers{2, 7});
  CHECK(out.link_bps == 2'500'001u);
  CHECK(out.loss == 0.25f);
}

TEST_CASE("a logged decision without layers or an estimate keeps neither") {
  rtp::decision_log log;
  log.add({at(1s), rtp::decision_reason::loudness, {}, {}});
  auto out = log.newest();
  CHECK(out.reason == rtp::decision_reason::loudness);
  CHECK_FALSE(out.target);
  CHECK_FALSE(out.link_bps);
  log.add({at(1s), rtp::decision_reason::wanted, rtp::layers{}, 0u});
  out = log.newest();
  CHECK(out.target == rtp::layers{});
  CHECK(out.link_bps == 0u);
}

TEST_CASE("the log keeps times before the clock's zero and after years") {
  rtp::decision_log log;
  constexpr auto day = std::chrono::hours{24};
  for (auto when : {net::duration{-1500us}, net::duration{1000 * day}}) {
    log.add(on_link(net::time_point{when}, 1));
    CHECK(log.newest().at == net::time_point{when});
  }
}

TEST_CASE("the log limits a rate beyond 32 bits") {
  rtp::decision_log log;
  log.add(on_link(at(1s), uint64_t{1} << 40));
  CHECK(log.newest().link_bps == uint64_t{UINT32_MAX});
}

TEST_CASE("the log keeps the latest 32 decisions in 512 octets") {
  rtp::decision_log log;
  CHECK(log.memory() == 0);
  log.add(on_link(at(0s), 0));
  CHECK(log.memory() <= 16);
  for (uint64_t i = 1; i < 100; ++i)
    log.add(on_link(at(1s), i));
  auto kept = all_of(log);
  REQUIRE(kept.size() == rtp::decision_log::capacity);
  CHECK(kept.front().link_bps == 68u);
  CHECK(kept.back().link_bps == 99u);
  CHECK(log.memory() == 512);
}

TEST_CASE("consecutive key frame requests are logged as one") {
  rtp::decision_log log;
  for (int i = 0; i < 3; ++i)
    log.add({at(1s), rtp::decision_reason::keyframe, {}, {}});
  CHECK(all_of(log).size() == 1);
}
