#include "rtp/receive/keyframe_answers.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

// Requests at `when`, answered after `delay`.
void ask(rtp::keyframe_answers& x, net::duration when, net::duration delay) {
  x.handle_request(at(when));
  x.handle_keyframe(at(when + delay));
}

} // namespace

TEST_CASE("two requests that are repeated make a sender deaf") {
  rtp::keyframe_answers x{true};
  x.handle_request(at(0s));
  x.handle_request(at(1s));
  CHECK_FALSE(x.deaf());
  x.handle_request(at(2s));
  CHECK(x.deaf());
}

TEST_CASE("repeated requests count together unless one between is answered") {
  rtp::keyframe_answers x{true};
  x.handle_request(at(0s));
  x.handle_request(at(1s));
  SUBCASE("a key frame came by itself") {
    x.handle_keyframe(at(1900ms));
    x.handle_request(at(5s));
    CHECK_FALSE(x.deaf());
    x.handle_request(at(6s));
    CHECK(x.deaf());
  }
  SUBCASE("a later request was answered") {
    x.handle_keyframe(at(1900ms));
    ask(x, 5s, 100ms);
    x.handle_request(at(10s));
    x.handle_request(at(11s));
    CHECK_FALSE(x.deaf());
    x.handle_request(at(12s));
    CHECK(x.deaf());
  }
}

TEST_CASE("two answers in a row show that a sender is deaf no more") {
  rtp::keyframe_answers x{true};
  for (auto t : {0s, 1s, 2s})
    x.handle_request(at(t));
  x.handle_keyframe(at(3s));
  REQUIRE(x.deaf());
  ask(x, 10s, 500ms);
  CHECK(x.deaf());
  SUBCASE("in a row") {
    ask(x, 20s, 30ms);
    CHECK_FALSE(x.deaf());
  }
  SUBCASE("the second came late") {
    ask(x, 20s, 501ms);
    ask(x, 30s, 30ms);
    CHECK(x.deaf());
  }
  SUBCASE("the second request had to be repeated") {
    x.handle_request(at(20s));
    ask(x, 21s, 30ms);
    ask(x, 30s, 30ms);
    CHECK(x.deaf());
  }
  SUBCASE("key frames that were not requested are no answers") {
    x.handle_keyframe(at(20s));
    x.handle_keyframe(at(30s));
    CHECK(x.deaf());
  }
}

TEST_CASE("a request that is wanted no more counts as neither") {
  rtp::keyframe_answers x{true};
  for (auto t : {0s, 10s, 20s, 30s}) {
    x.handle_request(at(t));
    x.cancel();
  }
  CHECK_FALSE(x.deaf());
  for (auto t : {40s, 41s, 42s})
    x.handle_request(at(t));
  REQUIRE(x.deaf());
  for (auto t : {50s, 60s, 70s}) {
    x.handle_request(at(t));
    x.cancel();
    x.handle_keyframe(at(t + 10ms));
  }
  CHECK(x.deaf());
}

TEST_CASE("a sender that takes no requests is deaf from the start") {
  CHECK(rtp::keyframe_answers{false}.deaf());
}
