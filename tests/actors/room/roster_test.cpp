#include "actors/room/roster.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::actors;
using troupe::protocol::media_kind;
using troupe::protocol::participant;
using troupe::protocol::producer_info;

namespace {

participant person(const char* id, const char* name = "") {
  return {peer_id{id}, name};
}

producer_facts track(const char* id, const char* peer,
                     media_kind kind = media_kind::audio, bool paused = false) {
  return {{producer_id{id}, peer_id{peer}, kind, paused, {}}};
}

std::string ids(const std::vector<producer_info>& list) {
  std::string out;
  for (const auto& x : list)
    out += x.id.str() + " ";
  return out;
}

std::string ids(const std::vector<participant>& list) {
  std::string out;
  for (const auto& x : list)
    out += x.id.str() + " ";
  return out;
}

} // namespace

TEST_CASE(
    "a member counts as muted or paused unless it has an active producer") {
  struct row {
    std::vector<producer_facts> published;
    bool muted;
    bool paused;
  };
  auto audio = media_kind::audio;
  auto video = media_kind::video;
  for (const auto& x : std::vector<row>{
           {{}, true, true},
           {{track("1", "a", audio)}, false, true},
           {{track("1", "a", video)}, true, false},
           {{track("1", "a", audio, true)}, true, true},
           {{track("1", "a", audio, true), track("2", "a", audio)},
            false,
            true},
           {{track("1", "a", audio), track("2", "a", video)}, false, false},
           {{track("1", "b", audio), track("2", "b", video)}, true, true},
       }) {
    roster people;
    people.add(person("a"));
    people.add(person("b"));
    for (const auto& y : x.published)
      CHECK(people.publish(y));
    auto a = people.describe(peer_id{"a"});
    REQUIRE(a);
    CAPTURE(x.published.size());
    CHECK(a->audio_muted == x.muted);
    CHECK(a->video_paused == x.paused);
  }
}

TEST_CASE("a member becomes a host, and is described as one") {
  roster people;
  people.add(person("a"));
  CHECK_FALSE(people.describe(peer_id{"a"})->host);
  CHECK(people.set_host(peer_id{"a"}, true));
  CHECK_FALSE(people.set_host(peer_id{"a"}, true));
  CHECK_FALSE(people.set_host(peer_id{"b"}, true));
  CHECK(people.describe(peer_id{"a"})->host);
  CHECK(people.participants().front().host);
  auto host = person("b");
  host.host = true;
  people.add(host);
  CHECK(people.describe(peer_id{"b"})->host);
}

TEST_CASE(
    "pausing, resuming and withdrawing a producer change its member's state") {
  roster people;
  people.add(person("a"));
  auto muted = [&] {
    return people.describe(peer_id{"a"})->audio_muted;
  };
  REQUIRE(people.publish(track("1", "a")));
  REQUIRE(people.publish(track("2", "a")));
  CHECK(people.set_paused(producer_id{"1"}, true));
  CHECK_FALSE(muted());
  CHECK_FALSE(people.set_paused(producer_id{"1"}, true)); // nothing changed
  CHECK(people.set_paused(producer_id{"2"}, true));
  CHECK(muted());
  CHECK(people.set_paused(producer_id{"1"}, false));
  CHECK_FALSE(muted());
  auto gone = people.withdraw(producer_id{"1"});
  REQUIRE(gone);
  CHECK(gone->peer == peer_id{"a"});
  CHECK(muted());
  CHECK_FALSE(people.withdraw(producer_id{"1"}));
  CHECK(people.withdraw(producer_id{"2"}));
  CHECK(muted());
  CHECK_FALSE(people.set_paused(producer_id{"2"}, false));
}

TEST_CASE("members and producers keep the order in which they were added") {
  roster people;
  for (auto who : {"zoe", "adam", "mia"})
    people.add(person(who));
  CHECK(ids(people.participants()) == "zoe adam mia ");
  CHECK(people.publish(track("9", "zoe")));
  CHECK(people.publish(track("1", "adam")));
  CHECK(people.publish(track("5", "mia")));
  CHECK(people.publish(track("3", "zoe")));
  CHECK(ids(people.others(peer_id{"adam"})) == "9 5 3 ");
  CHECK(ids(people.others(peer_id{"nobody"})) == "9 1 5 3 ");
}

TEST_CASE("the next to consume is the oldest of another member not excepted") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  CHECK(people.publish(track("own", "a")));
  auto first = people.publish(track("1", "b"));
  auto second = people.publish(track("2", "b"));
  REQUIRE(first);
  REQUIRE(second);
  auto next = [&](producer_age after, std::vector<producer_age> except) {
    const auto* x = people.next_for(peer_id{"a"}, after, except);
    return x ? x->info.id.str() : std::string{"none"};
  };
  CHECK(next(0, {}) == "1");
  CHECK(next(0, {*first}) == "2");
  CHECK(next(0, {*second}) == "1");
  CHECK(next(0, {*first, *second}) == "none");
  CHECK(next(*first, {}) == "2");
  CHECK(next(*first, {*first}) == "2");
  CHECK(next(*second, {}) == "none");
}

TEST_CASE("a search finds the same as a scan of the whole list") {
  auto random = troupe::net::make_seeded_rng(7);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    roster people;
    people.add(person("a"));
    people.add(person("b"));
    std::vector<std::pair<producer_age, std::string>> listed; // of b
    for (int i = 0; i < 20; ++i) {
      auto id = std::to_string(i);
      auto mine = random->below(3) == 0;
      auto age = people.publish(track(id.c_str(), mine ? "a" : "b"));
      REQUIRE(age);
      if (random->below(4) == 0)
        people.withdraw(producer_id{id});
      else if (!mine)
        listed.emplace_back(*age, id);
    }
    producer_age after = random->below(22);
    std::vector<producer_age> except;
    for (producer_age age = 0; age < 25; ++age)
      if (random->below(2) == 0)
        except.push_back(age);
    std::string expected = "none";
    for (const auto& [age, id] : listed)
      if (expected == "none" && age > after
          && std::ranges::find(except, age) == except.end())
        expected = id;
    const auto* found = people.next_for(peer_id{"a"}, after, except);
    CHECK((found ? found->info.id.str() : "none") == expected);
  }
}

TEST_CASE("a member's own producers are found in order, whatever their age") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  auto first = people.publish(track("1", "a"));
  CHECK(people.publish(track("2", "b")));
  auto third = people.publish(track("3", "a"));
  REQUIRE(first);
  REQUIRE(third);
  auto next = [&](std::vector<producer_age> except) {
    const auto* x = people.next_own(peer_id{"a"}, except);
    return x ? x->info.id.str() : std::string{"none"};
  };
  CHECK(next({}) == "1");
  CHECK(next({*first}) == "3");
  CHECK(next({*first, *third}) == "none");
  CHECK_FALSE(people.next_own(peer_id{"stranger"}, {}));
}

TEST_CASE("only a member can publish, and each producer id only once") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  CHECK_FALSE(people.publish(track("1", "stranger")));
  CHECK(people.publish(track("1", "a")));
  CHECK_FALSE(people.publish(track("1", "a")));
  CHECK_FALSE(people.publish(track("1", "b")));
  CHECK(people.find(producer_id{"1"})->info.peer == peer_id{"a"});
}

TEST_CASE("a member is removed with its producers only") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  CHECK(people.publish(track("1", "a")));
  CHECK(people.publish(track("2", "b")));
  CHECK(people.publish(track("3", "a")));
  CHECK(people.remove(peer_id{"a"})
        == std::vector{producer_id{"1"}, producer_id{"3"}});
  CHECK(people.remove(peer_id{"a"}).empty());
  CHECK(people.size() == 1);
  CHECK_FALSE(people.find(producer_id{"3"}));
  CHECK(people.find(producer_id{"2"}));
  CHECK_FALSE(people.describe(peer_id{"a"}));
}

TEST_CASE(
    "a duplicate session replaces the entry, last and without producers") {
  roster people;
  people.add(person("a", "Ann"));
  people.add(person("b"));
  CHECK(people.publish(track("1", "a")));
  people.add(person("a", "Anna"));
  CHECK(ids(people.participants()) == "b a ");
  CHECK(people.describe(peer_id{"a"})->name == "Anna");
  CHECK(people.describe(peer_id{"a"})->audio_muted);
  CHECK_FALSE(people.find(producer_id{"1"}));
}
