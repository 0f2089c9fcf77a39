#include "actors/load/shedding.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using enum overload_level;

namespace {

constexpr shedding_limits limits{2, 1};

consumer_facts video(uint8_t encodings, uint8_t preferred) {
  consumer_facts out;
  out.encodings = encodings;
  out.preferred = preferred;
  out.loudness = 0;
  return out;
}

overload_state fully(overload_level level) {
  return {level, level > busy ? overload_state::whole : uint8_t{0}};
}

/// All states from the mildest to the worst.
std::vector<overload_state> all_states() {
  std::vector<overload_state> out{{normal, 0}, {busy, 0}};
  for (auto level : overload_levels)
    if (level > busy)
      for (uint8_t share = 1; share <= overload_state::whole; ++share)
        out.push_back({level, share});
  return out;
}

/// Every combination that leads to a different decision.
std::vector<consumer_facts> all_facts() {
  std::vector<consumer_facts> out;
  for (auto kind : {rtp::media_kind::audio, rtp::media_kind::video})
    for (uint8_t encodings = 0; encodings <= 4; ++encodings)
      for (uint8_t preferred = 0; preferred <= 4; ++preferred)
        for (uint8_t shed_rank = 0; shed_rank < overload_state::whole;
             shed_rank += 9)
          for (uint16_t recency = 0; recency < 4; ++recency)
            for (auto loudness :
                 {std::optional<uint16_t>{}, std::optional<uint16_t>{0},
                  std::optional<uint16_t>{1}})
              out.push_back(
                  {kind, encodings, preferred, shed_rank, recency, loudness});
  return out;
}

} // namespace

TEST_CASE("each level sheds what its name says") {
  struct row {
    overload_level level;
    consumer_facts about;
    shedding_decision expected;
  };
  auto silent = video(3, 2);
  silent.loudness.reset();
  auto second_loudest = video(3, 2);
  second_loudest.loudness = 1;
  auto long_silent = silent;
  long_silent.recency = 2;
  auto loud_but_old = video(3, 2);
  loud_but_old.recency = 2;
  for (const auto& x : std::vector<row>{
           {normal, video(3, 2), {false, 2}},
           {normal, long_silent, {false, 2}},
           {busy, video(3, 2), {false, 2}},
           {busy, long_silent, {false, 2}},
           // The top layer is shed; a consumer of a lower layer keeps it.
           {top_layer_off, video(3, 2), {false, 1}},
           {top_layer_off, video(3, 1), {false, 1}},
           {top_layer_off, video(3, 0), {false, 0}},
           {top_layer_off, video(2, 1), {false, 0}},
           {top_layer_off, video(1, 0), {false, 0}},
           {top_layer_off, long_silent, {false, 1}},
           {lowest_layer_only, video(3, 2), {false, 0}},
           {lowest_layer_only, video(4, 3), {false, 0}},
           {lowest_layer_only, long_silent, {false, 0}},
           // Two members have spoken since: N is 2.
           {last_n_only, long_silent, {true, 0}},
           {last_n_only, loud_but_old, {true, 0}},
           {last_n_only, silent, {false, 0}},
           {last_n_only, video(3, 2), {false, 0}},
           // Another member is louder: one speaker remains.
           {speakers_only, silent, {true, 0}},
           {speakers_only, second_loudest, {true, 0}},
           {speakers_only, video(3, 2), {false, 0}},
           {audio_only, video(3, 2), {true, 0}},
           {audio_only, video(1, 0), {true, 0}},
       }) {
    CAPTURE(to_string(x.level));
    CAPTURE(int{x.about.encodings});
    CAPTURE(int{x.about.preferred});
    CAPTURE(x.about.recency);
    auto got = decide_shedding(fully(x.level), x.about, limits);
    CHECK(got.paused == x.expected.paused);
    CHECK(got.encoding == x.expected.encoding);
  }
}

TEST_CASE("a level applies to the share of consumers that the state says") {
  for (uint8_t share = 1; share <= overload_state::whole; ++share)
    for (uint8_t shed_rank = 0; shed_rank < overload_state::whole;
         ++shed_rank) {
      auto about = video(3, 2);
      about.shed_rank = shed_rank;
      auto got = decide_shedding({audio_only, share}, about, limits);
      CHECK(got.paused == (shed_rank < share));
      got = decide_shedding({top_layer_off, share}, about, limits);
      CHECK(got.encoding == (shed_rank < share ? 1 : 2));
      // The levels before it apply to all consumers.
      got = decide_shedding({lowest_layer_only, share}, about, limits);
      CHECK(got.encoding == (shed_rank < share ? 0 : 1));
    }
}

TEST_CASE("audio is always forwarded as preferred") {
  for (const auto& state : all_states())
    for (const auto& about : all_facts())
      if (about.kind == rtp::media_kind::audio)
        REQUIRE(decide_shedding(state, about, limits)
                == shedding_decision{false, about.preferred});
}

TEST_CASE("a worse state never forwards more") {
  auto states = all_states();
  for (const auto& about : all_facts())
    for (size_t i = 1; i < states.size(); ++i) {
      auto milder = decide_shedding(states[i - 1], about, limits);
      auto worse = decide_shedding(states[i], about, limits);
      REQUIRE(worse.paused >= milder.paused);
      REQUIRE(worse.encoding <= milder.encoding);
      REQUIRE(worse.encoding <= about.preferred);
    }
}

TEST_CASE("without shedding everything is forwarded as preferred") {
  for (const auto& about : all_facts()) {
    REQUIRE(decide_shedding({}, about, limits)
            == shedding_decision{false, about.preferred});
    REQUIRE(decide_shedding({busy, 0}, about, limits)
            == shedding_decision{false, about.preferred});
  }
}

TEST_CASE("shed ranks are uniform, also for ids that differ in one character") {
  for (bool at_end : {true, false}) {
    std::array<int, overload_state::whole> count{};
    for (int i = 0; i < 64'000; ++i) {
      auto number = std::to_string(i);
      auto shed_rank =
          shed_rank_of(at_end ? "aaaaaaaaaa" + number : number + "aaaaaaaaaa");
      REQUIRE(shed_rank < overload_state::whole);
      ++count[shed_rank];
    }
    for (auto x : count) {
      CHECK(x > 850);
      CHECK(x < 1'150);
    }
  }
  CHECK(shed_rank_of("x") == shed_rank_of("x"));
}

TEST_CASE("every level has a name of its own") {
  std::set<std::string_view> names;
  for (auto level : overload_levels)
    names.insert(to_string(level));
  CHECK(names.size() == overload_levels.size());
}
