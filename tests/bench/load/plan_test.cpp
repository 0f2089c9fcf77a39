#include "bench/load/scenario/directory.hpp"
#include "bench/load/scenario/plan.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

namespace troupe::test {

using namespace load;
using protocol::media_kind;

namespace {

// The number of consumers of `kind` whose paused state is `paused`.
size_t count(const member_plan& x, media_kind kind, bool paused) {
  size_t out = 0;
  for (const auto& c : x.consumes)
    out += c.kind == kind && c.paused == paused;
  return out;
}

// No member consumes its own media, the same media twice, media that is not
// published, or media of another room.
void check_sound(const scenario_plan& plan) {
  for (member_index i = 0; i < plan.members.size(); ++i) {
    std::set<std::pair<member_index, media_kind>> seen;
    for (const auto& c : plan.members[i].consumes) {
      CAPTURE(i);
      CAPTURE(c.from);
      CHECK_NE(c.from, i);
      CHECK(seen.insert({c.from, c.kind}).second);
      REQUIRE_LT(c.from, plan.members.size());
      CHECK(plan.members[c.from].publishes_kind(c.kind));
      CHECK_EQ(plan.members[c.from].room, plan.members[i].room);
    }
  }
}

} // namespace

TEST_CASE("in a broadcast all members receive the one sender") {
  auto plan = broadcast_plan(5, traffic::v1500, false);
  check_sound(plan);
  CHECK_EQ(plan.members.size(), 6);
  CHECK_EQ(plan.consumers(), 5);
  CHECK_EQ(plan.planned_packets_per_second(media_kind::video),
           doctest::Approx(5 * 150));
  CHECK_EQ(plan.planned_packets_per_second(media_kind::audio), 0);
  CHECK_EQ(broadcast_plan(5, traffic::v600, true).consumers(), 10);
}

TEST_CASE("all viewers watch the one sender, who is the only member") {
  auto plan = whep_plan(5, traffic::v600, true);
  check_sound(plan);
  REQUIRE_EQ(plan.members.size(), 6);
  CHECK_FALSE(plan.members[0].views);
  CHECK(plan.members[5].views);
  CHECK(plan.members[5].publishes.empty());
  CHECK_EQ(plan.consumers(), 10);
  CHECK_EQ(plan.planned_packets_per_second(media_kind::audio),
           doctest::Approx(5 * 50));
  CHECK_EQ(whep_plan(5, traffic::v600, false).consumers(), 5);
  auto audio = whep_plan(5, {}, true);
  CHECK_EQ(audio.consumers(), 5);
  CHECK_EQ(audio.planned_packets_per_second(media_kind::video), 0);
}

TEST_CASE("in a webinar the speakers receive each other, too") {
  auto plan = webinar_plan(10, 50);
  check_sound(plan);
  CHECK_EQ(plan.members.size(), 60);
  CHECK_EQ(plan.consumers(), 10 * 9 + 50 * 10);
  CHECK_EQ(plan.planned_packets_per_second(media_kind::audio),
           doctest::Approx(590 * 50));
}

TEST_CASE("meetings are full meshes that are independent of each other") {
  auto plan = meetings_plan(3, 7, traffic::v600);
  check_sound(plan);
  CHECK_EQ(plan.rooms(), 3);
  CHECK_EQ(plan.members.size(), 21);
  CHECK_EQ(plan.consumers(), 3 * 7 * 6 * 2);
  CHECK_EQ(plan.planned_packets_per_second(media_kind::video),
           doctest::Approx(126 * 58));
  CHECK_EQ(meetings_plan(3, 7, {}).consumers(), 3 * 7 * 6);
}

TEST_CASE("a listener in a class receives the teacher, three students' video "
          "and three students' audio") {
  auto all = class_plan(5, 294, 3, 3, traffic::v600, true);
  CHECK_EQ(count(all.members[299], media_kind::video, false), 6);
  CHECK_EQ(count(all.members[299], media_kind::audio, false), 6);
  auto plan = class_plan(5, 294, 3, 3, traffic::v600);
  check_sound(plan);
  REQUIRE_EQ(plan.members.size(), 300);
  const auto& listener = plan.members[299];
  CHECK_EQ(count(listener, media_kind::video, false), 4);
  CHECK_EQ(count(listener, media_kind::video, true), 2);
  CHECK_EQ(count(listener, media_kind::audio, false), 3);
  CHECK_EQ(count(listener, media_kind::audio, true), 3);
  CHECK_EQ(plan.members[0].publishes[1].traffic, traffic::sim3);
  CHECK(plan.members[6].publishes.empty());
}

TEST_CASE(
    "the rotation selects each student equally often, and the teacher always") {
  speaker_rotation rotation{5, 3, 3, 300};
  std::array<int, 6> heard{};
  std::array<int, 6> seen{};
  for (uint32_t step = 0; step < 10; ++step) {
    int heard_now = 0;
    int seen_now = 0;
    for (member_index who = 0; who < 6; ++who) {
      auto audio = rotation.active(who, media_kind::audio, step);
      auto video = rotation.active(who, media_kind::video, step);
      heard[who] += audio;
      seen[who] += video;
      heard_now += audio;
      seen_now += video;
      if (audio)
        CHECK(video);
    }
    CHECK_EQ(heard_now, 3);
    CHECK_EQ(seen_now, 4);
  }
  CHECK((heard == std::array{10, 4, 4, 4, 4, 4}));
  CHECK((seen == std::array{10, 6, 6, 6, 6, 6}));
  CHECK_FALSE(rotation.active(6, media_kind::audio, 0));
}

TEST_CASE("each member of a large room receives nine low, one high and three "
          "audio streams") {
  auto plan = large_plan(50, 9, 3);
  check_sound(plan);
  for (const auto& x : plan.members) {
    size_t low = 0;
    size_t high = 0;
    for (const auto& c : x.consumes) {
      low += c.spatial_layer == 0;
      high += c.spatial_layer == 2;
    }
    CHECK_EQ(low, 9);
    CHECK_EQ(high, 1);
    CHECK_EQ(count(x, media_kind::audio, false), 3);
  }
  // Each member is watched equally often.
  std::array<int, 50> watched{};
  for (const auto& x : plan.members)
    for (const auto& c : x.consumes)
      ++watched[c.from];
  for (auto n : watched)
    CHECK_EQ(n, 13);
  check_sound(large_plan(4, 9, 3));
}

TEST_CASE("rooms of a kind are equal and independent of each other") {
  auto one = webinar_plan(10, 50);
  auto plan = repeated(one, 3);
  check_sound(plan);
  CHECK_EQ(plan.rooms(), 3);
  REQUIRE_EQ(plan.members.size(), 3 * 60);
  CHECK_EQ(plan.consumers(), 3 * one.consumers());
  CHECK_EQ(plan.planned_packets_per_second(media_kind::audio),
           doctest::Approx(3 * 590 * 50));
  for (member_index i = 0; i < plan.members.size(); ++i) {
    const auto& x = plan.members[i];
    const auto& like = one.members[i % 60];
    CHECK_EQ(x.room, i / 60);
    CHECK(x.publishes == like.publishes);
    REQUIRE_EQ(x.consumes.size(), like.consumes.size());
    for (size_t k = 0; k < x.consumes.size(); ++k)
      CHECK_EQ(x.consumes[k].from, like.consumes[k].from + i / 60 * 60);
  }
  CHECK_EQ(repeated(one, 1).members.size(), 60);
}

TEST_CASE("each of several classes has a rotation of its own") {
  auto plan = repeated(class_plan(5, 4, 3, 3, traffic::v600), 2);
  check_sound(plan);
  REQUIRE_EQ(plan.members.size(), 20);
  for (member_index who = 0; who < 10; ++who)
    for (auto kind : {media_kind::audio, media_kind::video})
      for (uint32_t step = 0; step < 6; ++step)
        CHECK_EQ(plan.rotation->active(who + 10, kind, step),
                 plan.rotation->active(who, kind, step));
  CHECK(plan.rotation->active(10, media_kind::audio, 3));
  for (const auto& c : plan.members[19].consumes)
    CHECK_EQ(c.paused, !plan.rotation->active(c.from, c.kind, 0));
}

TEST_CASE("a storm joins rooms with one speaker each, evenly") {
  auto plan = storm_plan(50, 500);
  check_sound(plan);
  CHECK_EQ(plan.members.size(), 550);
  CHECK_EQ(plan.rooms(), 50);
  for (member_index i = 0; i < 550; ++i) {
    CHECK_EQ(plan.members[i].publishes[0].silent, i >= 50);
    CHECK_EQ(plan.members[i].consumes.size(), 10);
  }
  CHECK_EQ(plan.planned_packets_per_second(media_kind::audio),
           doctest::Approx(500 * 50));
}

TEST_CASE("idle members have transports, and their producers come last") {
  auto plan = idle_plan(25, 10);
  check_sound(plan);
  CHECK_EQ(plan.members.size(), 25 + 3);
  CHECK_EQ(plan.rooms(), 3);
  CHECK_EQ(plan.consumers(), 50);
  for (const auto& x : plan.members)
    CHECK(x.always_connects);
  CHECK_EQ(plan.planned_packets_per_second(media_kind::video), 0);
}

TEST_CASE("publishers and receivers may be on different nodes") {
  const auto plan = divided(broadcast_plan(2, traffic::v600, false), 1, 0);
  check_sound(plan);
  CHECK_EQ(plan.members[0].node, 1);
  CHECK_EQ(plan.members[1].node, 0);
  CHECK_EQ(plan.members[2].node, 0);
}

TEST_CASE("remote members join the rooms of one node by another") {
  const auto plan = remote_plan(2, 5);
  REQUIRE_EQ(plan.members.size(), 7);
  CHECK_EQ(plan.rooms(), 2);
  CHECK_EQ(plan.consumers(), 0);
  for (member_index i = 0; i < 7; ++i) {
    CHECK_EQ(plan.members[i].room, i % 2);
    CHECK_EQ(plan.members[i].node, i < 2 ? 0 : 1);
  }
}

TEST_CASE("a producer's member is found by producer id, or by peer and kind") {
  directory names;
  names.add_peer("bob", 3);
  names.add_producer("p1", 4, media_kind::video);
  auto by_id = names.find({"p1", "", {}});
  REQUIRE(by_id);
  CHECK_EQ(by_id->from, 4);
  CHECK_EQ(by_id->kind, media_kind::video);
  auto by_peer = names.find({"p2", "bob", media_kind::audio});
  REQUIRE(by_peer);
  CHECK_EQ(by_peer->from, 3);
  CHECK_EQ(by_peer->kind, media_kind::audio);
  CHECK_FALSE(names.find({"p2", "bob", {}}));
  CHECK_FALSE(names.find({"p2", "eve", media_kind::audio}));
}

} // namespace troupe::test
