#include "actors/media/shard_counters.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

sender_totals packets(uint64_t n) {
  sender_totals out;
  out.packets = n;
  return out;
}

struct scene {
  scene() {
    counts.begin(*board, 7);
  }

  load_reading load() {
    return board->gauges().take();
  }

  std::unique_ptr<overload_state_board> board =
      std::make_unique<overload_state_board>();
  shard_counters counts;
};

} // namespace

TEST_CASE("a flush that was put off on purpose does not count as late") {
  scene at;
  at.counts.note_flush(15ms, 0ms);
  CHECK(at.load().delay == 16ms);
  at.counts.note_flush(15ms, 12ms);
  CHECK(at.load().delay == 0ms);
  at.counts.note_flush(0ms, 12ms);
  CHECK(at.load().delay == 0ms);
}

TEST_CASE("batches that a producer dropped count as lost by overload") {
  scene at;
  at.counts.note_batch(0);
  at.counts.note_batch(5);
  at.counts.note_batch(2);
  CHECK(at.load().dropped == 7);
  CHECK(at.board->counters().batches_refused.load() == 7);
}

TEST_CASE("the number of consumers that overload limits is the latest one") {
  scene at;
  shard_counters other;
  other.begin(*at.board, 8);
  at.counts.note_limited(3);
  other.note_limited(2);
  CHECK(at.load().limited_consumers == 5);
  at.counts.note_limited(1);
  CHECK(at.load().limited_consumers == 3);
  at.counts.note_limited(0);
  CHECK(at.load().limited_consumers == 2);
}

TEST_CASE("the batches between two flushes waited together") {
  scene at;
  auto most = [&] {
    return at.board->counters()
        .mailboxes[static_cast<size_t>(mailbox_owner::shard)]
        .read(start);
  };
  for (int i = 0; i < 3; ++i)
    at.counts.note_batch(0);
  at.counts.note_flush(0ms, 0ms);
  CHECK(most() == 3);
  for (int i = 0; i < 2; ++i)
    at.counts.note_batch(0);
  at.counts.note_flush(0ms, 0ms);
  CHECK(most() == 3);
}

TEST_CASE("a shard publishes the increase of its totals once a second") {
  scene at;
  CHECK(at.counts.publish_due(start));
  at.counts.publish(packets(10), start);
  CHECK_FALSE(at.counts.publish_due(start + 999ms));
  CHECK(at.counts.publish_due(start + 1s));
  at.counts.publish(packets(15), start + 1s);
  CHECK(at.board->counters().consumers.sum().packets == 15);
  CHECK_FALSE(at.counts.publish_due(start + 1s));
}
