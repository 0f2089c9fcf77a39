#include "actors/base/quota.hpp"
#include "actors/room/room_rules.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

const peer_id ann{"ann"};
const peer_id bob{"bob"};
const peer_id eve{"eve"};

} // namespace

TEST_CASE("the first member is the host, and the next one after it has left") {
  room_rules rules;
  CHECK_FALSE(rules.host());
  rules.add(ann, {});
  rules.add(bob, {});
  CHECK(rules.may_moderate(ann));
  CHECK_FALSE(rules.may_moderate(bob));
  CHECK_FALSE(rules.may_moderate(eve));
  rules.remove(ann);
  CHECK(rules.may_moderate(bob));
  rules.add(ann, {});
  CHECK_FALSE(rules.may_moderate(ann));
}

TEST_CASE("all hosts are listed, whatever made them hosts") {
  room_rules rules;
  CHECK(rules.hosts().empty());
  rules.add(ann, false);
  rules.add(bob, {});
  rules.add(eve, {});
  CHECK((rules.hosts() == std::vector{bob}));
  rules.make_host(eve);
  rules.change(ann, true);
  CHECK((rules.hosts() == std::vector{ann, bob, eve}));
}

TEST_CASE("a member can move to the end of the order and back") {
  room_rules rules;
  rules.add(ann, {});
  rules.add(bob, {});
  rules.add(eve, {});
  auto first = rules.standing_of(ann);
  REQUIRE(first);
  rules.move_to_end(ann);
  CHECK(rules.host() == bob);
  rules.remove(bob);
  CHECK(rules.host() == eve);
  rules.restore(ann, *first);
  CHECK(rules.host() == ann);
  rules.move_to_end(ann);
  rules.remove(eve);
  CHECK(rules.host() == ann);
  CHECK_FALSE(rules.standing_of(eve));
  rules.move_to_end(eve);
  CHECK_FALSE(rules.standing_of(eve));
}

TEST_CASE("a right that a token granted or withheld holds") {
  room_rules rules;
  rules.add(ann, false);
  rules.add(bob, true);
  CHECK_FALSE(rules.host());
  CHECK_FALSE(rules.may_moderate(ann));
  CHECK(rules.may_moderate(bob));
  rules.add(eve, {});
  CHECK(rules.host() == eve);
  CHECK(rules.may_moderate(eve));
}

TEST_CASE("a member that was made a host moderates until it leaves") {
  room_rules rules;
  rules.add(ann, {});
  rules.add(bob, {});
  rules.add(eve, false);
  CHECK(rules.make_host(bob));
  CHECK(rules.may_moderate(ann));
  CHECK(rules.may_moderate(bob));
  // What a token withholds, no member can give.
  CHECK_FALSE(rules.make_host(eve));
  CHECK_FALSE(rules.may_moderate(eve));
  CHECK_FALSE(rules.make_host(peer_id{"nobody"}));
  rules.remove(bob);
  rules.add(bob, {});
  CHECK_FALSE(rules.may_moderate(bob));
}

TEST_CASE("a host loses its rights with its standing, and regains both") {
  room_rules rules;
  rules.add(ann, {});
  rules.add(bob, {});
  rules.make_host(bob);
  auto before = rules.standing_of(bob);
  REQUIRE(before);
  rules.move_to_end(bob);
  CHECK_FALSE(rules.may_moderate(bob));
  rules.restore(bob, *before);
  CHECK(rules.may_moderate(bob));
  CHECK(rules.host() == ann);
  // A lesser standing takes nothing away.
  rules.restore(bob, {100, false});
  CHECK(rules.standing_of(bob) == before);
}

TEST_CASE("each member that becomes a host or no longer is is reported once") {
  room_rules rules;
  rules.add(ann, {});
  rules.add(bob, {});
  auto changes = rules.poll_changes();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].who == ann);
  CHECK(changes[0].host);
  CHECK(rules.poll_changes().empty());
  rules.move_to_end(ann);
  changes = rules.poll_changes();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].who == bob);
  CHECK(changes[0].host);
  CHECK(changes[1].who == ann);
  CHECK_FALSE(changes[1].host);
  rules.make_host(ann);
  CHECK(rules.poll_changes().size() == 1);
  rules.make_host(ann);
  CHECK(rules.poll_changes().empty());
  rules.remove(bob);
  CHECK(rules.poll_changes().empty()); // Ann was a host already
  rules.change(ann, false);
  changes = rules.poll_changes();
  REQUIRE(changes.size() == 1);
  CHECK_FALSE(changes[0].host);
}

TEST_CASE("a member with the right to moderate may enter a locked room") {
  room_rules rules;
  CHECK(rules.admits({}));
  rules.lock(true);
  CHECK_FALSE(rules.admits({}));
  CHECK_FALSE(rules.admits(false));
  CHECK(rules.admits(true));
  rules.lock(false);
  CHECK(rules.admits({}));
}

TEST_CASE("a quota token counts as long as a copy of it exists") {
  auto tokens = std::make_shared<quota>(2u);
  auto first = tokens->take();
  auto second = tokens->take();
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(tokens->take());
  CHECK_FALSE(tokens->take()); // a refusal takes none
  auto copy = first;
  first.reset();
  CHECK_FALSE(tokens->take());
  copy.reset();
  first = tokens->take();
  CHECK(first);
  // A quota token may outlive the room.
  tokens.reset();
}

TEST_CASE(
    "a share of a quota gives back its tokens one by one, or at its end") {
  auto tokens = std::make_shared<quota>(3u);
  {
    quota_share all;
    CHECK(all.empty());
    all.give_back(1);
    for (uint32_t i = 1; i <= 3; ++i) {
      all.merge(tokens->take_share());
      CHECK(tokens->taken() == i);
    }
    CHECK(tokens->take_share().empty());
    CHECK(tokens->taken() == 3); // a refusal takes none
    all.give_back(1);
    CHECK(tokens->taken() == 2);
    all.merge(quota_share{});
    auto moved = std::move(all);
    CHECK(tokens->taken() == 2);
  }
  CHECK(tokens->taken() == 0);
  // A share may outlive the room.
  auto last = tokens->take_share();
  tokens.reset();
  CHECK_FALSE(last.empty());
}
