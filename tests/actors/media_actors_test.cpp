#include "actors/consumer_actor.hpp"
#include "actors/producer_actor.hpp"

#include "actor_world.hpp"
#include "tests/support/rtp_packets.hpp"

#include <caf/typed_event_based_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr uint32_t source_ssrc = 0x11223344;

/// What an actor that only listens has heard.
struct heard {
  std::vector<rtp::outgoing_batch> sent;
  std::vector<std::vector<uint8_t>> rtcp;
  std::vector<rtp::media_batch> media;
  std::vector<bool> pauses;
  std::vector<consumer_ended> ended;
  std::vector<bool> consumer_pauses;
  std::vector<rtp::keyframe_wanted> keyframes;
  std::vector<subscribe> subscriptions;
  int restores = 0;

  size_t packets() const {
    size_t out = 0;
    for (const auto& x : sent)
      out += x.packets.size();
    return out;
  }

  std::vector<uint16_t> sequence_numbers() const {
    std::vector<uint16_t> out;
    for (const auto& x : sent)
      for (const auto& y : x.packets)
        out.push_back(y.fields.sequence_number);
    return out;
  }
};

egress_actor spawn_egress(caf::actor_system& system, heard& to) {
  return system.spawn(
      [&to](egress_actor::pointer) -> egress_actor::behavior_type {
        return {
            [&to](const rtcp_to_send& x) { to.rtcp.push_back(x.packet); },
            [&to](rtp::outgoing_batch& x) { to.sent.push_back(std::move(x)); },
        };
      });
}

media_sink_actor spawn_sink(caf::actor_system& system, heard& to) {
  return system.spawn(
      [&to](media_sink_actor::pointer) -> media_sink_actor::behavior_type {
        return {
            [&to](const rtp::media_batch& x) { to.media.push_back(x); },
            [&to](const packets_restored&) { ++to.restores; },
            [&to](const packets_replayed& x) { to.media.push_back(x.packets); },
            [](const source_reported&) {},
            [&to](const producer_paused& x) { to.pauses.push_back(x.paused); },
            [](const producer_score_changed&) {},
        };
      });
}

consumer_listener_actor spawn_listener(caf::actor_system& system, heard& to) {
  using type = consumer_listener_actor;
  return system.spawn([&to](type::pointer) -> type::behavior_type {
    return {
        [&to](const consumer_ended& x) { to.ended.push_back(x); },
        [&to](const consumer_producer_paused& x) {
          to.consumer_pauses.push_back(x.paused);
        },
        [](const consumer_score_changed&) {},
    };
  });
}

/// A producer that only notes what its consumers want.
producer_actor spawn_fake_producer(caf::actor_system& system, heard& to) {
  using type = producer_actor;
  return system.spawn([&to](type::pointer self) -> type::behavior_type {
    return {
        [](const rtp::rtp_batch&) {},
        [](const rtp::sender_report_received&) {},
        [](const rtp::dlrr_received&) {},
        [](const rtp::bye_received&) {},
        [&to](const subscribe& x) { to.subscriptions.push_back(x); },
        [](const unsubscribe&) {},
        [&to](const restore_packets&) { ++to.restores; },
        [&to](const start_wanted& x) {
          to.keyframes.push_back({x.encoding, true});
        },
        [&to](const rtp::keyframe_wanted& x) { to.keyframes.push_back(x); },
        [](const actors::pause_producer&) {},
        [](const actors::resume_producer&) {},
        [self](const actors::close_producer&) { self->quit(); },
        [](const get_actor_stats&) { return protocol::reply::stats{}; },
        [](const producer_tick&) {},
    };
  });
}

rtp::rtp_batch burst_of(uint16_t first, size_t count, net::time_point now,
                        octets payload = {1, 2, 3, 4}) {
  std::vector<rtp::packet> out;
  for (size_t i = 0; i < count; ++i) {
    rtp_builder x;
    x.payload_type = 111;
    x.sequence_number = static_cast<uint16_t>(first + i);
    x.timestamp = x.sequence_number * 960u;
    x.ssrc = source_ssrc;
    x.payload = payload;
    out.push_back(x.make(now));
  }
  return std::make_shared<const std::vector<rtp::packet>>(std::move(out));
}

rtp::receiver::config opus() {
  rtp::receiver::config out;
  out.kind = rtp::media_kind::audio;
  out.codec = rtp::codec::opus;
  out.clock_rate = 48000;
  out.payload = rtp::payload_type{111};
  out.encodings = {{rtp::ssrc{source_ssrc}, {}, {}}};
  return out;
}

rtp::forwarder::config opus_to(uint32_t ssrc) {
  rtp::forwarder::config out;
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.ssrc = rtp::ssrc{ssrc};
  out.payload = rtp::payload_type{100};
  out.mid = "0";
  out.cname = "x";
  return out;
}

/// A real producer of Opus with any number of consumers on fake transports.
struct scene {
  scene() {
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, opus(),
                        caf::actor_cast<rtcp_sender_actor>(
                            spawn_egress(*world.system, from_producer))});
  }

  ~scene() {
    for (const auto& x : consumers)
      caf::anon_send(x, close_consumer{});
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  consumer_actor add_consumer(heard& to, uint32_t ssrc = 1) {
    consumers.push_back(spawn_consumer(
        *world.system,
        {consumer_id{"c"}, producer_id{"p"}, opus_to(ssrc), producer,
         spawn_egress(*world.system, to), spawn_listener(*world.system, to)}));
    world.run();
    caf::anon_send(consumers.back(), transport_writable{true});
    world.run();
    return consumers.back();
  }

  void feed(size_t count) {
    caf::anon_send(producer,
                   burst_of(next, count, world.scheduler().clock().now()));
    next = static_cast<uint16_t>(next + count);
    world.run();
  }

  actor_world world;
  heard from_producer;
  producer_actor producer;
  std::vector<consumer_actor> consumers;
  uint16_t next = 65530; // soon wraps
};

bool gapless(const std::vector<uint16_t>& numbers) {
  for (size_t i = 1; i < numbers.size(); ++i)
    if (static_cast<uint16_t>(numbers[i] - numbers[i - 1]) != 1)
      return false;
  return true;
}

} // namespace

TEST_CASE("each consumer gets each packet once, in a stream of its own") {
  scene at;
  heard to[3];
  for (uint32_t i = 0; i < 3; ++i)
    at.add_consumer(to[i], 100 + i);
  at.feed(1);
  at.feed(8);
  at.feed(3);
  for (uint32_t i = 0; i < 3; ++i) {
    CHECK(to[i].packets() == 12);
    CHECK(gapless(to[i].sequence_numbers()));
  }
}

TEST_CASE("a pause of the producer stops the media and leaves no gap") {
  scene at;
  heard to;
  at.add_consumer(to);
  at.feed(5);
  caf::anon_send(at.producer, actors::pause_producer{});
  at.world.run();
  CHECK(to.consumer_pauses == std::vector{true});
  at.feed(7);
  CHECK(to.packets() == 5);
  heard late;
  at.add_consumer(late, 2);
  CHECK(late.consumer_pauses == std::vector{true}); // told when it came
  caf::anon_send(at.producer, actors::resume_producer{});
  caf::anon_send(at.producer, actors::resume_producer{});
  at.world.run();
  CHECK(to.consumer_pauses == std::vector{true, false});
  at.feed(5);
  CHECK(to.packets() == 10);
  CHECK(late.packets() == 5);
  CHECK(gapless(to.sequence_numbers()));
}

TEST_CASE("a pause of the consumer concerns it alone and leaves no gap") {
  scene at;
  heard to, other;
  auto consumer = at.add_consumer(to);
  at.add_consumer(other, 2);
  at.feed(5);
  caf::anon_send(consumer, actors::pause_consumer{});
  at.world.run();
  at.feed(5);
  caf::anon_send(consumer, actors::resume_consumer{});
  at.world.run();
  at.feed(5);
  CHECK(to.packets() == 10);
  CHECK(other.packets() == 15);
  CHECK(gapless(to.sequence_numbers()));
}

TEST_CASE("a consumer ends with its producer and tells its peer") {
  scene at;
  heard to;
  at.add_consumer(to);
  auto before = at.world.live();
  caf::anon_send(at.producer, close_producer{});
  at.world.run();
  REQUIRE(to.ended.size() == 1);
  CHECK(to.ended[0].consumer == consumer_id{"c"});
  CHECK(to.ended[0].producer == producer_id{"p"});
  // Their fake transports and the listener have nobody left, either.
  at.consumers.clear();
  CHECK(at.world.live() <= before - 2);
}

TEST_CASE("a consumer of a producer that is gone already ends at once") {
  scene at;
  caf::anon_send(at.producer, close_producer{});
  at.world.run();
  heard to;
  at.add_consumer(to);
  CHECK(to.ended.size() == 1);
}

TEST_CASE("a consumer that ends is forgotten by its producer") {
  scene at;
  heard to;
  auto consumer = at.add_consumer(to);
  at.feed(1);
  caf::anon_send(consumer, close_consumer{});
  at.world.run();
  at.feed(3);
  CHECK(to.packets() == 1);
  CHECK(to.ended.empty()); // its peer asked for it
}

TEST_CASE("a wish for a layer that does not exist is cut to one that does") {
  scene at;
  heard to;
  auto consumer = at.add_consumer(to);
  for (int wish : {5, -1, 256}) {
    CAPTURE(wish);
    caf::anon_send(consumer, actors::pause_consumer{});
    caf::anon_send(consumer, set_consumer_layers{wish, std::nullopt});
    caf::anon_send(consumer, actors::resume_consumer{});
    at.world.run();
    auto before = to.packets();
    at.feed(1);
    CHECK(to.packets() == before + 1);
  }
}

TEST_CASE("a consumer that does not keep up gets no more than the gauge") {
  scene at;
  heard slow, fast;
  auto gauge = std::make_shared<flow_gauge>();
  auto sink = spawn_sink(*at.world.system, slow); // never leaves the gauge
  caf::anon_send(at.producer, subscribe{sink, gauge});
  at.add_consumer(fast);
  // All audio counts as key frames: twice the limit.
  for (uint32_t i = 0; i < 3 * flow_gauge::limit; ++i)
    at.feed(1);
  CHECK(slow.media.size() == 2 * flow_gauge::limit);
  CHECK(gauge->take_refused() == flow_gauge::limit);
  CHECK(fast.packets() == 3 * flow_gauge::limit); // nobody else suffers
  caf::anon_send(at.producer, unsubscribe{sink});
  gauge->leave();
  at.feed(1);
  CHECK(slow.media.size() == 2 * flow_gauge::limit);
}

TEST_CASE("after refused batches video goes on with a key frame") {
  actor_world world;
  heard to;
  auto producer = spawn_fake_producer(*world.system, to);
  auto config = opus_to(9);
  config.kind = rtp::media_kind::video;
  config.clock_rate = 90000;
  config.feedback.pli = true;
  auto consumer =
      spawn_consumer(*world.system, {consumer_id{"c"}, producer_id{"p"}, config,
                                     producer, spawn_egress(*world.system, to),
                                     spawn_listener(*world.system, to)});
  world.run();
  REQUIRE(to.subscriptions.size() == 1);
  auto gauge = to.subscriptions[0].gauge;
  caf::anon_send(consumer, transport_writable{true});
  world.run();
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
    caf::anon_send(consumer, batch);
    world.run();
  };
  REQUIRE(gauge->admit(true));
  deliver(frame(65537, true));
  REQUIRE(gauge->admit(false));
  deliver(frame(65538, false));
  CHECK(to.packets() == 2);
  world.pass(std::chrono::seconds{2}); // any first wish is past
  to.keyframes.clear();
  // Batches are refused; then one gets through again.
  while (gauge->admit(false))
    continue;
  for (uint32_t i = 1; i < flow_gauge::limit; ++i)
    gauge->leave();
  deliver(frame(65560, false));
  CHECK_FALSE(to.keyframes.empty());
  CHECK(to.packets() == 2); // nothing that cannot be decoded
  REQUIRE(gauge->admit(true));
  deliver(frame(65561, true));
  CHECK(to.packets() == 3);
  CHECK(gapless(to.sequence_numbers()));
  caf::anon_send(consumer, close_consumer{});
  caf::anon_send(producer, close_producer{});
  world.run();
}

TEST_CASE("reports go out while time passes, and ticks do not multiply") {
  scene at;
  heard to;
  at.add_consumer(to);
  for (int i = 0; i < 500; ++i) {
    at.feed(1);
    at.world.pass(std::chrono::milliseconds{20});
  }
  // Ten seconds: about one report each, drawn from 0.5 to 1.5 s.
  CHECK(at.from_producer.rtcp.size() >= 6);
  CHECK(at.from_producer.rtcp.size() <= 21);
  CHECK(to.rtcp.size() <= 21);
}

TEST_CASE("who comes after a key frame is given it, not another") {
  actor_world world;
  heard to, late, from_producer;
  auto config = opus();
  config.kind = rtp::media_kind::video;
  config.codec = rtp::codec::vp8;
  config.clock_rate = 90000;
  config.feedback.pli = true;
  auto producer = spawn_producer(
      *world.system, {producer_id{"p"}, config,
                      caf::actor_cast<rtcp_sender_actor>(
                          spawn_egress(*world.system, from_producer))});
  auto join = [&](heard& by) {
    auto out = opus_to(9);
    out.kind = rtp::media_kind::video;
    out.clock_rate = 90000;
    auto consumer = spawn_consumer(*world.system,
                                   {consumer_id{"c"}, producer_id{"p"}, out,
                                    producer, spawn_egress(*world.system, by),
                                    spawn_listener(*world.system, by)});
    world.run();
    caf::anon_send(consumer, transport_writable{true});
    world.run();
    return consumer;
  };
  uint16_t next = 65534; // soon wraps
  auto feed = [&](octets payload) {
    caf::anon_send(producer,
                   burst_of(next++, 1, world.scheduler().clock().now(),
                            std::move(payload)));
    world.run();
    world.pass(std::chrono::milliseconds{100});
  };
  const octets key{0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0, 7};
  const octets delta{0x10, 1, 0, 0, 7};
  auto first = join(to);
  feed(key);
  for (int i = 0; i < 3; ++i)
    feed(delta);
  auto asked = from_producer.rtcp.size();
  auto second = join(late);
  CHECK(late.packets() == 4); // at once
  feed(delta);
  CHECK(to.packets() == 5);
  CHECK(late.packets() == 5);
  CHECK(gapless(late.sequence_numbers()));
  CHECK(from_producer.rtcp.size() <= asked + 1); // a report at most
  caf::anon_send(first, close_consumer{});
  caf::anon_send(second, close_consumer{});
  caf::anon_send(producer, close_producer{});
  world.run();
}
