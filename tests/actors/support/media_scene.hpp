#pragma once

#include "actors/media/consumer_actor.hpp"
#include "actors/media/producer_actor.hpp"

#include "actor_world.hpp"
#include "tests/support/sent_packets.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <optional>

/// Producers, consumers and a shard without a network, in virtual time.
namespace troupe::test {

using namespace troupe::actors;

inline constexpr uint32_t source_ssrc = 0x11223344;

/// The messages that a listening actor has received.
struct actor_notes {
  std::vector<std::vector<uint8_t>> rtcp;
  /// The sources of the latest sources_unattended, if any came.
  std::optional<std::vector<rtp::ssrc>> unattended;
  std::vector<rtp::media_batch> media;
  std::vector<consumer_ended> ended;
  std::vector<bool> consumer_pauses;
  std::vector<std::optional<int>> encodings;
  std::vector<rtp::keyframe_wanted> keyframes;
  std::vector<subscribe> subscriptions;
  /// The gauge of the latest subscription to each fake producer.
  std::map<caf::actor_id, std::shared_ptr<in_flight_gauge>> gauges;
  std::vector<std::optional<uint8_t>> wanted;
  std::vector<uint8_t> losses;
  std::vector<protocol::consumer_scores> scores;
  int restores = 0;
};

inline rtcp_sender_actor spawn_rtcp_sender(caf::actor_system& system,
                                           actor_notes& to) {
  using type = rtcp_sender_actor;
  return system.spawn([&to](type::pointer) -> type::behavior_type {
    return {
        [&to](const rtcp_to_send& x) { to.rtcp.push_back(x.packet); },
        [&to](const sources_unattended& x) { to.unattended = x.sources; },
    };
  });
}

inline media_sink_actor spawn_sink(caf::actor_system& system, actor_notes& to) {
  return system.spawn(
      [&to](media_sink_actor::pointer) -> media_sink_actor::behavior_type {
        return {
            [&to](const media_arrived& x) { to.media.push_back(x.packets); },
            [&to](const packets_restored&) { ++to.restores; },
            [&to](const packets_replayed& x) { to.media.push_back(x.packets); },
            [](const source_reported&) {},
            [](const producer_paused&) {},
            [](const producer_score_changed&) {},
        };
      });
}

inline consumer_listener_actor spawn_listener(caf::actor_system& system,
                                              actor_notes& to) {
  using type = consumer_listener_actor;
  return system.spawn([&to](type::pointer) -> type::behavior_type {
    return {
        [&to](const consumer_ended& x) { to.ended.push_back(x); },
        [&to](const consumer_producer_paused& x) {
          to.consumer_pauses.push_back(x.paused);
        },
        [&to](const consumer_score_changed& x) {
          to.scores.push_back(x.scores);
        },
        [&to](const consumer_layers_changed& x) {
          to.encodings.push_back(
              x.layers ? std::optional<int>{x.layers->spatial} : std::nullopt);
        },
    };
  });
}

/// A producer that only records the requests of its consumers.
inline producer_actor spawn_fake_producer(caf::actor_system& system,
                                          actor_notes& to) {
  using type = producer_actor;
  return system.spawn([&to](type::pointer self) -> type::behavior_type {
    return {
        [](const rtp::rtp_batch&) {},
        [](const rtp::sender_report_received&) {},
        [](const rtp::dlrr_received&) {},
        [](const rtp::bye_received&) {},
        [&to, self](const subscribe& x) {
          to.subscriptions.push_back(x);
          to.gauges[self->id()] = x.gauge;
        },
        [](const unsubscribe&) {},
        [&to](const layers_wanted& x) { to.wanted.push_back(x.highest); },
        [&to](const consumer_loss& x) { to.losses.push_back(x.fraction_lost); },
        [](const move_producer&) {},
        [](const restart_sources&) {},
        [&to](const restore_packets&) { ++to.restores; },
        [](const keep_packets&) {},
        [&to](const start_wanted& x) {
          to.keyframes.push_back({x.encoding, true});
        },
        [&to](const rtp::keyframe_wanted& x) { to.keyframes.push_back(x); },
        [](const actors::pause_producer&) {},
        [](const actors::resume_producer&) {},
        [self](const actors::close_producer&) { self->quit(); },
        [](const actors::close_unused_producer&) {},
        [](const fence&) { return done{}; },
        [](const get_actor_stats&) { return protocol::reply::stats{}; },
        [](const producer_tick&) {},
        [](const hold_tick&) {},
        [](const demand_tick&) {},
        [](const attention_tick&) {},
    };
  });
}

inline rtp::rtp_batch burst_of(uint16_t first, size_t count,
                               net::time_point now,
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

inline rtp::receiver::config opus() {
  rtp::receiver::config out;
  out.kind = rtp::media_kind::audio;
  out.codec = rtp::codec::opus;
  out.clock_rate = 48000;
  out.payload = rtp::payload_type{111};
  out.encodings = {{rtp::ssrc{source_ssrc}, {}, {}}};
  return out;
}

inline rtp::forwarder::config opus_to(uint32_t ssrc) {
  rtp::forwarder::config out;
  out.kind = rtp::media_kind::audio;
  out.clock_rate = 48000;
  out.ssrc = rtp::ssrc{ssrc};
  out.payload = rtp::payload_type{100};
  out.mid = "0";
  out.cname = "x";
  return out;
}

/// A shard with real consumers on transports without encryption.
struct shard_scene {
  explicit shard_scene(actor_notes& to, shedding_limits shedding = {})
      : shard(spawn_shard(*world.system, {&sent, world.load, shedding}, ranking,
                          nullptr))
      , listener(spawn_listener(*world.system, to)) {}

  ~shard_scene() {
    for (const auto& x : consumers)
      caf::anon_send(x, control_stream{close_consumer{}});
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(listener, caf::exit_reason::user_shutdown);
    world.run();
  }

  // Its transport sends to the port with the same number as its key.
  consumer_actor add(uint16_t port, const rtp::forwarder::config& config,
                     const producer_actor& producer, actor_notes* own = nullptr,
                     std::shared_ptr<const speech_activity> owner = {}) {
    auto key = transport_key{port};
    auto tell =
        own ? spawn_listener(*world.system, *own) : consumer_listener_actor{};
    consumers.push_back(spawn_consumer(
        *world.system, {consumer_id{"c"}, producer_id{"p"}, config, producer,
                        key, shard, own ? tell : listener, owner, scores}));
    world.run();
    connect(port);
    return consumers.back();
  }

  void connect(uint16_t port) {
    auto key = transport_key{port};
    caf::anon_send(shard,
                   set_transport_srtp{key, std::make_shared<clear_srtp>()});
    caf::anon_send(shard, set_transport_path{key, to_port(port)});
    world.run();
  }

  size_t packets(uint16_t port) {
    return sent.by_port[port].rtp.size();
  }

  std::vector<uint16_t> sequence_numbers(uint16_t port) {
    return sent.by_port[port].sequence_numbers();
  }

  actor_world world;
  sent_packets sent;
  std::shared_ptr<speech_ranking> ranking = std::make_shared<speech_ranking>();
  // The producers' scores.
  std::shared_ptr<score_board> scores = std::make_shared<score_board>(0);
  shard_actor shard;
  consumer_listener_actor listener;
  std::vector<consumer_actor> consumers;
};

// Must outlive the actors that write into it.
struct scene_notes {
  actor_notes notes;
  actor_notes from_producer;
};

/// A real producer of Opus with any number of consumers in one shard.
struct scene : scene_notes, shard_scene {
  scene() : shard_scene(notes) {
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, opus(),
                        spawn_rtcp_sender(*world.system, from_producer)});
  }

  ~scene() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  consumer_actor add_consumer(uint16_t port, actor_notes* own = nullptr) {
    return add(port, opus_to(port), producer, own);
  }

  void feed(size_t count) {
    caf::anon_send(producer,
                   burst_of(next, count, world.scheduler().clock().now()));
    next = static_cast<uint16_t>(next + count);
    world.run();
  }

  producer_actor producer;
  uint16_t next = 65530; // wraps soon
};

/// The message from a fake producer to a subscribed shard with one packet of
/// video that begins a frame. `to` is what the producer writes into.
inline media_arrived one_packet(const actor_notes& to,
                                const producer_actor& from, int64_t sequence,
                                uint8_t encoding, bool keyframe,
                                net::time_point now,
                                octets payload = {1, 2, 3, 4}) {
  rtp::media_packet x{
      burst_of(static_cast<uint16_t>(sequence), 1, now, payload)->front()};
  x.sequence = sequence;
  x.timestamp = sequence * 3000;
  x.encoding = encoding;
  x.keyframe = keyframe;
  x.start_of_frame = true;
  auto gauge = to.gauges.at(from->id());
  admit_batch(*gauge, true);
  return {producer_key{from->id()},
          std::make_shared<const std::vector<rtp::media_packet>>(1, x), false,
          gauge};
}

inline bool gapless(const std::vector<uint16_t>& numbers) {
  for (size_t i = 1; i < numbers.size(); ++i)
    if (static_cast<uint16_t>(numbers[i] - numbers[i - 1]) != 1)
      return false;
  return true;
}

} // namespace troupe::test
