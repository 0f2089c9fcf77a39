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

TEST_CASE("a member can move to the end of the order and back") {
  room_rules rules;
  rules.add(ann, {});
  rules.add(bob, {});
  rules.add(eve, {});
  auto first = rules.rank_of(ann);
  REQUIRE(first);
  rules.move_to_end(ann);
  CHECK(rules.host() == bob);
  rules.remove(bob);
  CHECK(rules.host() == eve);
  rules.move_to(ann, *first);
  CHECK(rules.host() == ann);
  rules.move_to_end(ann);
  rules.remove(eve);
  CHECK(rules.host() == ann);
  CHECK_FALSE(rules.rank_of(eve));
  rules.move_to_end(eve);
  CHECK_FALSE(rules.rank_of(eve));
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
