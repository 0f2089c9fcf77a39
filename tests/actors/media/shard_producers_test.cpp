#include "actors/media/shard_producers.hpp"

#include "tests/actors/support/media_scene.hpp"

#include <caf/scoped_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A shard's subscriptions, with a producer that records what it is asked for.
struct test_shard {
  ~test_shard() {
    caf::anon_send(producer, actors::close_producer{});
    world.run();
    notes.subscriptions.clear(); // which have handles of `self`
  }

  producer_key key() const {
    return producer_key{producer->id()};
  }

  std::shared_ptr<in_flight_gauge> subscribe() {
    producers.add(self.ptr(), producer);
    world.run();
    return notes.subscriptions.back().gauge;
  }

  template <class What>
  void pass_on(What what) {
    shard_event x{consumer_key{1}, key(), std::move(what)};
    producers.pass_on(self.ptr(), x);
    world.run();
  }

  bool expects(const std::shared_ptr<in_flight_gauge>& gauge) const {
    return producers.expects(media_arrived{key(), {}, false, gauge});
  }

  actor_notes notes;
  actor_world world;
  producer_actor producer = spawn_fake_producer(*world.system, notes);
  caf::scoped_actor self{*world.system};
  shard_producers producers;
};

} // namespace

TEST_CASE("a shard's requests reach the producer that they concern") {
  test_shard at;
  at.subscribe();
  CHECK(at.notes.subscriptions.size() == 1);
  at.pass_on(layers_wanted{uint8_t{1}});
  at.pass_on(consumer_loss{40});
  at.pass_on(packets_missing{});
  at.pass_on(rtp::keyframe_wanted{2});
  at.pass_on(rtp::keyframe_wanted{1, true});
  REQUIRE(at.notes.wanted.size() == 1);
  CHECK(at.notes.wanted[0] == uint8_t{1});
  REQUIRE(at.notes.losses.size() == 1);
  CHECK(int{at.notes.losses[0]} == 40);
  CHECK(at.notes.restores == 1);
  REQUIRE(at.notes.keyframes.size() == 2);
  CHECK_FALSE(at.notes.keyframes[0].start);
  CHECK(int{at.notes.keyframes[0].encoding} == 2);
  CHECK(at.notes.keyframes[1].start);
  CHECK(int{at.notes.keyframes[1].encoding} == 1);
}

TEST_CASE("a shard asks nothing of a producer to which it has no consumer") {
  test_shard at;
  at.pass_on(consumer_loss{40});
  at.subscribe();
  at.producers.remove(at.self.ptr(), at.key());
  at.pass_on(consumer_loss{40});
  CHECK(at.notes.losses.empty());
}

TEST_CASE("a shard expects no batches of an earlier subscription") {
  test_shard at;
  auto first = at.subscribe();
  CHECK(at.expects(first));
  at.producers.remove(at.self.ptr(), at.key());
  CHECK_FALSE(at.expects(first));
  auto second = at.subscribe();
  CHECK_FALSE(at.expects(first));
  CHECK(at.expects(second));
}

TEST_CASE("a shard is sent the loudest speakers only, or everything") {
  test_shard at;
  CHECK_FALSE(at.subscribe() == nullptr);
  CHECK_FALSE(at.notes.subscriptions.back().everything);
  at.producers.add(at.self.ptr(), at.producer, true);
  at.world.run();
  CHECK(at.notes.subscriptions.back().everything);
}
