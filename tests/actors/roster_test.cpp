#include "actors/roster.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;
using troupe::protocol::media_kind;
using troupe::protocol::participant;
using troupe::protocol::producer_info;

namespace {

participant person(const char* id, const char* name = "") {
  return {peer_id{id}, name};
}

producer_info track(const char* id, const char* peer,
                    media_kind kind = media_kind::audio, bool paused = false) {
  return {producer_id{id}, peer_id{peer}, kind, paused, {}};
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

TEST_CASE("a member is muted and paused unless a producer of the kind runs") {
  struct row {
    std::vector<producer_info> published;
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

TEST_CASE("pausing, resuming and withdrawing change what a member is") {
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

TEST_CASE("members and producers keep the order in which they came") {
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

TEST_CASE("the next to consume is the oldest of another not excepted") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  CHECK(people.publish(track("own", "a")));
  CHECK(people.publish(track("1", "b")));
  CHECK(people.publish(track("2", "b")));
  auto next = [&](std::vector<producer_id> except) {
    const auto* x = people.next_for(peer_id{"a"}, except);
    return x ? x->id.str() : std::string{"none"};
  };
  CHECK(next({}) == "1");
  CHECK(next({producer_id{"1"}}) == "2");
  CHECK(next({producer_id{"2"}}) == "1");
  CHECK(next({producer_id{"1"}, producer_id{"2"}}) == "none");
}

TEST_CASE("whoever is no member publishes nothing, and no id comes twice") {
  roster people;
  people.add(person("a"));
  people.add(person("b"));
  CHECK_FALSE(people.publish(track("1", "stranger")));
  CHECK(people.publish(track("1", "a")));
  CHECK_FALSE(people.publish(track("1", "a")));
  CHECK_FALSE(people.publish(track("1", "b")));
  CHECK(people.find(producer_id{"1"})->peer == peer_id{"a"});
}

TEST_CASE("a member goes with its producers only") {
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

TEST_CASE("a twin takes the entry and comes last, without the old producers") {
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
