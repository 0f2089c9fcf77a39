#include "actors/media/producer_shards.hpp"

#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// Stores the batches that it sends.
struct fake_producer {
  template <caf::message_priority Priority = caf::message_priority::normal>
  void send(const media_sink_actor& to, const media_arrived& x) {
    receivers.push_back(to);
    sent.push_back(x);
    urgent = Priority == caf::message_priority::high;
  }

  void send(const media_sink_actor&, const producer_paused&) {
    ++pauses;
  }

  std::vector<media_arrived> sent;
  std::vector<media_sink_actor> receivers; // of `sent`
  bool urgent = false;                     // the last one
  int pauses = 0;
};

rtp::media_batch one(bool keyframe) {
  rtp::media_packet x{rtp_builder{}.make()};
  x.keyframe = keyframe;
  return std::make_shared<const std::vector<rtp::media_packet>>(1, x);
}

/// A producer with two shards.
struct two_shards {
  two_shards() {
    for (const auto& x : {first, second})
      shards.add({media_sink_actor{}, x});
  }

  // Sends a batch; returns to how many shards.
  size_t send(rtp::media_kind kind, bool keyframe) {
    self.sent.clear();
    shards.send_media(&self, producer_key{3}, kind, one(keyframe));
    return self.sent.size();
  }

  static void fill(in_flight_gauge& gauge) {
    while (admit_batch(gauge, false))
      continue;
  }

  std::shared_ptr<in_flight_gauge> first =
      std::make_shared<in_flight_gauge>(max_waiting_batches);
  std::shared_ptr<in_flight_gauge> second =
      std::make_shared<in_flight_gauge>(max_waiting_batches);
  fake_producer self;
  producer_shards shards;
};

using rtp::media_kind;

} // namespace

TEST_CASE(
    "audio overtakes what waits in a shard's mailbox, and video does not") {
  two_shards at;
  CHECK(at.send(media_kind::audio, true) == 2);
  CHECK(at.self.urgent);
  CHECK(at.send(media_kind::video, true) == 2);
  CHECK_FALSE(at.self.urgent);
  CHECK(at.self.sent[0].gauge == at.first);
  CHECK(at.self.sent[1].gauge == at.second);
  CHECK(at.self.sent[0].producer == producer_key{3});
}

TEST_CASE("a shard that is behind gets no video but key frames") {
  two_shards at;
  two_shards::fill(*at.first);
  at.first->take_refused();
  CHECK(at.send(media_kind::video, false) == 1);
  CHECK(at.self.sent[0].gauge == at.second);
  CHECK(at.first->take_refused() == 1);
  CHECK(at.send(media_kind::video, true) == 2);
  CHECK(at.second->take_refused() == 0);
}

TEST_CASE("after a gap, the first batch that a shard is sent says so") {
  two_shards at;
  two_shards::fill(*at.first);
  at.shards.note_gap();
  CHECK(at.send(media_kind::audio, false) == 1);
  CHECK(at.self.sent[0].resumed);
  at.first->leave();
  CHECK(at.send(media_kind::audio, false) == 2);
  CHECK(at.self.sent[0].resumed);
  CHECK_FALSE(at.self.sent[1].resumed);
  at.first->leave();
  CHECK(at.send(media_kind::audio, false) == 2);
  CHECK_FALSE(at.self.sent[0].resumed);
}

TEST_CASE("a recorder is sent what is left out for the audience") {
  two_shards at;
  auto recorder =
      std::make_shared<in_flight_gauge>(max_waiting_recorded_batches);
  at.shards.send_left_out(&at.self, producer_key{3}, one(true));
  CHECK(at.self.sent.empty());
  at.shards.add({media_sink_actor{}, recorder, true});
  CHECK(at.shards.size() == 3);
  CHECK(at.shards.audience() == 2);
  at.shards.send_left_out(&at.self, producer_key{3}, one(true));
  REQUIRE(at.self.sent.size() == 1);
  CHECK(at.self.sent[0].gauge == recorder);
  CHECK(at.self.urgent);
  // To it, nothing is missing.
  at.shards.note_gap();
  CHECK(at.send(media_kind::audio, true) == 3);
  CHECK(at.self.sent[0].resumed);
  CHECK_FALSE(at.self.sent[2].resumed);
}

TEST_CASE("shards that wait for a key frame are sent it first") {
  actor_notes notes;
  actor_world world;
  std::vector<media_sink_actor> sinks;
  fake_producer self;
  producer_shards shards;
  for (int i = 0; i < 4; ++i) {
    sinks.push_back(spawn_sink(*world.system, notes));
    shards.add(
        {sinks.back(), std::make_shared<in_flight_gauge>(max_waiting_batches)});
  }
  auto order = [&](bool keyframe) {
    self.receivers.clear();
    shards.send_media(&self, producer_key{3}, media_kind::video, one(keyframe));
    return self.receivers;
  };
  using list = std::vector<media_sink_actor>;
  shards.note_waiting(sinks[1].address());
  shards.note_waiting(sinks[3].address());
  CHECK((order(false) == sinks));
  const list first{sinks[1], sinks[3], sinks[0], sinks[2]};
  CHECK((order(true) == first));
  // The rest of the key frame, and what follows, keeps the order.
  CHECK((order(true) == first));
  CHECK((order(false) == first));
  shards.note_waiting(sinks[2].address());
  CHECK((order(true) == list{sinks[2], sinks[1], sinks[3], sinks[0]}));
  for (const auto& x : sinks)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  world.run();
}

TEST_CASE("a shard that has ended is sent nothing") {
  actor_notes notes;
  actor_world world;
  auto sink = spawn_sink(*world.system, notes);
  auto other = spawn_sink(*world.system, notes);
  fake_producer self;
  producer_shards shards;
  for (const auto& x : {sink, other})
    shards.add({x, std::make_shared<in_flight_gauge>(max_waiting_batches)});
  shards.send(&self, producer_paused{});
  CHECK(self.pauses == 2);
  shards.remove(sink.address());
  shards.send(&self, producer_paused{});
  CHECK(self.pauses == 3);
  shards.send_media(&self, producer_key{3}, media_kind::audio, one(true));
  CHECK(self.sent.size() == 1);
  std::vector<media_sink_actor> left;
  shards.for_each([&](const auto& x) { left.push_back(x); });
  REQUIRE(left.size() == 1);
  CHECK(left[0] == other);
  for (const auto& x : {sink, other})
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  world.run();
}
