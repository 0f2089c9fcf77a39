#include "actors/media/shard_consumers.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// Counts the events that it sends.
struct fake_shard {
  template <class Event>
  void send(const consumer_events_actor&, const Event&) {
    ++sent;
  }

  int sent = 0;
};

} // namespace

TEST_CASE("a consumer gets events until it is removed") {
  fake_shard self;
  shard_consumers consumers;
  consumers.add(consumer_key{1}, {});
  consumers.add(consumer_key{2}, {});
  consumers.send(&self, consumer_key{1}, producer_paused{});
  consumers.send(&self, consumer_key{3}, producer_paused{});
  CHECK(self.sent == 1);
  consumers.remove(consumer_key{1});
  consumers.send(&self, consumer_key{1}, producer_paused{});
  CHECK(self.sent == 1);
  consumers.send(&self, consumer_key{2}, producer_score_changed{});
  CHECK(self.sent == 2);
}
