#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A simulcast producer and its consumers, without transports.
struct simulcast_shard {
  consumer_key add(uint64_t which, std::optional<uint64_t> on = {}) {
    shard_consumer x;
    x.key = consumer_key{which};
    x.on = transport_key{100 + on.value_or(which)};
    x.from = producer;
    x.engine.layout = sender.layout();
    x.engine.ssrc = rtp::ssrc{static_cast<uint32_t>(which)};
    engine.add_consumer(x, *rng, now);
    return x.key;
  }

  /// Sends `pictures` frames of all encodings; returns the number of packets.
  uint64_t send(int pictures) {
    uint64_t packets = 0;
    engine.settle(now);
    for (int i = 0; i < pictures; ++i) {
      now += 33ms;
      for (const auto& [encoding, packet] : sender.next(now)) {
        std::vector<rtp::media_packet> batch;
        sender.receive(encoding, packet, now, batch);
        packets += batch.size();
        engine.handle_media(producer, media_of(std::move(batch)), false, now);
      }
    }
    return packets;
  }

  rtp::forwarder_stats stats(consumer_key which) {
    return engine.find_consumer(which)->stats(now);
  }

  static constexpr auto producer = producer_key{3};
  layered_video sender{sent_as::vp8_simulcast, 1};
  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  fan_out engine;
};

} // namespace

TEST_CASE("a consumer counts each packet it was not sent, with the reason") {
  using enum rtp::drop_reason;
  simulcast_shard call;
  auto low = call.add(1);
  call.engine.set_preferred_layers(low, {0, 2});
  auto total = call.send(30);
  auto before = call.stats(low);
  CHECK(before.packets + before.drops.total() == total);
  CHECK(before.drops.of(other_layer) > before.packets);
  CHECK(before.drops.of(consumer_paused) == 0);

  call.engine.set_paused(low, true);
  call.engine.settle(call.now);
  auto paused = call.send(30);
  call.engine.set_paused(low, false);
  call.engine.settle(call.now);
  auto after = call.stats(low);
  CHECK(after.packets == before.packets);
  CHECK(after.drops.of(consumer_paused) == paused);
  CHECK(after.drops.of(other_layer) == before.drops.of(other_layer));

  auto sum = call.engine.totals(call.now);
  CHECK(sum.packets == after.packets);
}

TEST_CASE("removing a consumer leaves the state of later ones unchanged") {
  simulcast_shard call;
  auto first = call.add(1);
  auto second = call.add(2);
  auto third = call.add(3);
  for (auto x : {first, second, third})
    call.engine.set_preferred_layers(x, {0, 2});
  call.send(30);
  CHECK_FALSE(call.engine.remove_consumer(first));
  // Each has its own layers: the second goes up, the third stays.
  call.sender.want_keyframe(2);
  call.engine.set_preferred_layers(second, {2, 2});
  call.send(30);
  auto up = call.engine.find_consumer(second)->current_layers();
  auto down = call.engine.find_consumer(third)->current_layers();
  REQUIRE(up);
  REQUIRE(down);
  CHECK(int{up->spatial} == 2);
  CHECK(int{down->spatial} == 0);
  auto packets = call.stats(second).packets;
  call.send(30);
  CHECK(call.stats(second).packets > packets);
}

TEST_CASE("links are shared out once for all pending changes") {
  simulcast_shard call;
  std::vector<consumer_key> all;
  // All on one transport, like the consumers of one client.
  for (uint64_t i = 1; i <= 100; ++i)
    all.push_back(call.add(i, 1));
  call.engine.settle(call.now);
  while (call.engine.poll_event()) {
  }
  auto decisions = [&] {
    int count = 0;
    for (auto x : all)
      call.engine.find_decisions(x)->for_each([&](auto&) { ++count; });
    return count;
  };
  auto before = decisions();
  for (int round = 0; round < 3; ++round)
    for (auto paused : {true, false})
      for (auto x : all)
        call.engine.set_paused(x, paused);
  // A change that is reverted before it takes effect causes nothing.
  CHECK(call.engine.needs_settling());
  call.engine.settle(call.now);
  CHECK_FALSE(call.engine.needs_settling());
  CHECK_FALSE(call.engine.poll_event());
  CHECK(decisions() == before);
  for (auto x : all)
    call.engine.set_paused(x, true);
  CHECK(decisions() == before);
  call.engine.settle(call.now);
  CHECK(decisions() == before + 100);
  CHECK(call.engine.find_consumer(all[99])->paused());
}
