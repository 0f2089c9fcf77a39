#include "actors/media/shard_schedule.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

using moments = std::vector<net::time_point>;

/// A shard's clock, its mailbox, and its messages to itself, in virtual time.
struct fake_shard {
  struct clock_type {
    net::time_point at;

    net::time_point now() const {
      return at;
    }
  };

  struct mailbox_type {
    bool has_messages;

    bool empty() const {
      return !has_messages;
    }
  };

  clock_type clock() const {
    return {now};
  }

  mailbox_type mailbox() const {
    return {busy};
  }

  void send(fake_shard*, shard_flush) {
    ++flush_messages;
  }

  void delayed_send(fake_shard*, net::duration delay, shard_flush) {
    flush_ticks.push_back(now + delay);
  }

  void delayed_send(fake_shard*, net::duration delay, shard_tick) {
    ticks.push_back(now + delay);
  }

  void delayed_send(fake_shard*, net::duration delay, pacing_tick) {
    pacing_ticks.push_back(now + delay);
  }

  net::time_point now = start;
  bool busy = false; // its mailbox has messages
  int flush_messages = 0;
  moments flush_ticks;
  moments ticks;
  moments pacing_ticks;
};

struct scene {
  // Something is ready; whether it is sent.
  bool flushes(net::duration window = {}) {
    if (!schedule.flush_now(&self, window))
      return false;
    flush(window);
    return true;
  }

  void flush(net::duration window) {
    deferred = schedule.begin_flush(window, self.now);
  }

  void handle_message(net::duration window = {}) {
    schedule.handle_flush(self.now);
    flush(window);
  }

  fake_shard self;
  shard_schedule schedule;
  net::duration deferred{}; // the last flush
};

constexpr auto ten_ms = 10ms;

} // namespace

TEST_CASE("a shard with an empty mailbox flushes at once") {
  scene at;
  CHECK(at.flushes());
  CHECK(at.flushes());
  CHECK(at.deferred == 0ms);
  CHECK(at.self.flush_messages == 0);
  CHECK(at.self.flush_ticks.empty());
}

TEST_CASE("a flush waits for the messages in the mailbox, by one message") {
  scene at;
  at.self.busy = true;
  CHECK_FALSE(at.flushes());
  CHECK_FALSE(at.flushes());
  CHECK(at.self.flush_messages == 1);
  at.handle_message();
  CHECK(at.deferred == 0ms);
  CHECK_FALSE(at.flushes());
  CHECK(at.self.flush_messages == 2);
}

TEST_CASE("while the CPU is short, flushes are a window apart") {
  scene at;
  CHECK(at.flushes(ten_ms));
  at.self.now += 4ms;
  at.self.busy = true;
  CHECK_FALSE(at.flushes(ten_ms));
  at.self.now += 5ms;
  CHECK_FALSE(at.flushes(ten_ms));
  // Nothing was requested but one tick, for when no media comes.
  CHECK(at.self.flush_messages == 0);
  CHECK(at.self.flush_ticks == moments{start + 10ms});
  at.self.now = start + ten_ms;
  at.self.busy = false;
  CHECK(at.flushes(ten_ms));
  CHECK(at.deferred == 6ms);
  at.self.now += ten_ms;
  CHECK(at.flushes(ten_ms));
  CHECK(at.deferred == 0ms);
}

TEST_CASE("a deferred flush comes by a timer where no media triggers it") {
  scene at;
  CHECK(at.flushes(ten_ms));
  at.self.now += 1ms;
  CHECK_FALSE(at.flushes(ten_ms));
  REQUIRE(at.self.flush_ticks == moments{start + 10ms});
  at.self.now = start + 21ms;
  at.handle_message(ten_ms);
  // The timer was later than the window: that part is a delay.
  CHECK(at.deferred == ten_ms);
  at.self.now += 1ms;
  CHECK_FALSE(at.flushes(ten_ms));
  CHECK(at.self.flush_ticks == moments{start + 10ms, start + 31ms});
}

TEST_CASE("a flush by a message leaves the pending timer of a deferred one") {
  scene at;
  CHECK(at.flushes(ten_ms));
  at.self.now += 1ms;
  CHECK_FALSE(at.flushes(ten_ms));
  at.self.now += 1ms;
  at.handle_message(ten_ms);
  CHECK(at.deferred == 1ms);
  at.self.now += 1ms;
  CHECK_FALSE(at.flushes(ten_ms));
  CHECK(at.self.flush_ticks == moments{start + 10ms});
}

TEST_CASE("a timer that a flush has overtaken ends no wait early") {
  scene at;
  CHECK(at.flushes(ten_ms));
  at.self.now += 9ms;
  CHECK_FALSE(at.flushes(ten_ms));
  at.self.now = start + ten_ms;
  CHECK(at.flushes(ten_ms)); // by media, just before the timer
  at.self.now += 1ms;
  at.schedule.handle_flush(at.self.now);
  CHECK(at.schedule.defers(&at.self, ten_ms));
  CHECK(at.self.flush_ticks.back() == start + 20ms);
}

TEST_CASE("a deferred flush goes at once when there is CPU time again") {
  scene at;
  CHECK(at.flushes(ten_ms));
  at.self.now += 1ms;
  CHECK_FALSE(at.flushes(ten_ms));
  at.self.now += 1ms;
  CHECK(at.flushes());
  CHECK(at.deferred == 0ms);
}

TEST_CASE("a flush that is wanted later comes by one message") {
  scene at;
  at.schedule.flush_later(&at.self);
  at.schedule.flush_later(&at.self);
  CHECK(at.self.flush_messages == 1);
  at.handle_message();
  at.schedule.flush_later(&at.self);
  CHECK(at.self.flush_messages == 2);
}

TEST_CASE("ticks for forwarders are 40 ms apart, and those for pacing 5 ms") {
  scene at;
  at.schedule.arm(&at.self, std::nullopt);
  at.schedule.arm_pacing(&at.self, std::nullopt);
  CHECK(at.self.ticks.empty());
  CHECK(at.self.pacing_ticks.empty());
  at.schedule.arm(&at.self, start + 1ms);
  at.schedule.arm(&at.self, start + 50ms);
  at.schedule.arm_pacing(&at.self, start + 1ms);
  at.schedule.arm_pacing(&at.self, start + 7ms);
  CHECK(at.self.ticks == moments{start + 40ms});
  CHECK(at.self.pacing_ticks == moments{start + 5ms});
  at.self.now = start + 5ms;
  at.schedule.handle_pacing(at.self.now);
  at.schedule.arm_pacing(&at.self, start + 20ms);
  CHECK(at.self.pacing_ticks == moments{start + 5ms, start + 20ms});
  at.self.now = start + 40ms;
  at.schedule.handle_tick(at.self.now);
  at.schedule.arm(&at.self, start + 50ms);
  CHECK(at.self.ticks == moments{start + 40ms, start + 80ms});
}

TEST_CASE("a flush handles forwarders' timers that are 20 ms late") {
  CHECK_FALSE(shard_schedule::overdue(std::nullopt, start));
  CHECK_FALSE(shard_schedule::overdue(start + 1ms, start));
  CHECK_FALSE(shard_schedule::overdue(start, start + 19ms));
  CHECK(shard_schedule::overdue(start, start + 20ms));
}
