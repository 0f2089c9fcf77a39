#include "actors/media/shard_commands.hpp"

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};
constexpr auto client = transport_key{1};
constexpr auto voice = consumer_key{2};
constexpr auto camera = consumer_key{3};
constexpr auto nobody = consumer_key{4};
constexpr auto stream = rtp::ssrc{7};

/// The audio and the simulcast video that one client receives.
struct scene {
  scene() {
    shard_consumer x;
    x.on = client;
    x.from = producer_key{10};
    x.key = voice;
    x.engine.kind = rtp::media_kind::audio;
    x.engine.ssrc = stream;
    engine.add_consumer(x, *random, start);
    x.from = producer_key{11};
    x.key = camera;
    x.engine.kind = rtp::media_kind::video;
    x.engine.ssrc = rtp::ssrc{8};
    x.engine.layout = {rtp::layering::simulcast, 3, 3, false};
    engine.add_consumer(x, *random, start);
    engine.settle(start);
    while (engine.poll_event())
      continue;
  }

  void handle(std::vector<feedback_item> items) {
    transport_feedback x;
    x.transport = client;
    x.items = std::move(items);
    handle_feedback(engine, x, start);
  }

  template <class Command>
  void control(consumer_key which, Command what) {
    handle_control(engine, {which, std::move(what)}, start);
  }

  rtp::forwarder_stats stats(consumer_key which) {
    return engine.find_consumer(which)->stats(start);
  }

  consumer_explanation explain() {
    auto out = engine.explain(camera, start);
    REQUIRE(out);
    return *out;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  fan_out engine;
};

rtp::report_block_received report(uint8_t fraction_lost) {
  rtp::rtcp::report_block out;
  out.ssrc = stream;
  out.fraction_lost = fraction_lost;
  return {{}, out, start};
}

} // namespace

TEST_CASE("all feedback of a compound reaches the streams that it names") {
  scene at;
  at.handle({consumer_feedback{voice, rtp::nack_received{{}, {1, 2}}},
             consumer_feedback{camera, rtp::keyframe_request_received{}},
             rtp::remb_received{500'000},
             consumer_feedback{voice, report(64)}});
  CHECK(at.stats(voice).packets_nacked == 2);
  CHECK(int{at.stats(voice).fraction_lost} == 64);
  CHECK(at.stats(voice).keyframe_requests_received == 0);
  CHECK(at.stats(camera).keyframe_requests_received == 1);
  CHECK(at.engine.find_transport(client)->stats(start).egress.remb_bps);
}

TEST_CASE("the loss that a client reports of audio is for its producer") {
  scene at;
  at.handle({consumer_feedback{voice, report(64)}});
  std::optional<consumer_loss> told;
  while (auto x = at.engine.poll_event())
    if (const auto* loss = std::get_if<consumer_loss>(&x->what))
      told = *loss;
  REQUIRE(told);
  CHECK(int{told->fraction_lost} == 64);
}

TEST_CASE("round-trip times do not include how long a report waited") {
  scene at;
  std::optional<std::vector<uint8_t>> sent;
  const auto reported = start + 2s;
  at.engine.with_consumer(voice, start, [&](rtp::forwarder& to) {
    rtp::media_packet packet{test::make_packet({}, start), 1000, 90'000};
    packet.start_of_frame = true;
    to.handle_batch(test::media_of({packet}), start);
    rtp::source_report source;
    source.ntp.value = uint64_t{1000} << 32;
    source.timestamp = 90'000;
    source.arrival = start;
    to.handle_source_report(source);
    to.handle_timeout(reported);
    sent = to.poll_rtcp();
  });
  REQUIRE(sent);
  rtp::rtcp::compound_reader reader{*sent};
  const auto first = reader.next();
  REQUIRE(first);
  const auto* info = std::get_if<rtp::rtcp::sender_report>(&*first);
  REQUIRE(info);
  auto answer = report(0);
  answer.block.last_sender_report = info->info.ntp.middle();
  answer.arrival = reported + 40ms;
  transport_feedback all;
  all.transport = client;
  all.items = {consumer_feedback{voice, answer}};
  handle_feedback(at.engine, all, reported + 45ms);
  const auto time = at.stats(voice).round_trip_time;
  REQUIRE(time);
  CHECK(*time == 40ms);
}

TEST_CASE("feedback and commands to a consumer that is gone are ignored") {
  scene at;
  at.handle({consumer_feedback{nobody, rtp::nack_received{{}, {1}}},
             consumer_feedback{nobody, report(64)}});
  at.control(nobody, actors::pause_consumer{});
  at.control(nobody, actors::request_key_frame{});
  CHECK_FALSE(at.engine.poll_event());
  CHECK_FALSE(at.engine.needs_settling());
  CHECK(at.stats(voice).nacks_received == 0);
}

TEST_CASE("a consumer's commands are carried out") {
  scene at;
  at.control(camera, actors::pause_consumer{});
  CHECK(at.explain().paused);
  at.control(camera, actors::resume_consumer{});
  CHECK_FALSE(at.explain().paused);
  at.control(camera, protocol::verb::set_preferred_layers{{}, 1, {}});
  CHECK(int{at.explain().preferred.value().spatial} == 1);
  at.control(camera, protocol::verb::set_priority{{}, 200});
  CHECK(int{at.explain().priority} == 200);
  at.control(camera, actors::request_key_frame{});
  CHECK(at.stats(camera).keyframe_requests_received == 1);
}
