#include "actors/io/consent_watch.hpp"

#include "tests/support/ice_check.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe;
using namespace std::chrono_literals;
using actors::consent_watch;

namespace {

constexpr net::time_point start{1000s};

struct scene {
  // A transport whose last check came at `start`.
  std::shared_ptr<net::ice_check_responder> add(net::duration timeout) {
    auto out = std::make_shared<net::ice_check_responder>(
        credentials, test::make_tuple(1), start);
    watch.add({out, {}, timeout});
    return out;
  }

  void check(net::ice_check_responder& x, net::time_point now) const {
    std::array<uint8_t, net::ice_check_responder::max_size> room;
    REQUIRE(x.answer(test::ice_check::to(credentials).build(),
                     test::make_tuple(1), now, room));
  }

  // How many transports are named at this time.
  int ended(net::time_point now) {
    int out = 0;
    while (watch.poll_ended(now))
      ++out;
    return out;
  }

  net::ice_credentials credentials{"ours", "password"};
  consent_watch watch;
};

} // namespace

TEST_CASE_FIXTURE(scene,
                  "a transport is named when its last check is too old") {
  auto x = add(30s);
  CHECK(ended(start + 30s - 1ms) == 0);
  check(*x, start + 20s);
  CHECK(ended(start + 30s) == 0);
  CHECK(ended(start + 50s - 1ms) == 0);
  CHECK(ended(start + 50s) == 1);
}

TEST_CASE_FIXTURE(scene, "a transport is named again until it answers") {
  auto x = add(30s);
  CHECK(ended(start + 30s) == 1);
  CHECK(ended(start + 30s) == 0);
  CHECK(ended(start + 30s + consent_watch::retry) == 1);
  check(*x, start + 32s);
  CHECK(ended(start + 60s) == 0);
  CHECK(ended(start + 62s) == 1);
}

TEST_CASE_FIXTURE(scene, "a revoked responder is forgotten") {
  auto x = add(30s);
  auto other = add(30s);
  CHECK(watch.size() == 2);
  x->revoke();
  CHECK(ended(start + 30s) == 1);
  CHECK(watch.size() == 1);
}

TEST_CASE_FIXTURE(scene, "consent that never ends is not watched") {
  add(0s);
  CHECK(watch.size() == 0);
}

TEST_CASE_FIXTURE(scene, "transports are named in the order of their ends") {
  add(30s);
  add(10s);
  add(20s);
  CHECK(ended(start + 10s) == 1);
  CHECK(ended(start + 10s + 1ms) == 0);
}
