#include "actors/transport/rtp_routes.hpp"

#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr uint32_t out_ssrc = 20;
constexpr uint32_t in_ssrc = 10;

/// The feedback that transports have sent to a shard.
struct shard_notes {
  std::vector<size_t> items; // of each message
  size_t compounds = 0;      // of all messages
  std::shared_ptr<in_flight_gauge> gauge;
};

/// A shard that receives feedback, but never releases its gauge.
shard_actor spawn_fake_shard(caf::actor_system& system, shard_notes& to) {
  return system.spawn([&to](
                          shard_actor::pointer) -> shard_actor::behavior_type {
    return {
        [](const media_arrived&) {},
        [](const packets_restored&) {},
        [](const packets_replayed&) {},
        [](const source_reported&) {},
        [](const producer_paused&) {},
        [](const producer_score_changed&) {},
        [](const set_transport_srtp&) {},
        [](const set_transport_path&) {},
        [](const set_plain_sender&) {},
        [](const remove_transport&) {},
        [](const transport_rtcp&) {},
        [](const transport_source_ended&) {},
        [&to](const transport_feedback& x) {
          to.items.push_back(x.items.size());
          to.compounds += x.compounds;
          to.gauge = x.gauge;
        },
        [](const add_shard_consumer&) {},
        [](const remove_shard_consumer&) {},
        [](const move_shard_consumer&) {},
        [](const control_consumer&) {},
        [](const get_consumer_stats&) { return protocol::reply::stats{}; },
        [](const fence&) { return done{}; },
        [](const explain_shard_consumer&) { return consumer_explanation{}; },
        [](const get_sender_stats&) { return sender_stats{}; },
        [](const shard_tick&) {},
        [](const shard_flush&) {},
        [](const pacing_tick&) {},
    };
  });
}

/// Sends what the routes return, as a transport's actor does.
struct anonymous_sender {
  template <class Handle, class T>
  void send(const Handle& to, T&& x) {
    caf::anon_send(to, std::forward<T>(x));
  }
};

/// A producer that receives packets, but never releases its gauge.
rtp_sink_actor spawn_rtp_sink(caf::actor_system& system, size_t& packets,
                              size_t& reports) {
  using type = rtp_sink_actor;
  return system.spawn([&](type::pointer) -> type::behavior_type {
    return {[&packets](const rtp::rtp_batch& x) { packets += x->size(); },
            [&reports](const rtp::sender_report_received&) { ++reports; },
            [](const rtp::dlrr_received&) {},
            [](const rtp::bye_received&) {
            }};
  });
}

/// A consumer and a producer on a transport.
struct routing_scene {
  routing_scene() {
    routes.add(add_transport_consumer{consumer_key{1}, {rtp::ssrc{out_ssrc}}});
    add_transport_producer in;
    in.id = producer_id{"p"};
    in.identity.ssrcs = {rtp::ssrc{in_ssrc}};
    in.producer = sink;
    in.gauge = to_producer;
    REQUIRE(routes.add(in));
  }

  ~routing_scene() {
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(sink, caf::exit_reason::user_shutdown);
    world.run();
  }

  // Each is one compound or an RTP packet.
  void send(std::vector<octets> datagrams) {
    anonymous_sender self;
    for (const auto& x : datagrams) {
      auto data = to_buffer(x);
      if (auto packet = rtp::packet::parse(data, {});
          packet && packet->ssrc() == rtp::ssrc{in_ssrc})
        routes.handle_rtp(std::move(*packet));
      else
        routes.handle_rtcp(data, {});
    }
    send_media(&self, routes, [](const auto&, const auto&) {});
    send_rtcp_items(&self, shard, routes);
    world.run();
  }

  actor_world world;
  shard_notes notes;
  size_t packets = 0;
  size_t reports = 0;
  std::shared_ptr<in_flight_gauge> to_producer =
      std::make_shared<in_flight_gauge>(max_waiting_packets);
  rtp_routes routes{transport_key{1}, true};
  shard_actor shard = spawn_fake_shard(*world.system, notes);
  rtp_sink_actor sink = spawn_rtp_sink(*world.system, packets, reports);
};

octets picture_losses(size_t count) {
  rtp::rtcp::compound_builder out;
  for (size_t i = 0; i < count; ++i)
    REQUIRE(out.add_pli(rtp::ssrc{1}, rtp::ssrc{out_ssrc}));
  return to_octets(out.bytes());
}

octets rtp_packet(uint16_t number) {
  rtp_builder out;
  out.ssrc = in_ssrc;
  out.sequence_number = number;
  return out.build();
}

} // namespace

TEST_CASE("a compound of a hundred PLIs is one message to the shard") {
  routing_scene at;
  at.send({picture_losses(100)});
  CHECK(at.notes.items == std::vector<size_t>{100});
}

TEST_CASE("a compound about unknown streams sends no message") {
  routing_scene at;
  rtp::rtcp::compound_builder out;
  out.add_pli(rtp::ssrc{1}, rtp::ssrc{99});
  at.send({to_octets(out.bytes())});
  CHECK(at.notes.items.empty());
}

TEST_CASE("a shard that is behind gets no more compounds than the limit") {
  routing_scene at;
  for (int i = 0; i < 10 * max_waiting_compounds; ++i)
    at.send({picture_losses(1)});
  CHECK(at.notes.items.size() == size_t{max_waiting_compounds});
  CHECK(at.routes.refused_compounds() == 9 * max_waiting_compounds);
  at.notes.gauge->leave(2);
  for (int i = 0; i < 10; ++i)
    at.send({picture_losses(1)});
  CHECK(at.notes.items.size() == size_t{max_waiting_compounds} + 2);
}

TEST_CASE("a burst has no more compounds than the limit either") {
  routing_scene at;
  at.send(std::vector<octets>(10 * max_waiting_compounds, picture_losses(2)));
  CHECK(at.notes.items == std::vector<size_t>{2 * max_waiting_compounds});
  CHECK(at.notes.compounds == size_t{max_waiting_compounds});
  CHECK(at.routes.refused_compounds() == 9 * max_waiting_compounds);
  at.notes.gauge->leave(at.notes.compounds);
  at.send({picture_losses(1)});
  CHECK(at.notes.items.size() == 2);
}

TEST_CASE("a producer that is behind gets no more packets than the limit") {
  routing_scene at;
  for (uint16_t i = 0; i < 2 * max_waiting_packets; ++i)
    at.send({rtp_packet(i)});
  CHECK(at.packets == size_t{max_waiting_packets});
  CHECK(at.to_producer->refused() == uint64_t{max_waiting_packets});
  // It gets no reports of its source either.
  rtp::rtcp::sender_info info{};
  info.ssrc = rtp::ssrc{in_ssrc};
  rtp::rtcp::compound_builder report;
  report.add_sender_report(info);
  at.send({to_octets(report.bytes())});
  CHECK(at.reports == 0);
  at.to_producer->leave(1);
  at.send({to_octets(report.bytes())});
  CHECK(at.reports == 1);
}

TEST_CASE("a shard that handles feedback releases its gauge") {
  actor_notes notes;
  shard_scene at{notes};
  auto gauge = std::make_shared<in_flight_gauge>(2);
  for (int i = 0; i < 5; ++i) {
    CHECK(gauge->admit(2));
    caf::anon_send(at.shard,
                   transport_feedback{transport_key{1}, {}, gauge, 2});
    at.world.run();
  }
}

TEST_CASE("a producer that handles packets and reports releases its gauge") {
  actor_notes transport;
  actor_world world;
  producer_config settings{producer_id{"p"}, opus(),
                           spawn_rtcp_sender(*world.system, transport)};
  settings.arrivals = std::make_shared<in_flight_gauge>(1);
  auto producer = spawn_producer(*world.system, settings);
  auto arrives = [&](auto what) {
    CHECK(settings.arrivals->admit());
    caf::anon_send(producer, what);
    world.run();
  };
  arrives(burst_of(1, 1, world.scheduler().clock().now()));
  arrives(rtp::sender_report_received{});
  arrives(rtp::dlrr_received{});
  arrives(rtp::bye_received{});
  arrives(burst_of(2, 1, world.scheduler().clock().now()));
  caf::anon_send(producer, close_producer{});
  world.run();
}

TEST_CASE("packets that a producer's gauge refuses are counted as overload") {
  actor_notes transport;
  actor_world world;
  producer_config settings{producer_id{"p"}, opus(),
                           spawn_rtcp_sender(*world.system, transport)};
  settings.load = world.load;
  settings.arrivals = std::make_shared<in_flight_gauge>(1);
  auto producer = spawn_producer(*world.system, settings);
  REQUIRE(settings.arrivals->admit());
  REQUIRE_FALSE(settings.arrivals->admit(7));
  caf::anon_send(producer, close_producer{});
  world.run();
  CHECK(world.load->counters().producers.sum().drops.at(
            static_cast<size_t>(rtp::drop_reason::overload))
        == 7);
}

TEST_CASE("a shard is sent at most ten source reports a second") {
  actor_notes slow;
  scene at;
  size_t reports = 0;
  auto sink = at.world.system->spawn(
      [&reports](media_sink_actor::pointer) -> media_sink_actor::behavior_type {
        return {[](const media_arrived&) {},
                [](const packets_restored&) {},
                [](const packets_replayed&) {},
                [&reports](const source_reported&) { ++reports; },
                [](const producer_paused&) {},
                [](const producer_score_changed&) {
                }};
      });
  caf::anon_send(at.producer, subscribe{sink, std::make_shared<in_flight_gauge>(
                                                  max_waiting_batches)});
  at.feed(1);
  for (int i = 0; i < 1000; ++i) {
    rtp::rtcp::sender_info info{};
    info.ssrc = rtp::ssrc{source_ssrc};
    info.ntp = {uint64_t{0xE0000000} << 32};
    caf::anon_send(at.producer, rtp::sender_report_received{{}, info});
  }
  at.world.run();
  CHECK(reports == 1);
  at.world.pass(std::chrono::milliseconds{200});
  caf::anon_send(at.producer, unsubscribe{sink});
}
