#include "actors/base/actor_timer.hpp"

#include <doctest/doctest.h>

#include <deque>

using std::chrono::milliseconds;
using troupe::actors::actor_timer;
using troupe::net::time_point;

namespace {

struct tick {};

/// An actor's clock and delayed messages, in virtual time.
struct fake_self {
  struct clock_type {
    const time_point* at;

    time_point now() const {
      return *at;
    }
  };

  clock_type clock() const {
    return {&now};
  }

  void delayed_send(fake_self*, troupe::net::duration delay, tick) {
    under_way.push_back(now + delay);
    ++sent;
  }

  // Delivers the earliest tick.
  bool advance() {
    if (under_way.empty())
      return false;
    auto i = std::ranges::min_element(under_way);
    now = *i;
    under_way.erase(i);
    return true;
  }

  time_point now{std::chrono::hours{1}};
  std::deque<time_point> under_way;
  int sent = 0;
};

} // namespace

TEST_CASE("a timer requests a tick only if none or a later one is pending") {
  fake_self self;
  actor_timer slot;
  slot.arm(&self, std::nullopt, tick{});
  CHECK(self.sent == 0);
  slot.arm(&self, self.now + milliseconds{100}, tick{});
  slot.arm(&self, self.now + milliseconds{100}, tick{});
  slot.arm(&self, self.now + milliseconds{200}, tick{});
  slot.arm(&self, std::nullopt, tick{});
  CHECK(self.sent == 1);
  slot.arm(&self, self.now + milliseconds{20}, tick{});
  CHECK(self.sent == 2);
}

TEST_CASE("ticks are at least 5 ms apart") {
  fake_self self;
  actor_timer slot;
  slot.arm(&self, self.now - milliseconds{50}, tick{});
  REQUIRE(self.under_way.size() == 1);
  CHECK(self.under_way[0] == self.now + milliseconds{5});
  slot.arm(&self, self.now + milliseconds{1}, tick{});
  CHECK(self.sent == 1);
}

TEST_CASE("a far deadline is reached by ticks that keep no actor for long") {
  fake_self self;
  actor_timer slot;
  auto deadline = self.now + std::chrono::minutes{90};
  slot.arm(&self, deadline, tick{});
  int ticks = 0;
  while (self.now < deadline) {
    REQUIRE(self.under_way.size() == 1);
    CHECK(self.under_way[0] - self.now <= actor_timer::longest);
    REQUIRE(self.advance());
    slot.fired(self.now);
    ++ticks;
    if (self.now < deadline)
      slot.arm(&self, deadline, tick{});
  }
  CHECK(self.now == deadline);
  CHECK(ticks == 90);
}

TEST_CASE("earlier deadlines leave no chains of ticks behind") {
  fake_self self;
  actor_timer slot;
  // An engine that reports each second, and sometimes needs a call after 20 ms.
  auto report = self.now + milliseconds{1000};
  std::optional<time_point> nack;
  auto arm = [&] {
    slot.arm(&self, nack ? std::min(*nack, report) : report, tick{});
  };
  arm();
  size_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(self.advance());
    slot.fired(self.now);
    if (self.now >= report)
      report = self.now + milliseconds{1000};
    if (nack && self.now >= *nack)
      nack.reset();
    arm();
    if (i % 3 == 0) {
      nack = self.now + milliseconds{20};
      arm();
    }
    most = std::max(most, self.under_way.size());
  }
  CHECK(most < 60); // no more than the short deadlines of one second
  // After the last short deadline one chain remains.
  nack.reset();
  for (int i = 0; i < 100; ++i) {
    REQUIRE(self.advance());
    slot.fired(self.now);
    if (self.now >= report)
      report = self.now + milliseconds{1000};
    arm();
  }
  CHECK(self.under_way.size() == 1);
}

TEST_CASE("a tick is late by at most the timer's granularity") {
  fake_self self;
  actor_timer slot;
  uint32_t random = 1;
  auto deadline = self.now;
  for (int i = 0; i < 5000; ++i) {
    random = random * 1664525 + 1013904223;
    deadline = self.now + milliseconds{random >> 25};
    slot.arm(&self, deadline, tick{});
    do {
      REQUIRE(self.advance());
      slot.fired(self.now);
      slot.arm(&self, deadline, tick{});
    } while (self.now < deadline);
    CHECK(self.now <= deadline + milliseconds{10});
  }
}

TEST_CASE("a tick says how late it is, if it is the pending one") {
  fake_self self;
  actor_timer slot;
  CHECK(slot.fired(self.now) == milliseconds{0});
  slot.arm(&self, self.now + milliseconds{100}, tick{});
  CHECK(slot.fired(self.now + milliseconds{99}) == milliseconds{0});
  CHECK(slot.fired(self.now + milliseconds{130}) == milliseconds{30});
  CHECK(slot.fired(self.now + milliseconds{140}) == milliseconds{0});
}
