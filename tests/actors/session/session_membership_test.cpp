#include "actors/session/session_membership.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;

namespace {

/// Peers are numbers here, and 0 is null.
using membership = session_membership<int>;

constexpr int none = 0;

/// A client that has joined by peer 1, as the join 10.
membership member(bool can_return = true) {
  membership out;
  out.begin_join(1, 10);
  CHECK(out.confirm_join(can_return) == none);
  return out;
}

/// The same client while it moves, by peer 2 and the join 20.
membership moving(bool can_return = true) {
  auto out = member(can_return);
  out.begin_join(2, 20);
  return out;
}

} // namespace

TEST_CASE("a client has no peer before it joins") {
  membership x;
  CHECK_FALSE(x.joined());
  CHECK_FALSE(x.can_return());
  CHECK(x.current() == none);
  CHECK(x.previous() == none);
  CHECK(x.take_current() == none);
  CHECK(x.take_previous() == none);
}

TEST_CASE("a client has a peer while its join is under way, but no way back") {
  membership x;
  x.begin_join(1, 10);
  CHECK(x.joined());
  CHECK(x.current() == 1);
  CHECK(x.joiner() == 10u);
  CHECK_FALSE(x.can_return());
  CHECK(x.confirm_join(true) == none);
  CHECK(x.current() == 1);
  CHECK(x.can_return());
}

TEST_CASE("a client whose join fails has no peer") {
  membership x;
  x.begin_join(1, 10);
  CHECK(x.revert_join() == 1);
  CHECK_FALSE(x.joined());
  CHECK_FALSE(x.can_return());
}

TEST_CASE("a client whose id cannot be taken over cannot come back") {
  CHECK_FALSE(member(false).can_return());
}

TEST_CASE("a new id decides anew whether the client can come back") {
  auto x = member(false);
  CHECK(x.confirm_join(true) == none);
  CHECK(x.current() == 1);
  CHECK(x.joiner() == 10u);
  CHECK(x.can_return());
}

TEST_CASE("a client that moves cannot come back before it has arrived") {
  auto x = moving();
  CHECK(x.current() == 2);
  CHECK(x.previous() == 1);
  CHECK(x.joiner() == 20u);
  CHECK_FALSE(x.can_return());
}

TEST_CASE("a client that has moved leaves its previous peer") {
  auto x = moving();
  CHECK(x.confirm_join(true) == 1);
  CHECK(x.current() == 2);
  CHECK(x.previous() == none);
  CHECK(x.joiner() == 20u);
  CHECK(x.can_return());
}

TEST_CASE("a client that moves in vain is as it was before") {
  for (bool can_return : {false, true}) {
    auto x = moving(can_return);
    CHECK(x.revert_join() == 2);
    CHECK(x.current() == 1);
    CHECK(x.previous() == none);
    CHECK(x.joiner() == 10u);
    CHECK(x.can_return() == can_return);
  }
}

TEST_CASE(
    "a client whose previous peer ended while it moves in vain has none") {
  auto x = moving();
  CHECK(x.take_previous() == 1);
  CHECK(x.current() == 2);
  CHECK(x.revert_join() == 2);
  CHECK_FALSE(x.joined());
  CHECK_FALSE(x.can_return());
}

TEST_CASE("a client whose previous peer ended while it moves leaves no other") {
  auto x = moving();
  CHECK(x.take_previous() == 1);
  CHECK(x.confirm_join(true) == none);
  CHECK(x.current() == 2);
  CHECK(x.can_return());
}

TEST_CASE("a client dismissed while it moves stays without a peer") {
  for (bool succeeds : {false, true}) {
    auto x = moving();
    CHECK(x.take_previous() == 1);
    CHECK(x.take_current() == 2);
    CHECK((succeeds ? x.confirm_join(true) : x.revert_join()) == none);
    CHECK_FALSE(x.joined());
    CHECK_FALSE(x.can_return());
  }
}

TEST_CASE("a peer that continues for another one belongs to the same join") {
  auto x = moving();
  x.replace(3);
  CHECK(x.current() == 3);
  CHECK(x.previous() == 1);
  CHECK(x.joiner() == 20u);
  CHECK(x.confirm_join(true) == 1);
  CHECK(x.current() == 3);
}

TEST_CASE("a client that has left can join again, and then has one peer") {
  auto x = member();
  CHECK(x.take_current() == 1);
  CHECK_FALSE(x.joined());
  CHECK_FALSE(x.can_return());
  x.begin_join(2, 20);
  CHECK(x.previous() == none);
  CHECK_FALSE(x.can_return());
  CHECK(x.revert_join() == 2);
  CHECK_FALSE(x.joined());
}
