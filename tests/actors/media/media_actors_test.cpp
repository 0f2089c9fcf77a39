#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

TEST_CASE("each consumer gets each packet once, in a stream of its own") {
  scene at;
  for (uint16_t port = 1; port <= 3; ++port)
    at.add_consumer(port);
  at.feed(1);
  at.feed(8);
  at.feed(3);
  for (uint16_t port = 1; port <= 3; ++port) {
    CHECK(at.packets(port) == 12);
    CHECK(gapless(at.sequence_numbers(port)));
  }
}

TEST_CASE("batches that wait in the mailbox are sent together") {
  scene at;
  for (uint16_t port = 1; port <= 3; ++port)
    at.add_consumer(port);
  auto before = at.sent.calls;
  for (int i = 0; i < 5; ++i)
    caf::anon_send(at.producer,
                   burst_of(at.next++, 1, at.world.scheduler().clock().now()));
  at.world.run();
  CHECK(at.sent.calls == before + 1);
  for (uint16_t port = 1; port <= 3; ++port)
    CHECK(at.packets(port) == 5);
}

TEST_CASE("packets are lost only while the transport has no network path") {
  scene at;
  at.consumers.push_back(
      spawn_consumer(*at.world.system,
                     {consumer_id{"c"}, producer_id{"p"}, opus_to(1),
                      at.producer, transport_key{1}, at.shard, at.listener}));
  at.world.run();
  at.feed(3);
  CHECK(at.packets(1) == 0);
  at.connect(1);
  at.feed(2);
  CHECK(at.packets(1) == 2);
  caf::anon_send(at.shard, set_transport_path{transport_key{1}, {}});
  at.world.run();
  at.feed(2);
  CHECK(at.packets(1) == 2);
  caf::anon_send(at.shard, set_transport_path{transport_key{1}, to_port(2)});
  at.world.run();
  at.feed(4);
  CHECK(at.packets(2) == 4);
  caf::anon_send(at.shard, remove_transport{transport_key{1}});
  at.world.run();
  at.feed(1);
  CHECK(at.packets(2) == 4);
}

TEST_CASE("a pause of the producer stops the media and leaves no gap") {
  actor_notes to, late;
  scene at;
  at.add_consumer(1, &to);
  at.feed(5);
  caf::anon_send(at.producer, actors::pause_producer{});
  at.world.run();
  CHECK(to.consumer_pauses == std::vector{true});
  at.feed(7);
  CHECK(at.packets(1) == 5);
  at.add_consumer(2, &late);
  CHECK(late.consumer_pauses == std::vector{true}); // sent when it began
  caf::anon_send(at.producer, actors::resume_producer{});
  caf::anon_send(at.producer, actors::resume_producer{});
  at.world.run();
  CHECK(to.consumer_pauses == std::vector{true, false});
  at.feed(5);
  CHECK(at.packets(1) == 10);
  CHECK(at.packets(2) == 5);
  CHECK(gapless(at.sequence_numbers(1)));
}

TEST_CASE("a consumer created with an outdated producer pause is resumed") {
  for (bool first : {true, false}) {
    CAPTURE(first);
    actor_notes to;
    scene at;
    if (!first)
      at.add_consumer(1);
    auto config = opus_to(2);
    config.producer_paused = true; // but the producer has resumed since
    at.add(2, config, at.producer, &to);
    CHECK(to.consumer_pauses == std::vector{false});
    at.feed(3);
    CHECK(at.packets(2) == 3);
  }
}

TEST_CASE("a pause of a consumer affects no other and leaves no gap") {
  scene at;
  auto consumer = at.add_consumer(1);
  at.add_consumer(2);
  at.feed(5);
  caf::anon_send(consumer, control_stream{actors::pause_consumer{}});
  at.world.run();
  at.feed(5);
  caf::anon_send(consumer, control_stream{actors::resume_consumer{}});
  at.world.run();
  at.feed(5);
  CHECK(at.packets(1) == 10);
  CHECK(at.packets(2) == 15);
  CHECK(gapless(at.sequence_numbers(1)));
}

TEST_CASE("a fence is answered when the shard has handled a pause") {
  actor_notes from_producer, notes;
  shard_scene at{notes};
  auto producer = spawn_fake_producer(*at.world.system, from_producer);
  auto consumer = at.add(1, opus_to(1), producer);
  caf::scoped_actor self{*at.world.system};
  caf::anon_send(consumer, control_stream{actors::pause_consumer{}});
  auto answer = self->request(consumer, caf::infinite, fence{});
  auto& scheduler = at.world.scheduler();
  size_t handled = 0; // by the shard, one message each time that it runs
  while (!self->has_next_message()) {
    REQUIRE(scheduler.has_job());
    handled +=
        scheduler.next_job<caf::scheduled_actor>().id() == at.shard->id();
    scheduler.run_once();
  }
  answer.receive([](const done&) {},
                 [](const caf::error&) { FAIL("no answer"); });
  CHECK(handled == 2); // the pause and the fence
  caf::anon_send(producer, close_producer{});
  at.world.run();
}

TEST_CASE("a consumer ends with its producer and notifies its peer") {
  scene at;
  at.add_consumer(1);
  caf::anon_send(at.producer, close_producer{});
  at.world.run();
  REQUIRE(at.notes.ended.size() == 1);
  CHECK(at.notes.ended[0].consumer == consumer_id{"c"});
  CHECK(at.notes.ended[0].producer == producer_id{"p"});
}

TEST_CASE("a consumer of a producer that has ended ends at once") {
  scene at;
  caf::anon_send(at.producer, close_producer{});
  at.world.run();
  at.add_consumer(1);
  CHECK(at.notes.ended.size() == 1);
}

TEST_CASE("a consumer that ends is removed, and the last one unsubscribes") {
  scene at;
  auto one = at.add_consumer(1);
  auto two = at.add_consumer(2);
  at.feed(1);
  caf::anon_send(one, control_stream{close_consumer{}});
  at.world.run();
  at.feed(3);
  CHECK(at.packets(1) == 1);
  CHECK(at.packets(2) == 4);
  caf::anon_send(two, control_stream{close_consumer{}});
  at.world.run();
  at.feed(3);
  CHECK(at.packets(2) == 4);
  CHECK(at.notes.ended.empty()); // requested by their peers
  at.add_consumer(3);
  at.feed(2);
  CHECK(at.packets(3) == 2);
}

TEST_CASE("a batch of an earlier subscription does not silence the next one") {
  actor_notes from_producer, notes;
  shard_scene at{notes};
  auto& world = at.world;
  auto producer = spawn_fake_producer(*world.system, from_producer);
  auto add = [&] {
    return spawn_consumer(*world.system,
                          {consumer_id{"c"}, producer_id{"p"}, opus_to(1),
                           producer, transport_key{1}, at.shard, at.listener});
  };
  auto send = [&](const std::shared_ptr<in_flight_gauge>& gauge,
                  uint16_t number) {
    if (!admit_batch(*gauge, false))
      return false;
    rtp::media_packet x{
        burst_of(number, 1, world.scheduler().clock().now())->front()};
    x.sequence = 65536 + number;
    x.timestamp = number * 960;
    caf::anon_send(
        at.shard,
        media_arrived{
            producer_key{producer->id()},
            std::make_shared<const std::vector<rtp::media_packet>>(1, x), false,
            gauge});
    return true;
  };
  auto first = add();
  world.run();
  at.connect(1);
  auto old = from_producer.subscriptions.at(0).gauge;
  // The last consumer ends and another begins while a batch is under way.
  caf::anon_send(first, control_stream{close_consumer{}});
  world.run();
  at.consumers.push_back(add());
  world.run();
  auto fresh = from_producer.subscriptions.at(1).gauge;
  REQUIRE(fresh != old);
  REQUIRE(send(old, 1));
  world.run();
  CHECK(at.packets(1) == 0); // sent before the consumer began
  for (uint16_t i = 0; i < 200; ++i) {
    CHECK(send(fresh, static_cast<uint16_t>(100 + i)));
    world.run();
  }
  CHECK(at.packets(1) == 200);
  CHECK(gapless(at.sequence_numbers(1)));
  // The old gauge was released as well.
  for (uint32_t i = 0; i < max_waiting_batches; ++i)
    CHECK(admit_batch(*old, false));
  caf::anon_send(producer, close_producer{});
  world.run();
}

TEST_CASE("a shard ends with its room") {
  actor_world world;
  actor_notes to;
  sent_packets sent;
  auto owner = spawn_rtcp_sender(*world.system, to);
  auto before = world.live();
  auto shard = spawn_shard(*world.system, {&sent},
                           std::make_shared<speech_ranking>(), owner.address());
  world.run();
  CHECK(world.live() == before + 1);
  caf::anon_send_exit(owner, caf::exit_reason::user_shutdown);
  world.run();
  CHECK(world.live() == before - 1);
}

TEST_CASE("a request for a layer that does not exist selects one that does") {
  scene at;
  auto consumer = at.add_consumer(1);
  for (int layer : {5, -1, 256}) {
    CAPTURE(layer);
    caf::anon_send(consumer, control_stream{actors::pause_consumer{}});
    caf::anon_send(consumer,
                   control_stream{protocol::verb::set_preferred_layers{
                       {}, layer, std::nullopt}});
    caf::anon_send(consumer, control_stream{actors::resume_consumer{}});
    at.world.run();
    auto before = at.packets(1);
    at.feed(1);
    CHECK(at.packets(1) == before + 1);
  }
}

TEST_CASE("a shard that falls behind gets no more than its gauge admits") {
  actor_notes slow;
  scene at;
  auto gauge = std::make_shared<in_flight_gauge>(max_waiting_batches);
  auto sink = spawn_sink(*at.world.system, slow); // never releases the gauge
  caf::anon_send(at.producer, subscribe{sink, gauge});
  at.add_consumer(1);
  // Audio counts as key frames: twice the limit.
  for (uint32_t i = 0; i < 3 * max_waiting_batches; ++i)
    at.feed(1);
  CHECK(slow.media.size() == size_t{2 * max_waiting_batches});
  CHECK(gauge->take_refused() == size_t{max_waiting_batches});
  CHECK(at.packets(1) == size_t{3 * max_waiting_batches}); // others unaffected
  caf::anon_send(at.producer, unsubscribe{sink});
  gauge->leave();
  at.feed(1);
  CHECK(slow.media.size() == size_t{2 * max_waiting_batches});
}

TEST_CASE("after refused batches video continues with a key frame") {
  actor_notes to;
  shard_scene at{to};
  auto& world = at.world;
  auto producer = spawn_fake_producer(*world.system, to);
  auto config = opus_to(9);
  config.kind = rtp::media_kind::video;
  config.clock_rate = 90000;
  config.feedback.pli = true;
  at.add(1, config, producer);
  REQUIRE(to.subscriptions.size() == 1);
  auto gauge = to.subscriptions[0].gauge;
  auto frame = [&](int64_t sequence, bool key) {
    rtp::media_packet x{burst_of(static_cast<uint16_t>(sequence), 1,
                                 world.scheduler().clock().now())
                            ->front()};
    x.sequence = sequence;
    x.timestamp = sequence * 3000;
    x.keyframe = key;
    x.start_of_frame = true;
    return std::make_shared<const std::vector<rtp::media_packet>>(1, x);
  };
  auto deliver = [&](rtp::media_batch batch) {
    caf::anon_send(at.shard, media_arrived{producer_key{producer->id()}, batch,
                                           false, gauge});
    world.run();
  };
  REQUIRE(admit_batch(*gauge, true));
  deliver(frame(65537, true));
  REQUIRE(admit_batch(*gauge, false));
  deliver(frame(65538, false));
  CHECK(at.packets(1) == 2);
  world.pass(std::chrono::seconds{2}); // after any initial request
  to.keyframes.clear();
  // Batches are refused; then one is admitted again.
  while (admit_batch(*gauge, false))
    continue;
  for (uint32_t i = 1; i < max_waiting_batches; ++i)
    gauge->leave();
  deliver(frame(65560, false));
  CHECK_FALSE(to.keyframes.empty());
  CHECK(at.packets(1) == 2); // not decodable
  REQUIRE(admit_batch(*gauge, true));
  deliver(frame(65561, true));
  CHECK(at.packets(1) == 3);
  CHECK(gapless(at.sequence_numbers(1)));
  caf::anon_send(producer, close_producer{});
  world.run();
}

TEST_CASE("reports are sent as time passes, and ticks do not multiply") {
  scene at;
  at.add_consumer(1);
  for (int i = 0; i < 500; ++i) {
    at.feed(1);
    at.world.pass(std::chrono::milliseconds{20});
  }
  // Ten seconds: about one report each, drawn from 0.5 to 1.5 s.
  CHECK(at.from_producer.rtcp.size() >= 6);
  CHECK(at.from_producer.rtcp.size() <= 21);
  CHECK(at.sent.by_port[1].rtcp.size() <= 21);
}

namespace {

const octets vp8_key{0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0, 7};
const octets vp8_delta{0x10, 1, 0, 0, 7};

/// A producer of VP8 at ten frames a second, one packet each.
struct vp8_source {
  vp8_source(actor_world& x, actor_notes& transport) : world(x) {
    auto config = opus();
    config.kind = rtp::media_kind::video;
    config.codec = rtp::codec::vp8;
    config.clock_rate = 90000;
    config.feedback.pli = true;
    producer = spawn_producer(*world.system,
                              {producer_id{"p"}, config,
                               spawn_rtcp_sender(*world.system, transport)});
  }

  ~vp8_source() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  void feed(octets payload) {
    caf::anon_send(producer,
                   burst_of(next++, 1, world.scheduler().clock().now(),
                            std::move(payload)));
    world.run();
    world.pass(std::chrono::milliseconds{100});
  }

  /// How a consumer of it sends.
  static rtp::forwarder::config forwarded_as(uint32_t ssrc) {
    auto out = opus_to(ssrc);
    out.kind = rtp::media_kind::video;
    out.clock_rate = 90000;
    return out;
  }

  actor_world& world;
  producer_actor producer;
  uint16_t next = 65534; // wraps soon
};

} // namespace

TEST_CASE("a consumer after a key frame is sent that one and requests none") {
  actor_notes to, from_producer;
  shard_scene at{to};
  vp8_source source{at.world, from_producer};
  auto out = vp8_source::forwarded_as(9);
  at.add(1, out, source.producer);
  source.feed(vp8_key);
  for (int i = 0; i < 3; ++i)
    source.feed(vp8_delta);
  auto asked = from_producer.rtcp.size();
  at.add(2, out, source.producer);
  CHECK(at.packets(2) == 4); // at once
  source.feed(vp8_delta);
  CHECK(at.packets(1) == 5);
  CHECK(at.packets(2) == 5);
  CHECK(gapless(at.sequence_numbers(2)));
  CHECK(from_producer.rtcp.size() <= asked + 1); // at most a report
}

TEST_CASE("a consumer on a connected transport begins at once") {
  actor_notes to, from_producer;
  shard_scene at{to};
  vp8_source source{at.world, from_producer};
  auto out = vp8_source::forwarded_as(9);
  at.add(1, out, source.producer);
  source.feed(vp8_key);
  source.feed(vp8_delta);
  CHECK(at.packets(1) == 2);
  auto another = out;
  another.ssrc = rtp::ssrc{10};
  at.add(1, another, source.producer); // the same transport
  CHECK(at.packets(1) == 4);
}
